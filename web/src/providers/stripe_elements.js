// Stripe's Payment Element on one PaymentIntent or SetupIntent. Source: docs.stripe.com/js
import {languageNow} from '../lib/say.js';
import {finish, open, returnAddress} from './form.js';

open('https://js.stripe.com/v3/', async ({fields, total, box, seller}) => {
  const stripe = window.Stripe(fields.publishable_key, {locale: languageNow() === 'hi' ? 'auto' : languageNow()}); // Stripe has no Hindi
  const clientSecret = fields.client_secret;
  // The bank's own step of a card that is already known to Stripe.
  if (!['payment_intent', 'setup_intent'].includes(fields.type))
    return async () => {
      const {error} = await stripe.handleNextAction({clientSecret});
      return error ? error.message : finish();
    };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const elements = stripe.elements({
    clientSecret,
    appearance: {theme: dark ? 'night' : 'stripe', variables: {colorPrimary: seller.accent ?? '#1d5fd1', borderRadius: '8px'}},
  });
  elements.create('payment').mount(box);
  const confirm = total ? 'confirmPayment' : 'confirmSetup';
  return async () => {
    const {error} = await stripe[confirm]({elements, confirmParams: {return_url: returnAddress}, redirect: 'if_required'});
    // A refused card leaves the form open for another one.
    return error ? error.message : finish();
  };
});
