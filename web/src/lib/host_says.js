// Texts of the host that a page shows and that carry no code: sentences for declines, and ids made readable. They are listed here
// so that the locales have them; no page loads this file.
import {mark} from './say.js';

export const declines = [
  mark('There is not enough money on this payment method.'),
  mark('The bank asks you to confirm this payment. Please pay it yourself.'),
  mark('Something about this payment method is not right. Please check it.'),
  mark('The permission to charge this payment method has ended. Please add it again.'),
  mark('The payment was not completed.'),
  mark('The payment could not be made just now. Please try again later.'),
  mark('The payment was declined. Please use another payment method or ask your bank.'),
];
/// Cycles, slots, roles, payment methods, what a bank's details are called.
export const ids = [
  mark('Monthly'), mark('Quarterly'), mark('Half yearly'), mark('Annual'),
  mark('Primary'), mark('Backup'), mark('Invoice'), mark('primary'), mark('backup'), mark('invoice'),
  mark('Owner'), mark('Admin'), mark('Member'),
  mark('Card'), mark('Wire'), mark('Cheque'), mark('Bank transfer'),
  mark('Amount'), mark('Reference'), mark('Payee'), mark('Bank'),
  mark('Terms'), mark('Privacy'), mark('Support'),
  mark('Technical failure'), mark('Duplicate'), mark('Duplicate charge'), mark('Unauthorised charge'), mark('Other'),
];
/// Of a payment, an order, a review.
export const states = [
  mark('Started'), mark('Processing'), mark('Needs action'), mark('Authorised'), mark('Unknown'), mark('Declined'), mark('Pending'),
  mark('Voided'), mark('Expired'), mark('Approved'),
];
