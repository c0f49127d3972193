// What the provider knows: tokens, orders, captures, refunds, vaulted accounts, disputes and events. Customers and time
// are played by the tests through `act`, never through the API.
import {createHmac} from 'node:crypto';

const hour = 3600;
const iso = (seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
/** A token is good so long; a request id is remembered for orders so long. */
const token_life = 9 * hour, key_life = 6 * hour;
/** An order that nobody approves lapses; a payment is in the list of transactions so late. */
const order_life = 3 * hour, listed_after = 3 * hour;

export class Refusal extends Error {
  constructor(status, name, message, issue) {
    super(message);
    this.status = status;
    this.body = {name, message, debug_id: 'standin', ...(issue && {details: [{issue, description: message}]}), links: []};
  }
}
export const not_found = () => new Refusal(404, 'RESOURCE_NOT_FOUND', 'The specified resource does not exist.', 'INVALID_RESOURCE_ID');
const invalid = (issue, message) => new Refusal(400, 'INVALID_REQUEST', message, issue);
const impossible = (issue, message) => new Refusal(422, 'UNPROCESSABLE_ENTITY', message, issue);
const whole = new Set(['JPY', 'HUF', 'TWD']);
const cents = ({value, currency_code}) => Math.round(Number(value) * (whole.has(currency_code) ? 1 : 100));
const money = (amount, currency_code) => ({currency_code, value: whole.has(currency_code) ? `${amount}` : (amount / 100).toFixed(2)});
const fee_of = (amount) => Math.round(amount * 0.0349) + 49;

export class Book {
  constructor({start = Math.floor(Date.now() / 1000), client = 'pp_client_standin:pp_secret_standin', webhook_id = 'WH-STANDIN'} = {}) {
    Object.assign(this, {now: start, client, webhook_id, last: 0, tokens: new Map(), answers: new Map()});
    for (const kind of ['orders', 'captures', 'refunds', 'setup_tokens', 'payment_tokens', 'disputes', 'events']) this[kind] = new Map();
  }

  id(prefix = '') {
    this.last += 1;
    return `${prefix}${this.last.toString(36).toUpperCase().padStart(13, '0')}STDN`;
  }
  add(kind, object, hidden = {}) {
    Object.defineProperty(object, 'hidden', {value: hidden});
    this[kind].set(object.id ?? object.dispute_id, object);
    return object;
  }
  found(kind, id) {
    const thing = this[kind].get(id);
    if (!thing) throw not_found();
    return thing;
  }
  link(rel, path, method = 'GET') {
    return {href: `https://api-m.paypal.com${path}`, rel, method};
  }

  // ---- Tokens

  token(basic) {
    if (basic !== `Basic ${Buffer.from(this.client).toString('base64')}`)
      throw Object.assign(new Refusal(401, '', ''), {body: {error: 'invalid_client', error_description: 'Client Authentication failed'}});
    const access_token = `A21AA-${this.id()}`;
    this.tokens.set(access_token, this.now + token_life);
    return {scope: 'https://uri.paypal.com/services/payments', access_token, token_type: 'Bearer', app_id: 'APP-STANDIN', expires_in: token_life, nonce: 'n'};
  }
  is_good(bearer) {
    return (this.tokens.get(bearer?.replace(/^Bearer /, '')) ?? 0) > this.now;
  }

  // ---- Orders

  create_order({intent, purchase_units, payment_source}) {
    if (intent !== 'CAPTURE') throw invalid('INVALID_PARAMETER_VALUE', 'intent');
    if (purchase_units?.length !== 1) throw invalid('INVALID_ARRAY_MAX_ITEMS', 'purchase_units');
    const [unit] = purchase_units;
    if (!/^\d+(\.\d{2})?$/.test(unit.amount?.value ?? '')) throw invalid('INVALID_PARAMETER_SYNTAX', 'amount');
    if (whole.has(unit.amount.currency_code) && unit.amount.value.includes('.')) throw impossible('DECIMAL_PRECISION', 'decimals');
    const wallet = payment_source?.paypal;
    const order = this.add('orders', {id: this.id(), intent, status: 'PAYER_ACTION_REQUIRED', create_time: iso(this.now), payment_source: {paypal: {}},
                                      purchase_units: [{reference_id: 'default', payee: {merchant_id: 'STANDIN'}, ...unit}]},
                           {made: this.now, context: wallet?.experience_context});
    const path = `/v2/checkout/orders/${order.id}`;
    order.links = [this.link('self', path), {...this.link('payer-action', ''), href: `https://www.paypal.com/checkoutnow?token=${order.id}`}];
    if (!wallet?.vault_id) return order;
    const kept = this.payment_tokens.get(wallet.vault_id);
    if (!kept) throw impossible('TOKEN_ID_NOT_FOUND', 'Specified vault_id is not found.');
    if (kept.hidden.fails) {
      this.orders.delete(order.id);
      throw impossible(kept.hidden.fails, 'The account could not be charged.');
    }
    this.capture(order);
    return order;
  }
  capture(order) {
    const [unit] = order.purchase_units, {fails, pends} = order.hidden;
    if (order.status === 'COMPLETED') throw impossible('ORDER_ALREADY_CAPTURED', 'Order already captured.');
    if (fails) throw impossible(fails, 'The instrument presented was declined.');
    const amount = cents(unit.amount), code = unit.amount.currency_code;
    const capture = this.add('captures', {
      id: this.id(), status: pends ? 'PENDING' : 'COMPLETED', ...(pends && {status_details: {reason: 'PENDING_REVIEW'}}), amount: unit.amount,
      final_capture: true, custom_id: unit.custom_id, create_time: iso(this.now), update_time: iso(this.now),
      seller_receivable_breakdown: {gross_amount: unit.amount, paypal_fee: money(fee_of(amount), code), net_amount: money(amount - fee_of(amount), code)},
      supplementary_data: {related_ids: {order_id: order.id}}}, {at: this.now, order});
    const path = `/v2/payments/captures/${capture.id}`;
    capture.links = [this.link('self', path), this.link('refund', `${path}/refund`, 'POST'), this.link('up', `/v2/checkout/orders/${order.id}`)];
    order.status = 'COMPLETED';
    unit.payments = {captures: [capture]};
    this.tell(pends ? 'PAYMENT.CAPTURE.PENDING' : 'PAYMENT.CAPTURE.COMPLETED', 'capture', capture);
    return capture;
  }
  capture_asked(order) {
    if (order.status === 'COMPLETED') throw impossible('ORDER_ALREADY_CAPTURED', 'Order already captured.');
    if (order.status !== 'APPROVED') throw impossible('ORDER_NOT_APPROVED', 'Payer has not yet approved the Order for payment.');
    this.capture(order);
    return order;
  }
  refund(capture, {amount, custom_id}) {
    const wanted = amount ? cents(amount) : cents(capture.amount), code = capture.amount.currency_code;
    const given = [...this.refunds.values()].filter((one) => one.hidden.capture === capture && one.status !== 'FAILED').reduce((sum, one) => sum + cents(one.amount), 0);
    if (given >= cents(capture.amount)) throw impossible('CAPTURE_FULLY_REFUNDED', 'The capture has already been fully refunded.');
    if (given + wanted > cents(capture.amount)) throw impossible('REFUND_AMOUNT_EXCEEDED', 'The refund amount must be less than or equal to the capture amount.');
    const refund = this.add('refunds', {id: this.id(), status: 'COMPLETED', amount: money(wanted, code), custom_id, create_time: iso(this.now), update_time: iso(this.now)},
                            {capture, at: this.now});
    refund.links = [this.link('self', `/v2/payments/refunds/${refund.id}`), this.link('up', `/v2/payments/captures/${capture.id}`)];
    capture.status = given + wanted === cents(capture.amount) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
    const [unit] = capture.hidden.order.purchase_units;
    (unit.payments.refunds ??= []).push(refund);
    this.tell('PAYMENT.CAPTURE.REFUNDED', 'refund', refund);
    return refund;
  }

  // ---- Accounts that are kept

  create_setup_token({payment_source}) {
    const wallet = payment_source?.paypal;
    if (!wallet?.usage_type || !wallet.experience_context?.return_url || !wallet.experience_context?.cancel_url)
      throw invalid('MISSING_REQUIRED_PARAMETER', 'payment_source.paypal');
    const token = this.add('setup_tokens', {id: this.id(), status: 'PAYER_ACTION_REQUIRED', payment_source: {paypal: {usage_type: wallet.usage_type}}});
    token.links = [this.link('self', `/v3/vault/setup-tokens/${token.id}`), {...this.link('approve', ''), href: `https://www.paypal.com/agreements/approve?approval_session_id=${token.id}`}];
    return token;
  }
  create_payment_token({payment_source}) {
    const setup = this.setup_tokens.get(payment_source?.token?.id);
    if (!setup || payment_source.token.type !== 'SETUP_TOKEN') throw not_found();
    if (setup.status !== 'APPROVED') throw impossible('INVALID_RESOURCE_STATE', `The setup token is ${setup.status}.`);
    setup.status = 'VAULTED';
    const token = this.add('payment_tokens', {id: this.id(), customer: {id: this.id('CU')}, payment_source: {paypal: {email_address: 'ann@example.com'}}, links: []});
    this.tell('VAULT.PAYMENT-TOKEN.CREATED', 'payment_token', token);
    return token;
  }
  delete_payment_token(token) {
    this.payment_tokens.delete(token.id);
    this.tell('VAULT.PAYMENT-TOKEN.DELETED', 'payment_token', token);
    return token;
  }

  /** What moved, as it is listed some hours later. */
  transactions(query) {
    const from = Date.parse(query.get('start_date')) / 1000, to = Date.parse(query.get('end_date')) / 1000;
    if (!(from < to) || to - from > 31 * 24 * hour) throw invalid('INVALID_REQUEST', 'Date range is greater than 31 days');
    const line = (at, id, code, amount, currency, more) => ({transaction_info: {
      transaction_id: id, transaction_event_code: code, transaction_initiation_date: iso(at).replace('Z', '+0000'), transaction_status: 'S',
      transaction_amount: money(amount, currency), ...more}});
    const all = [
      ...[...this.captures.values()].filter(({status}) => status !== 'PENDING' && status !== 'DECLINED').map(({id, amount, custom_id, hidden}) =>
        [hidden.at, line(hidden.at, id, 'T0006', cents(amount), amount.currency_code,
                         {custom_field: custom_id, fee_amount: money(-fee_of(cents(amount)), amount.currency_code)})]),
      ...[...this.refunds.values()].map(({id, amount, custom_id, hidden}) =>
        [hidden.at, line(hidden.at, id, 'T1107', -cents(amount), amount.currency_code,
                         {custom_field: custom_id, paypal_reference_id: hidden.capture.id, paypal_reference_id_type: 'TXN'})]),
    ].filter(([at]) => from <= at && at < to && at + listed_after <= this.now).map(([, one]) => one);
    const size = Number(query.get('page_size') ?? 100), page = Number(query.get('page') ?? 1);
    return {transaction_details: all.slice((page - 1) * size, page * size), account_number: 'STANDIN', start_date: iso(from), end_date: iso(to),
            last_refreshed_datetime: iso(this.now), page, total_items: all.length, total_pages: Math.max(1, Math.ceil(all.length / size)), links: []};
  }

  dispute(capture, {amount}) {
    const dispute = this.add('disputes', {dispute_id: this.id('PP-D-'), reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED', status: 'OPEN', create_time: iso(this.now),
                                          dispute_amount: money(amount, capture.amount.currency_code),
                                          disputed_transactions: [{seller_transaction_id: capture.id}]});
    this.tell('CUSTOMER.DISPUTE.CREATED', 'dispute', dispute);
    return dispute;
  }

  // ---- Time, and what customers do

  advance(seconds) {
    this.now += seconds;
    for (const [key, {at}] of this.answers) if (at + key_life <= this.now) this.answers.delete(key);
    for (const order of this.orders.values())
      if (order.status !== 'COMPLETED' && order.hidden.made + order_life <= this.now) this.orders.delete(order.id);
  }

  act({act, id, ...how}) {
    switch (act) {
      case 'advance': this.advance(how.seconds); return {now: this.now};
      case 'advance_to': this.advance(Math.max(0, how.to - this.now)); return {now: this.now};
      case 'approve': {
        const thing = this.orders.get(id) ?? this.found('setup_tokens', id);
        thing.status = 'APPROVED';
        if (thing.intent) this.tell('CHECKOUT.ORDER.APPROVED', 'checkout-order', thing);
        return thing;
      }
      case 'approve_all': {
        const waiting = [...this.orders.values(), ...this.setup_tokens.values()].filter(({status}) => status === 'PAYER_ACTION_REQUIRED');
        for (const thing of waiting) this.act({act: 'approve', id: thing.id});
        return {approved: waiting.length};
      }
      case 'order': Object.assign(this.found('orders', id).hidden, how); return {};
      case 'last_order': return [...this.orders.values()].at(-1) ?? {};
      case 'last_context': return [...this.orders.values()].at(-1)?.hidden.context ?? {};
      case 'last_capture': return [...this.captures.values()].at(-1) ?? {};
      case 'keeps': {
        const token = this.create_setup_token({payment_source: {paypal: {usage_type: 'MERCHANT', experience_context: {return_url: 'https://x', cancel_url: 'https://x'}}}});
        token.status = 'APPROVED';
        return this.create_payment_token({payment_source: {token: {id: token.id, type: 'SETUP_TOKEN'}}});
      }
      case 'account': Object.assign(this.found('payment_tokens', id).hidden, how); return {};
      case 'delete_account': return this.delete_payment_token(this.found('payment_tokens', id));
      case 'capture_ends': {
        const capture = Object.assign(this.found('captures', id), {status: how.status});
        this.tell(`PAYMENT.CAPTURE.${how.status}`, 'capture', capture);
        return capture;
      }
      case 'dispute': return this.dispute(this.found('captures', id), how);
      case 'dispute_ends': {
        const dispute = Object.assign(this.found('disputes', id), {status: 'RESOLVED', dispute_outcome: {outcome_code: how.outcome}});
        this.tell('CUSTOMER.DISPUTE.RESOLVED', 'dispute', dispute);
        return dispute;
      }
      case 'refund_outside': return this.refund(this.found('captures', id), {amount: how.amount});
      case 'forget_tokens': this.tokens.clear(); return {};
      default: throw new Error(`no act '${act}'`);
    }
  }

  // ---- Webhooks. Only the provider can say whether one is its own

  tell(event_type, resource_type, resource) {
    this.add('events', {id: `WH-${this.id()}`, event_version: '1.0', create_time: iso(this.now), resource_type, event_type,
                        summary: '', resource: structuredClone(resource), links: []});
  }
  signature(id, time, event) {
    return createHmac('sha256', 'standin').update(`${id}|${time}|${this.webhook_id}|${JSON.stringify(event)}`).digest('base64');
  }
  deliveries() {
    return [...this.events.values()].map((event) => {
      const time = iso(this.now), id = `tx-${event.id}`;
      return {id: event.id, type: event.event_type, body: JSON.stringify(event),
              headers: {'paypal-auth-algo': 'SHA256withRSA', 'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-standin',
                        'paypal-transmission-id': id, 'paypal-transmission-time': time, 'paypal-transmission-sig': this.signature(id, time, event)}};
    });
  }
  verify({auth_algo, cert_url, transmission_id, transmission_sig, transmission_time, webhook_id, webhook_event}) {
    if ([auth_algo, cert_url, transmission_id, transmission_sig, transmission_time, webhook_id, webhook_event].some((one) => one === undefined))
      throw invalid('MISSING_REQUIRED_PARAMETER', 'a field is missing');
    const own = webhook_id === this.webhook_id && transmission_sig === this.signature(transmission_id, transmission_time, webhook_event);
    return {verification_status: own ? 'SUCCESS' : 'FAILURE'};
  }

  sums() {
    const captured = [...this.captures.values()].filter(({status}) => status !== 'PENDING' && status !== 'DECLINED');
    return {captured: captured.reduce((sum, {amount}) => sum + cents(amount), 0),
            refunded: [...this.refunds.values()].reduce((sum, {amount}) => sum + cents(amount), 0), captures: captured.length, refunds: this.refunds.size};
  }
}
