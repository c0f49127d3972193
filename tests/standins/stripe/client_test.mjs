// Stripe's own client against the stand-in: what it accepts, our plugin may rely on.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {after, before, beforeEach, test} from 'node:test';
import {Book} from './book.mjs';
import {serve} from './server.mjs';

const Stripe = createRequire(`${process.env.CLIENTS}/`)('stripe');
const start = 1_774_000_000;
let book, server, stripe;

before(async () => {
  server = await serve(new Proxy({}, {get: (_, name) => {
    const member = book[name];
    return typeof member === 'function' ? member.bind(book) : member;
  }}));
});
after(() => server.close());
beforeEach(() => {
  book = new Book({start});
  stripe = new Stripe('sk_test_standin', {host: '127.0.0.1', port: server.address().port, protocol: 'http', maxNetworkRetries: 0});
});

const refused = async (call, expected) => {
  const error = await call.then(() => assert.fail('it was accepted'), (thrown) => thrown);
  for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, `${name} of ${error.message}`);
  return error;
};
/** A customer with a saved card, as the browser leaves it. */
const saved = async (card) => {
  const customer = await stripe.customers.create({email: 'ann@example.com', metadata: {account: 'acme'}});
  const intent = await stripe.setupIntents.create({customer: customer.id, usage: 'off_session', payment_method_types: ['card']});
  const done = await stripe.setupIntents.confirm(intent.id, {payment_method: card, return_url: 'https://example.com/back'});
  return {customer: customer.id, intent: done, payment_method: done.payment_method};
};
const charge = ({customer, payment_method}, more = {}, key) =>
  stripe.paymentIntents.create({amount: 4900, currency: 'usd', customer, payment_method, payment_method_types: ['card'], confirm: true,
                                off_session: true, metadata: {key: 'k1'}, ...more}, key && {idempotencyKey: key});
const events = () => book.deliveries().map(({type}) => type);

test('a card is saved by a setup intent and charged without its customer', async () => {
  const card = await saved('pm_card_visa');
  assert.equal(card.intent.status, 'succeeded');
  const {data: [method]} = await stripe.paymentMethods.list({customer: card.customer, type: 'card'});
  assert.deepEqual([method.card.brand, method.card.last4], ['visa', '4242']);
  const intent = await charge(card, {expand: ['latest_charge']});
  assert.equal(intent.status, 'succeeded');
  assert.equal(intent.amount_received, 4900);
  assert.equal(intent.latest_charge.captured, true);
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).latest_charge, intent.latest_charge.id);
  const deep = await stripe.paymentIntents.retrieve(intent.id, {expand: ['latest_charge.balance_transaction']});
  assert.equal(deep.latest_charge.balance_transaction.net, deep.amount_received - deep.latest_charge.balance_transaction.fee);
  const listed = await stripe.paymentIntents.list({expand: ['data.latest_charge.balance_transaction']});
  assert.equal(listed.data[0].latest_charge.balance_transaction.source, deep.latest_charge.id);
  assert.deepEqual(book.sums(), {captured: 4900, refunded: 0, captures: 1, refunds: 0, taken_twice: 0});
});

test('a card that wants its customer is refused off session and authenticated on session', async () => {
  const card = await saved('pm_card_visa');
  book.act({act: 'card', id: card.payment_method, authenticates: true});
  const error = await refused(charge(card), {type: 'StripeCardError', statusCode: 402, code: 'authentication_required'});
  assert.equal(error.payment_intent.status, 'requires_payment_method');
  const intent = await charge(card, {off_session: undefined, return_url: 'https://example.com/back'});
  assert.equal(intent.status, 'requires_action');
  assert.match(intent.next_action.redirect_to_url.url, /^https:/);
  book.act({act: 'authenticate', id: intent.id});
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
  const again = await charge(card, {off_session: undefined});
  assert.equal(again.next_action.type, 'use_stripe_sdk');
  book.act({act: 'authenticate', id: again.id, fails: true});
  const left = await stripe.paymentIntents.retrieve(again.id);
  assert.deepEqual([left.status, left.last_payment_error.code], ['requires_payment_method', 'payment_intent_authentication_failure']);
});

test('each test card declines with its own code, and the intent stays', async () => {
  for (const [card, code, decline_code] of [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error']]) {
    const error = await refused(charge({payment_method: card}), {type: 'StripeCardError', code, decline_code});
    assert.equal((await stripe.paymentIntents.retrieve(error.payment_intent.id)).last_payment_error.code, code);
  }
  const late = await saved('pm_card_chargeCustomerFail');
  await refused(charge(late), {code: 'card_declined'});
  assert.equal(book.sums().captures, 0);
});

test('money that is held is captured, or given back, or lapses', async () => {
  const card = await saved('pm_card_visa'), manual = {capture_method: 'manual'};
  const part = await charge(card, manual);
  assert.deepEqual([part.status, part.amount_capturable], ['requires_capture', 4900]);
  await refused(stripe.paymentIntents.capture(part.id, {amount_to_capture: 4901}), {code: 'amount_too_large'});
  assert.equal((await stripe.paymentIntents.capture(part.id, {amount_to_capture: 4000})).amount_received, 4000);
  await refused(stripe.paymentIntents.capture(part.id), {code: 'payment_intent_unexpected_state'});
  const cancelled = await charge(card, manual);
  assert.equal((await stripe.paymentIntents.cancel(cancelled.id, {cancellation_reason: 'abandoned'})).status, 'canceled');
  const lapses = await charge(card, manual);
  book.act({act: 'advance', seconds: 7 * 86400});
  assert.equal((await stripe.paymentIntents.retrieve(lapses.id)).status, 'canceled');
  await refused(stripe.paymentIntents.cancel(part.id), {code: 'payment_intent_unexpected_state'});
  assert.equal(book.sums().captured, 4000);
});

test('a key answers as it first did for a day, a decline too, and never for something else', async () => {
  const card = await saved('pm_card_visa');
  const first = await charge(card, {}, 'key-1');
  const again = await charge(card, {}, 'key-1');
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  await refused(charge(card, {amount: 5000}, 'key-1'), {type: 'StripeIdempotencyError', statusCode: 400});
  book.act({act: 'card', id: card.payment_method, fails: {code: 'card_declined', decline_code: 'insufficient_funds'}});
  await refused(charge(card, {}, 'key-2'), {decline_code: 'insufficient_funds'});
  book.act({act: 'card', id: card.payment_method});
  await refused(charge(card, {}, 'key-2'), {decline_code: 'insufficient_funds'});
  assert.equal(book.sums().captures, 1);
  // What did not get as far as being carried out is not kept.
  await refused(charge(card, {amount: 1}, 'key-3'), {code: 'amount_too_small'});
  assert.equal((await charge(card, {}, 'key-3')).status, 'succeeded');
  book.act({act: 'key_in_use', key: 'key-4'});
  await refused(charge(card, {}, 'key-4'), {statusCode: 409, code: 'idempotency_key_in_use'});
  book.act({act: 'advance', seconds: 86400});
  assert.notEqual((await charge(card, {}, 'key-1')).id, first.id);
});

test('refunds stay within the charge, and one that succeeded may still fail', async () => {
  const card = await saved('pm_card_visa'), intent = await charge(card);
  const part = await stripe.refunds.create({payment_intent: intent.id, amount: 900, metadata: {key: 'r1'}}, {idempotencyKey: 'r1'});
  assert.equal(part.status, 'succeeded');
  assert.equal((await stripe.refunds.create({payment_intent: intent.id, amount: 900, metadata: {key: 'r1'}}, {idempotencyKey: 'r1'})).id, part.id);
  await refused(stripe.refunds.create({payment_intent: intent.id, amount: 4001}), {statusCode: 400, param: 'amount'});
  assert.equal((await stripe.refunds.create({payment_intent: intent.id})).amount, 4000);
  await refused(stripe.refunds.create({payment_intent: intent.id}), {code: 'charge_already_refunded'});
  assert.deepEqual((await stripe.refunds.list({payment_intent: intent.id})).data.map(({amount}) => amount), [4000, 900]);
  book.act({act: 'card', id: card.payment_method, refund: 'fails_later'});
  const other = await charge(card);
  const refund = await stripe.refunds.create({payment_intent: other.id});
  book.act({act: 'advance', seconds: 86400});
  assert.equal((await stripe.refunds.retrieve(refund.id)).status, 'failed');
  assert.equal((await stripe.charges.retrieve(other.latest_charge)).refunded, false);
  assert.equal(book.sums().refunded, 4900);
});

test('lists are newest first, in pages, by time', async () => {
  const card = await saved('pm_card_visa');
  for (let i = 0; i < 25; ++i) {
    await charge(card, {amount: 1000 + i});
    book.act({act: 'advance', seconds: 60});
  }
  const amounts = [];
  for await (const intent of stripe.paymentIntents.list({customer: card.customer, limit: 10})) amounts.push(intent.amount);
  assert.deepEqual(amounts, Array.from({length: 25}, (_, i) => 1024 - i));
  const page = await stripe.paymentIntents.list({created: {gte: start + 60 * 20}, limit: 2});
  assert.deepEqual([page.data.length, page.has_more], [2, true]);
  await refused(stripe.paymentIntents.list({limit: 101}), {statusCode: 400});
  const lines = await stripe.balanceTransactions.list({type: 'charge', limit: 100});
  assert.equal(lines.data.reduce((sum, line) => sum + line.amount, 0), book.sums().captured);
});

test('a dispute takes the money, and won brings it back', async () => {
  const intent = await charge(await saved('pm_card_visa'));
  const {id} = book.act({act: 'dispute', id: intent.id});
  assert.equal((await stripe.disputes.retrieve(id)).status, 'needs_response');
  await refused(stripe.refunds.create({payment_intent: intent.id}), {code: 'charge_disputed'});
  book.act({act: 'dispute_moves', id, status: 'won'});
  assert.deepEqual(events().slice(-4), ['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated',
                                        'charge.dispute.closed']);
  assert.equal((await stripe.disputes.list({payment_intent: intent.id})).data[0].status, 'won');
});

test('webhooks are signed as of their delivery, with each active secret', async () => {
  await charge(await saved('pm_card_visa'));
  book.act({act: 'webhook_secrets', secrets: ['whsec_next', 'whsec_standin']});
  const {body, headers} = book.deliveries().at(-1);
  const read = (secret, text = body, at = book.now) =>
    stripe.webhooks.constructEvent(text, headers['stripe-signature'], secret, 300, undefined, at * 1000);
  assert.equal(read('whsec_standin').type, 'payment_intent.succeeded');
  assert.equal(read('whsec_next').data.object.amount_received, 4900);
  for (const [secret, text] of [['whsec_other', body], ['whsec_next', `${body} `], ['whsec_next', JSON.stringify(JSON.parse(body))]])
    assert.throws(() => read(secret, text), {type: 'StripeSignatureVerificationError'});
  assert.throws(() => read('whsec_next', body, book.now + 301), /timestamp/i);
  assert.equal((await stripe.events.list({type: 'payment_intent.succeeded'})).data.length, 1);
});

test('wrong keys, wrong parameters and wrong ids are refused in the provider\'s shape', async () => {
  const stranger = new Stripe('sk_test_wrong', {host: '127.0.0.1', port: server.address().port, protocol: 'http', maxNetworkRetries: 0});
  await refused(stranger.customers.list(), {type: 'StripeAuthenticationError', statusCode: 401});
  await refused(stripe.paymentIntents.retrieve('pi_none'), {statusCode: 404, code: 'resource_missing'});
  await refused(charge({customer: 'cus_none', payment_method: 'pm_card_visa'}), {statusCode: 400, code: 'resource_missing'});
  await refused(stripe.paymentIntents.create({amount: 4900, currency: 'usd', nonsense: 1}), {code: 'parameter_unknown'});
  await refused(charge({payment_method: 'pm_card_visa'}, {confirm: false}), {param: 'off_session'});
  const card = await saved('pm_card_visa');
  await refused(charge({payment_method: card.payment_method}), {param: 'payment_method'});
  await stripe.paymentMethods.detach(card.payment_method);
  await refused(charge(card), {param: 'payment_method'});
});
