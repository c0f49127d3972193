// Razorpay's own client against the stand-in: what it accepts, our plugin may rely on.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {after, before, beforeEach, test} from 'node:test';
import {Book} from './book.mjs';
import {serve} from './server.mjs';

const require = createRequire(`${process.env.CLIENTS}/`);
const Razorpay = require('razorpay');
const {validatePaymentVerification} = require('razorpay/dist/utils/razorpay-utils');
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
  client = new Razorpay({key_id: 'rzp_test_standin', key_secret: 'standin'});
  client.api.rq.defaults.baseURL = `http://127.0.0.1:${server.address().port}`;
});

const ann = {email: 'ann@example.com', contact: '9000000000'};
const order = (more = {}) => client.orders.create({amount: 118000, currency: 'INR', receipt: 'florin-1', notes: {key: 'k1'},
                                                   payment: {capture: 'automatic'}, ...more});
const refused = async (call, description) => {
  const error = await call.then(() => assert.fail('it was accepted'), (thrown) => thrown);
  assert.match(error.error.description, description);
  return error;
};

test('an order is made once for a unique receipt, and found by it', async () => {
  const first = await order({unique_receipt: true});
  const again = await order({unique_receipt: true});
  assert.equal(again.id, first.id);
  assert.equal(first.status, 'created');
  assert.equal((await client.orders.all({receipt: 'florin-1'})).items[0].id, first.id);
  assert.equal((await client.orders.all({receipt: 'florin-2'})).count, 0);
});

test('empty notes are a list, filled ones an object', async () => {
  assert.deepEqual((await client.orders.create({amount: 100, currency: 'INR', receipt: 'r'})).notes, []);
  assert.deepEqual((await order()).notes, {key: 'k1'});
});

test('a UPI intent is paid, captured by itself and told in signed events', async () => {
  const made = await order();
  const started = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id, method: 'upi', upi: {flow: 'intent'}});
  assert.match(started.next[0].url, /^upi:\/\/pay\?.*am=1180\.00&cu=INR/);
  book.act({act: 'pay', id: started.razorpay_payment_id});
  const payment = await client.payments.fetch(started.razorpay_payment_id);
  assert.equal(payment.status, 'captured');
  assert.equal((await client.orders.fetch(made.id)).status, 'paid');
  assert.deepEqual(book.events.map(({body}) => JSON.parse(body).event), ['payment.authorized', 'payment.captured', 'order.paid']);
  for (const {body, headers} of book.events) {
    assert.ok(Razorpay.validateWebhookSignature(body, headers['x-razorpay-signature'], 'rzpsecret'));
    assert.ok(!Razorpay.validateWebhookSignature(`${body} `, headers['x-razorpay-signature'], 'rzpsecret'));
  }
  await refused(client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id, method: 'upi', upi: {flow: 'intent'}}),
                /already paid/);
});

test('a silent bank is a failure that may still succeed', async () => {
  const made = await order();
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id,
                                                                             method: 'netbanking', bank: 'HDFC'});
  book.act({act: 'advance', seconds: 600});
  assert.equal((await client.payments.fetch(id)).error_reason, 'payment_timed_out');
  book.act({act: 'pay', id});
  assert.equal((await client.payments.fetch(id)).status, 'captured');
});

test('a mandate is debited a day after its notice, and not above its maximum', async () => {
  const customer = await client.customers.create({name: 'Ann', email: 'ann@example.com', contact: '9000000000', fail_existing: '0'});
  assert.equal((await client.customers.create({email: 'ann@example.com', contact: '9000000000', fail_existing: '0'})).id, customer.id);
  const first = await order({customer_id: customer.id, token: {max_amount: 500000, frequency: 'as_presented'}, method: 'upi'});
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: first.id,
                                                                             method: 'upi', upi: {flow: 'intent'}, customer_id: customer.id});
  book.act({act: 'pay', id});
  const [token] = (await client.customers.fetchTokens(customer.id)).items;
  assert.equal(token.recurring_details.status, 'confirmed');

  const next = await order({receipt: 'florin-2'});
  const debit = await client.payments.createRecurringPayment({...ann, amount: 118000, currency: 'INR', order_id: next.id, token: token.id,
                                                              customer_id: customer.id, recurring: true});
  book.act({act: 'advance', seconds: 24 * 3600});
  assert.equal((await client.payments.fetch(debit.razorpay_payment_id)).status, 'created');
  book.act({act: 'advance', seconds: 3600});
  assert.equal((await client.payments.fetch(debit.razorpay_payment_id)).status, 'captured');

  const big = await order({amount: 500001, receipt: 'florin-3'});
  await refused(client.payments.createRecurringPayment({...ann, amount: 500001, currency: 'INR', order_id: big.id, token: token.id,
                                                        customer_id: customer.id, recurring: true}), /maximum amount/);
});

test('an authorised payment is captured whole and once', async () => {
  const made = await order({payment: {capture: 'manual'}});
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id,
                                                                             method: 'netbanking', bank: 'HDFC'});
  await refused(client.payments.capture(id, 118000, 'INR'), /authorized and not yet captured/);
  book.act({act: 'pay', id});
  await refused(client.payments.capture(id, 100, 'INR'), /equal to the amount authorized/);
  assert.equal((await client.payments.capture(id, 118000, 'INR')).status, 'captured');
  await refused(client.payments.capture(id, 118000, 'INR'), /already been captured/);
});

test('refunds stay within what was captured, and a failed one gives the room back', async () => {
  const made = await order();
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id,
                                                                             method: 'netbanking', bank: 'HDFC'});
  book.act({act: 'pay', id});
  const part = await client.payments.refund(id, {amount: 47200});
  assert.equal(part.status, 'pending');
  await refused(client.payments.refund(id, {amount: 70801}), /greater than amount captured/);
  book.act({act: 'refund_ends', id: part.id, status: 'failed'});
  assert.equal((await client.payments.refund(id, {amount: 118000})).amount, 118000);
  assert.equal((await client.payments.fetch(id)).status, 'refunded');
  assert.equal((await client.payments.fetchMultipleRefund(id)).count, 2);
});

test('the same refund key acts once, and never for another amount', async () => {
  const made = await order();
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id,
                                                                             method: 'netbanking', bank: 'HDFC'});
  book.act({act: 'pay', id});
  const post = (amount) => client.api.rq.post(`/v1/payments/${id}/refund`, {amount}, {headers: {'X-Refund-Idempotency': 'florin-refund-1'}});
  const first = await post(1000);
  assert.equal((await post(1000)).data.id, first.data.id);
  assert.equal((await post(2000).catch((error) => error.response)).status, 400);
  assert.deepEqual(book.sums(), {captured: 118000, refunded: 1000, captures: 1});
});

test('what the form brings back is signed as the client checks it', async () => {
  const made = await order();
  const started = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id, method: 'upi', upi: {flow: 'intent'}});
  const back = book.act({act: 'brings_back', id: started.razorpay_payment_id, secret: 'standin'});
  const signed = (order_id) => validatePaymentVerification({order_id, payment_id: back.razorpay_payment_id}, back.razorpay_signature, 'standin');
  assert.ok(signed(made.id));
  assert.ok(!signed('order_Stand000000999'));
  // The known answer of the provider's own manual.
  assert.ok(validatePaymentVerification({order_id: 'order_1', payment_id: 'pay_1'},
                                        '6ee26bbc4e5583865fe176666b0acc52e28b705f5b70a740696a59ded49e28d0', 'ks'));
});

test('a mandate comes with the rupee that its customer pays, and the rupee is not captured', async () => {
  const customer = await client.customers.create({name: 'acme/ann', ...ann, fail_existing: 0});
  const made = await client.orders.create({
    amount: 100, currency: 'INR', method: 'upi', customer_id: customer.id, receipt: 'saving-1',
    token: {max_amount: 1500000, frequency: 'as_presented'}, payment: {capture: 'manual'}});
  const paid = await client.payments.createPaymentJson({...ann, amount: 100, currency: 'INR', order_id: made.id, method: 'upi', upi: {flow: 'intent'}});
  book.act({act: 'pay', id: paid.razorpay_payment_id});
  const payment = await client.payments.fetch(paid.razorpay_payment_id);
  assert.equal(payment.status, 'authorized');
  const token = await client.customers.fetchToken(customer.id, payment.token_id);
  assert.equal(token.recurring_details.status, 'confirmed');
  assert.equal(token.max_amount, 1500000);
});

test('money comes into a virtual account whatever was expected', async () => {
  const account = await client.virtualAccounts.create({receivers: {types: ['bank_account']}, amount_expected: 141600, notes: {order: '7'}});
  assert.match(account.receivers[0].account_number, /^\d{16}$/);
  const {id} = book.act({act: 'transfer', virtual_account_id: account.id, amount: 100000, utr: 'UTR1'});
  const detail = await client.payments.bankTransfer(id);
  assert.equal(detail.bank_reference, 'UTR1');
  assert.equal((await client.payments.fetch(id)).order_id, null);
  assert.deepEqual((await client.virtualAccounts.fetchPayments(account.id)).items.map((payment) => payment.id), [id]);
});

test('whoever pays is named, also where nobody is there', async () => {
  const {id} = await order();
  await refused(client.payments.createRecurringPayment({amount: 118000, currency: 'INR', order_id: id, token: 'token_1', customer_id: 'cust_1',
                                                        recurring: true}), /does not exist/);
  await refused(client.payments.createPaymentJson({amount: 118000, currency: 'INR', order_id: id, contact: '9000000000', method: 'upi',
                                                   upi: {flow: 'intent'}}), /email field is required/);
  await refused(client.payments.createPaymentJson({amount: 118000, currency: 'INR', order_id: id, email: 'a@example.com', method: 'upi',
                                                   upi: {flow: 'intent'}}), /contact field is required/);
  await refused(client.customers.create({name: 'Ann', email: 'a@example.com'}), /contact field is required/);
});

test('a payout names its payments, and what was kept of each', async () => {
  const made = await order();
  const {razorpay_payment_id: id} = await client.payments.createPaymentJson({...ann, amount: 118000, currency: 'INR', order_id: made.id, method: 'upi',
                                                                             upi: {flow: 'intent'}});
  book.act({act: 'pay', id});
  const settlement = book.act({act: 'settle'});
  const day = new Date((book.now + 5.5 * 3600) * 1000);
  const report = (d) => client.settlements.reports({year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate()});
  const {items: [line]} = await report(day);
  assert.equal(line.entity_id, id);
  assert.equal(line.settlement_id, settlement.id);
  assert.equal(line.credit, 118000 - line.fee);
  assert.equal((await report(new Date(day.getTime() + 86400_000))).count, 0);
});

test('wrong keys, wrong amounts and wrong ids are refused in the provider\'s shape', async () => {
  const stranger = new Razorpay({key_id: 'rzp_test_standin', key_secret: 'wrong'});
  stranger.api.rq.defaults.baseURL = client.api.rq.defaults.baseURL;
  assert.equal((await refused(stranger.orders.all({}), /Authentication failed/)).statusCode, 401);
  await refused(client.orders.create({amount: 99, currency: 'INR', receipt: 'r'}), /minimum amount/);
  await refused(client.orders.create({amount: 10.5, currency: 'INR', receipt: 'r'}), /integer/);
  await refused(client.payments.fetch('pay_none'), /does not exist/);
});
