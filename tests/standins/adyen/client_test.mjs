// Adyen's own client against the stand-in: what it accepts, our plugin may rely on. Its own validator says whether a
// notification is signed as Adyen signs them.
import assert from 'node:assert/strict';
import {request as ask} from 'node:http';
import {createRequire} from 'node:module';
import {after, before, beforeEach, test} from 'node:test';
import {Book} from './book.mjs';
import {serve} from './server.mjs';

const require = createRequire(`${process.env.CLIENTS}/`);
const {Client, CheckoutAPI, hmacValidator: Validator, EnvironmentEnum} = require('@adyen/api-library');
let book, server, checkout;

/** The client knows Adyen's own hosts alone: its requests go to ours. */
const here = {
  request: (endpoint, json, config, _, {method, idempotencyKey} = {}) => new Promise((answered, failed) => {
    const {pathname} = new URL(endpoint);
    const headers = {'content-type': 'application/json', 'x-api-key': config.apiKey, ...(idempotencyKey && {'idempotency-key': idempotencyKey})};
    const sent = ask({host: '127.0.0.1', port: server.address().port, path: pathname, method: method ?? 'POST', headers}, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      if (response.statusCode < 300) answered(text);
      else failed(Object.assign(new Error(text), {status: response.statusCode, said: JSON.parse(text)}));
    });
    sent.end(method === 'GET' ? undefined : json);
  }),
};

before(async () => {
  server = await serve(new Proxy({}, {get: (_, name) => {
    const member = book[name];
    return typeof member === 'function' ? member.bind(book) : member;
  }}));
});
after(() => server.close());
beforeEach(() => {
  book = new Book({start: 1_774_000_000});
  const client = new Client({apiKey: 'AQE_standin', environment: EnvironmentEnum.TEST});
  client.httpClient = here;
  checkout = new CheckoutAPI(client);
});

const link = (more = {}) => ({merchantAccount: 'ExampleECOM', reference: 'k1', amount: {value: 4900, currency: 'EUR'}, returnUrl: 'https://shop.example/', ...more});
const kept = {storePaymentMethodMode: 'enabled', recurringProcessingModel: 'Subscription', shopperReference: 'acme/ann'};
const by = (id, reference = 'k2') => ({merchantAccount: 'ExampleECOM', reference, amount: {value: 4900, currency: 'EUR'}, shopperReference: 'acme/ann', shopperInteraction: 'ContAuth',
                                       recurringProcessingModel: 'Subscription', paymentMethod: {type: 'scheme', storedPaymentMethodId: id}, returnUrl: 'https://shop.example/'});
const told = () => book.deliveries().map(({body}) => JSON.parse(body).notificationItems[0].NotificationRequestItem);

test('a page is made once, paid on, and told of with what it keeps', async () => {
  const made = await checkout.PaymentLinksApi.paymentLinks(link(kept), {idempotencyKey: 'k1'});
  assert.equal(made.status, 'active');
  assert.match(made.url, /^https:\/\/test\.adyen\.link\//);
  assert.equal((await checkout.PaymentLinksApi.paymentLinks(link(kept), {idempotencyKey: 'k1'})).id, made.id);
  book.act({act: 'pays', refused: 'REFUSED'});
  assert.equal((await checkout.PaymentLinksApi.getPaymentLink(made.id)).status, 'active');
  book.act({act: 'pays'});
  assert.equal((await checkout.PaymentLinksApi.getPaymentLink(made.id)).status, 'completed');
  assert.deepEqual(told().map(({eventCode, success, merchantReference}) => [eventCode, success, merchantReference]), [['AUTHORISATION', 'false', 'k1'], ['AUTHORISATION', 'true', 'k1']]);
  const id = told()[1].additionalData['tokenization.storedPaymentMethodId'];
  assert.equal((await checkout.PaymentsApi.payments(by(id), {idempotencyKey: 'k2'})).resultCode, 'Authorised');
});

test('a page that nobody paid on is closed, and ends by itself', async () => {
  const made = await checkout.PaymentLinksApi.paymentLinks(link());
  assert.equal((await checkout.PaymentLinksApi.updatePaymentLink(made.id, {status: 'expired'})).status, 'expired');
  const other = await checkout.PaymentLinksApi.paymentLinks(link());
  book.act({act: 'advance', seconds: 25 * 3600});
  assert.equal((await checkout.PaymentLinksApi.getPaymentLink(other.id)).status, 'expired');
});

test('what is kept is charged, refused and refunded', async () => {
  const {id} = book.act({act: 'stores', shopper: 'acme/ann'});
  const paid = await checkout.PaymentsApi.payments(by(id), {idempotencyKey: 'k2'});
  assert.equal((await checkout.PaymentsApi.payments(by(id), {idempotencyKey: 'k2'})).pspReference, paid.pspReference, 'the same key, the same payment');
  book.act({act: 'stored', id, refuses: {reason: 'Not enough balance', code: '12'}});
  const refused = await checkout.PaymentsApi.payments(by(id, 'k3'));
  assert.deepEqual([refused.resultCode, refused.refusalReasonCode], ['Refused', '12']);
  const refund = await checkout.ModificationsApi.refundCapturedPayment(paid.pspReference, {merchantAccount: 'ExampleECOM', amount: {value: 1000, currency: 'EUR'}, reference: 'r1'});
  assert.equal(refund.status, 'received');
  book.act({act: 'refunds', success: true});
  assert.equal(told().at(-1).originalReference, paid.pspReference);
});

test('another account, an unknown token and a wrong key are refused', async () => {
  await assert.rejects(checkout.PaymentLinksApi.paymentLinks({...link(), merchantAccount: 'Other'}), ({status}) => status === 403);
  await assert.rejects(checkout.PaymentsApi.payments(by('M0')), ({status, said}) => status === 422 && said.errorType === 'validation');
});

test('every notification is signed as Adyen signs', async () => {
  const {id} = book.act({act: 'stores', shopper: 'acme/ann'});
  await checkout.PaymentsApi.payments(by(id));
  book.act({act: 'capture_failed'});
  book.act({act: 'dispute', event: 'CHARGEBACK', status: 'Lost'});
  const validator = new Validator();
  for (const item of told()) {
    // Adyen's own field names decide what is signed; what is not there counts as nothing.
    assert.ok(validator.validateHMAC({originalReference: '', ...item}, book.hmac_key), item.eventCode);
    assert.ok(!validator.validateHMAC({originalReference: '', ...item, amount: {...item.amount, value: 1}}, book.hmac_key));
  }
});

const browserInfo = {acceptHeader: '*/*', colorDepth: 24, javaEnabled: false, javaScriptEnabled: true, language: 'de-AT', screenHeight: 1080, screenWidth: 1920, timeZoneOffset: -60, userAgent: 'Mozilla/5.0'};

test('a bank asks the customer of a kept card, and is answered once', async () => {
  const {id} = book.act({act: 'stores', shopper: 'acme/ann'});
  book.act({act: 'stored', id, challenges: true});
  const there = {...by(id), recurringProcessingModel: 'CardOnFile', channel: 'Web', browserInfo};
  const asked = await checkout.PaymentsApi.payments(there, {idempotencyKey: 'k2'});
  assert.equal(asked.resultCode, 'RedirectShopper');
  assert.equal(asked.action.method, 'GET');
  assert.match(asked.action.url, /^https:/);
  assert.equal(told().length, 0, 'nothing is authorised before the customer is back');
  const details = {redirectResult: book.act({act: 'challenged'}).result};
  assert.equal((await checkout.PaymentsApi.paymentsDetails({details})).resultCode, 'Authorised');
  await assert.rejects(checkout.PaymentsApi.paymentsDetails({details}), {status: 422});
  assert.deepEqual(told().map(({success, merchantReference}) => [success, merchantReference]), [['true', 'k2']]);
  const {userAgent: _, ...less} = browserInfo;
  await assert.rejects(checkout.PaymentsApi.payments({...there, reference: 'k3', browserInfo: less}), {status: 422});
  assert.equal((await checkout.PaymentsApi.payments(by(id, 'k4'))).refusalReasonCode, '38', 'nobody is there to be asked');
});
