// Razorpay's Checkout on one of its orders, or a mandate. Source: razorpay.com/docs/payments/payment-gateway/web-integration
import {say} from '../lib/say.js';
import {finish, open, returnAddress} from './form.js';

open('https://checkout.razorpay.com/v1/checkout.js', async ({fields, seller, box, back}) => {
  box.textContent = say('The form opens over this page. Card numbers are typed there, and nowhere else.');
  const onPhone = matchMedia('(pointer: coarse)').matches;
  const checkout = new window.Razorpay({
    key: fields.key_id,
    order_id: fields.order_id,
    name: seller.name,
    ...(fields.customer_id ? {customer_id: fields.customer_id} : {}),
    ...(fields.recurring ? {recurring: fields.recurring} : {}),
    ...(seller.accent ? {theme: {color: seller.accent}} : {}),
    // On a phone a bank's page takes the whole screen, and comes back by POST.
    ...(onPhone ? {callback_url: returnAddress, redirect: true} : {handler: () => finish()}),
    modal: {ondismiss: back},
  });
  // Checkout itself says why a payment failed, and lets its customer try another.
  return async () => {
    checkout.open();
    return undefined;
  };
});
