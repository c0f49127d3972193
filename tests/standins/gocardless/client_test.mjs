// GoCardless's own client against the stand-in: what it accepts, our plugin may rely on.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {after, before, beforeEach, test} from 'node:test';
import {Book} from './book.mjs';
import {serve} from './server.mjs';

const require = createRequire(`${process.env.CLIENTS}/`);
const {GoCardlessClient} = require('gocardless-nodejs/client');
const webhooks = require('gocardless-nodejs/webhooks');
let book, server, client;

before(async () => {
  server = await serve(new Proxy({}, {get: (_, name) => {
    const member = book[name];
    return typeof member === 'function' ? member.bind(book) : member;
  }}));
});
after(() => server.close());
beforeEach(() => {
  book = new Book({start: 1_774_000_000});
  client = new GoCardlessClient('gc_standin', 'SANDBOX', {raiseOnIdempotencyConflict: true});
  client._api._baseUrl = `http://127.0.0.1:${server.address().port}`;
});

const day = 86400;
const refused = (call, name) => call.then(() => assert.fail('it was accepted'), (error) => assert.equal(error.constructor.name, name) ?? error);
const mandate = async () => {
  const request = await client.billingRequests.create({mandate_request: {currency: 'EUR', scheme: 'sepa_core', metadata: {key: 'm1'}}, metadata: {key: 'm1'}});
  return book.act({act: 'fulfil', id: request.id}).id;
};
const pay = async (key = 'k1', more = {}) =>
  client.payments.create({amount: 4900, currency: 'EUR', metadata: {key}, links: {mandate: await mandate()}, ...more}, key);

test('a mandate is made on the page of a billing request', async () => {
  const request = await client.billingRequests.create({mandate_request: {currency: 'EUR', scheme: 'sepa_core', metadata: {key: 'm1'}}}, 'm1');
  const flow = await client.billingRequestFlows.create({redirect_uri: 'https://shop.example/', exit_uri: 'https://shop.example/', links: {billing_request: request.id}});
  assert.match(flow.authorisation_url, /^https:\/\/pay\.gocardless\.com\//);
  book.act({act: 'fulfil', id: request.id, ending: '42'});
  const done = await client.billingRequests.find(request.id);
  assert.equal(done.status, 'fulfilled');
  assert.equal(done.resources.customer_bank_account.account_number_ending, '42');
  assert.equal((await client.mandates.find(done.links.mandate_request_mandate)).metadata.key, 'm1');
});

test('a key makes one payment, and the second is told which', async () => {
  const links = {mandate: await mandate()};
  const first = await client.payments.create({amount: 100, currency: 'EUR', links}, 'k1');
  const error = await refused(client.payments.create({amount: 100, currency: 'EUR', links}, 'k1'), 'IdempotentCreationConflictError');
  assert.equal(error.conflictingResourceId, first.id);
});

test('a payment is submitted, confirmed and paid out', async () => {
  const {id} = await pay();
  const states = [];
  for (let days = 0; days < 6; ++days) {
    states.push((await client.payments.find(id)).status);
    book.act({act: 'advance', seconds: day});
  }
  assert.deepEqual([...new Set(states)], ['pending_submission', 'submitted', 'confirmed', 'paid_out']);
});

test('it is cancelled until it is submitted', async () => {
  const early = await pay('k1'), late = await pay('k2');
  assert.equal((await client.payments.cancel(early.id)).status, 'cancelled');
  book.act({act: 'advance', seconds: day});
  await refused(client.payments.cancel(late.id), 'InvalidStateError');
});

test('a payment that failed late says why in a signed event, with what was written on the payment', async () => {
  const {id} = await pay();
  book.act({act: 'advance', seconds: 4 * day});
  book.act({act: 'fail', id, cause: 'insufficient_funds'});
  const {body, headers} = book.deliveries().at(-1);
  const [event] = webhooks.parse(body, 'gc_whsec_standin', headers['webhook-signature']);
  assert.equal(event.action, 'failed');
  assert.equal(event.details.cause, 'insufficient_funds');
  assert.equal(event.resource_metadata.key, 'k1');
  assert.throws(() => webhooks.parse(`${body} `, 'gc_whsec_standin', headers['webhook-signature']));
});

test('a refund wants the whole sum of refunds confirmed', async () => {
  const {id} = await pay();
  book.act({act: 'advance', seconds: 4 * day});
  await client.refunds.create({amount: 1000, total_amount_confirmation: 1000, links: {payment: id}});
  await refused(client.refunds.create({amount: 1000, total_amount_confirmation: 1000, links: {payment: id}}), 'InvalidStateError');
  assert.equal((await client.refunds.list({payment: id})).refunds.length, 1);
});

test('nothing is charged by a mandate that ended', async () => {
  const id = await mandate();
  await client.mandates.cancel(id);
  await refused(client.payments.create({amount: 100, currency: 'EUR', links: {mandate: id}}), 'InvalidStateError');
});

test('lists go on where they ended', async () => {
  const ids = [];
  for (const key of ['a', 'b', 'c']) ids.unshift((await pay(key)).id);
  const first = await client.payments.list({limit: 2});
  assert.deepEqual(first.payments.map(({id}) => id), ids.slice(0, 2));
  assert.deepEqual((await client.payments.list({limit: 2, after: first.meta.cursors.after})).payments.map(({id}) => id), ids.slice(2));
});

test('a wrong token and what is not there are told apart', async () => {
  await refused(client.payments.find('PM404'), 'InvalidApiUsageError');
  const other = new GoCardlessClient('wrong', 'SANDBOX', {});
  other._api._baseUrl = client._api._baseUrl;
  await refused(other.payments.find('PM404'), 'AuthenticationError');
});
