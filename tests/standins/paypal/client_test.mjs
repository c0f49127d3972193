// PayPal's own client against the stand-in: what it accepts, our plugin may rely on. It has no call for webhooks and
// none that asks whether one is PayPal's own: those are asked as PayPal's reference has them.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {after, before, beforeEach, test} from 'node:test';
import {Book} from './book.mjs';
import {serve} from './server.mjs';

const require = createRequire(`${process.env.CLIENTS}/`);
const {Client, Environment, OrdersController, PaymentsController, VaultController, TransactionSearchController} = require('@paypal/paypal-server-sdk');
const axios = require('axios');
let book, server, client, orders, payments, vault;

/** The client knows PayPal's own hosts alone: its requests go to ours. */
const here = (config) => axios.getAdapter('http')({...config, url: config.url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${server.address().port}`)});

before(async () => {
  server = await serve(new Proxy({}, {get: (_, name) => {
    const member = book[name];
    return typeof member === 'function' ? member.bind(book) : member;
  }}));
});
after(() => server.close());
beforeEach(() => {
  book = new Book({start: 1_774_000_000});
  client = new Client({environment: Environment.Sandbox, unstable_httpClientOptions: {adapter: here}, httpClientOptions: {retryConfig: {maxNumberOfRetries: 0}},
                       clientCredentialsAuthCredentials: {oAuthClientId: 'pp_client_standin', oAuthClientSecret: 'pp_secret_standin'}});
  [orders, payments, vault] = [new OrdersController(client), new PaymentsController(client), new VaultController(client)];
});

const body = (paypal, value = '49.00') => ({intent: 'CAPTURE', purchaseUnits: [{customId: 'k1', amount: {currencyCode: 'EUR', value}}], paymentSource: {paypal}});
const page = {experienceContext: {returnUrl: 'https://shop.example/', cancelUrl: 'https://shop.example/', userAction: 'PAY_NOW'}};
const refused = async (call, issue) => {
  const error = await call.then(() => assert.fail('it was accepted'), (thrown) => thrown);
  assert.equal(JSON.parse(error.body).details[0].issue, issue);
};
const captured = async () => {
  const {result} = await orders.createOrder({body: body(page), paypalRequestId: 'k1'});
  book.act({act: 'approve', id: result.id});
  return (await orders.captureOrder({id: result.id, paypalRequestId: 'c1', body: {}})).result.purchaseUnits[0].payments.captures[0];
};

test('an order is approved on its page, then captured once', async () => {
  const {result} = await orders.createOrder({body: body(page), paypalRequestId: 'k1'});
  assert.equal(result.status, 'PAYER_ACTION_REQUIRED');
  assert.match(result.links.find(({rel}) => rel === 'payer-action').href, /^https:\/\/www\.paypal\.com\//);
  await refused(orders.captureOrder({id: result.id, body: {}}), 'ORDER_NOT_APPROVED');
  book.act({act: 'approve', id: result.id});
  assert.equal((await orders.getOrder({id: result.id})).result.status, 'APPROVED');
  const done = (await orders.captureOrder({id: result.id, paypalRequestId: 'c1', body: {}})).result;
  assert.equal(done.status, 'COMPLETED');
  await refused(orders.captureOrder({id: result.id, paypalRequestId: 'c2', body: {}}), 'ORDER_ALREADY_CAPTURED');
  const capture = (await payments.getCapturedPayment({captureId: done.purchaseUnits[0].payments.captures[0].id})).result;
  assert.equal(capture.customId, 'k1');
  assert.equal(capture.sellerReceivableBreakdown.paypalFee.value, '2.20');
  assert.equal(capture.supplementaryData.relatedIds.orderId, result.id);
});

test('a request id makes one order', async () => {
  const first = (await orders.createOrder({body: body(page), paypalRequestId: 'k1'})).result;
  assert.equal((await orders.createOrder({body: body(page), paypalRequestId: 'k1'})).result.id, first.id);
  assert.notEqual((await orders.createOrder({body: body(page), paypalRequestId: 'k2'})).result.id, first.id);
});

test('an account that is kept is charged without its customer', async () => {
  const setup = (await vault.createSetupToken({body: {paymentSource: {paypal: {usageType: 'MERCHANT', experienceContext: {returnUrl: 'https://a', cancelUrl: 'https://a'}}}}})).result;
  assert.equal(setup.status, 'PAYER_ACTION_REQUIRED');
  book.act({act: 'approve', id: setup.id});
  const token = (await vault.createPaymentToken({body: {paymentSource: {token: {id: setup.id, type: 'SETUP_TOKEN'}}}, paypalRequestId: 't1'})).result;
  assert.equal((await vault.getSetupToken(setup.id)).result.status, 'VAULTED');
  assert.equal((await orders.createOrder({body: body({vaultId: token.id}), paypalRequestId: 'k1'})).result.status, 'COMPLETED');
  book.act({act: 'account', id: token.id, fails: 'INSTRUMENT_DECLINED'});
  await refused(orders.createOrder({body: body({vaultId: token.id}), paypalRequestId: 'k2'}), 'INSTRUMENT_DECLINED');
});

test('a refund is no more than what is left', async () => {
  const {id} = await captured();
  const refund = (await payments.refundCapturedPayment({captureId: id, body: {amount: {currencyCode: 'EUR', value: '10.00'}, customId: 'r1'}, paypalRequestId: 'r1'})).result;
  assert.equal((await payments.getRefund({refundId: refund.id})).result.customId, 'r1');
  await refused(payments.refundCapturedPayment({captureId: id, body: {amount: {currencyCode: 'EUR', value: '40.00'}}}), 'REFUND_AMOUNT_EXCEEDED');
  assert.equal((await payments.getCapturedPayment({captureId: id})).result.status, 'PARTIALLY_REFUNDED');
});

test('what moved is listed three hours later', async () => {
  const search = new TransactionSearchController(client);
  const {id} = await captured();
  const list = async () => (await search.searchTransactions({startDate: '2026-03-20T00:00:00Z', endDate: '2026-03-21T00:00:00Z', fields: 'transaction_info'})).result;
  assert.equal((await list()).transactionDetails.length, 0);
  book.act({act: 'advance', seconds: 3 * 3600});
  const [{transactionInfo}] = (await list()).transactionDetails;
  assert.equal(transactionInfo.transactionId, id);
  assert.equal(transactionInfo.customField, 'k1');
  assert.equal(transactionInfo.feeAmount.value, '-2.20');
});

test('a token is good for nine hours', async () => {
  const ask = (token) => fetch(`http://127.0.0.1:${server.address().port}/v2/checkout/orders/x`, {headers: {authorization: `Bearer ${token}`}}).then(({status}) => status);
  const {accessToken} = await client.clientCredentialsAuthManager.fetchToken();
  assert.equal(await ask(accessToken), 404);
  book.act({act: 'advance', seconds: 9 * 3600});
  assert.equal(await ask(accessToken), 401);
});

test('a webhook is PayPal\'s own as it came, and no other', async () => {
  await captured();
  const {accessToken} = await client.clientCredentialsAuthManager.fetchToken();
  const verify = async (changes = {}) => {
    const {body: raw, headers} = book.deliveries().at(-1);
    const asked = {auth_algo: headers['paypal-auth-algo'], cert_url: headers['paypal-cert-url'], transmission_id: headers['paypal-transmission-id'],
                   transmission_sig: headers['paypal-transmission-sig'], transmission_time: headers['paypal-transmission-time'], webhook_id: 'WH-STANDIN',
                   webhook_event: JSON.parse(raw), ...changes};
    const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/notifications/verify-webhook-signature`,
                              {method: 'POST', headers: {authorization: `Bearer ${accessToken}`, 'content-type': 'application/json'}, body: JSON.stringify(asked)});
    return (await reply.json()).verification_status;
  };
  assert.equal(await verify(), 'SUCCESS');
  assert.equal(await verify({webhook_id: 'WH-OTHER'}), 'FAILURE');
  assert.equal(await verify({webhook_event: {id: 'WH-1'}}), 'FAILURE');
});
