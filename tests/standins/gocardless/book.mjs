// What the provider knows: billing requests, mandates, payments, refunds and events. Customers, banks and time are played
// by the tests through `act`, never through the API.
import {createHmac} from 'node:crypto';

const day = 86400;
const iso = (seconds) => new Date(seconds * 1000).toISOString();

export class Refusal extends Error {
  constructor(status, type, message, errors) {
    super(message);
    this.status = status;
    this.body = {error: {message, errors, documentation_url: `https://developer.gocardless.com/api-reference#${errors[0]?.reason ?? type}`,
                         type, request_id: 'req-standin', code: status}};
  }
}
export const not_found = () => new Refusal(404, 'invalid_api_usage', 'Resource not found', [{reason: 'resource_not_found', message: 'Resource not found'}]);
export const invalid = (field, message) =>
  new Refusal(422, 'validation_failed', 'Validation failed', [{field, message, request_pointer: `/${field}`}]);
const state = (reason, message, links) => new Refusal(reason === 'idempotent_creation_conflict' ? 409 : 422, 'invalid_state', message,
                                                      [{reason, message, ...(links && {links})}]);

export class Book {
  constructor({start = Math.floor(Date.now() / 1000), webhook_secret = 'gc_whsec_standin'} = {}) {
    Object.assign(this, {now: start, webhook_secret, last: 0, keys: new Map(), batches: []});
    for (const kind of ['billing_requests', 'billing_request_flows', 'mandates', 'payments', 'refunds', 'events']) this[kind] = new Map();
  }

  id(prefix) {
    this.last += 1;
    return `${prefix}${this.last.toString(36).toUpperCase().padStart(10, '0')}`;
  }
  add(kind, object, hidden = {}) {
    Object.defineProperty(object, 'hidden', {value: hidden});
    this[kind].set(object.id, object);
    return object;
  }
  found(kind, id) {
    const thing = this[kind].get(id);
    if (!thing) throw not_found();
    return thing;
  }

  /** One key makes one resource of its kind, whatever the second request says; it is told which. */
  once(kind, key, make) {
    const name = `${kind} ${key}`;
    if (key && this.keys.has(name))
      throw state('idempotent_creation_conflict', 'A resource has already been created with this idempotency key',
                  {conflicting_resource_id: this.keys.get(name)});
    const made = make();
    if (key) this.keys.set(name, made.id);
    return made;
  }

  // ---- Mandates

  create_billing_request({mandate_request, metadata = {}}) {
    if (!mandate_request) throw invalid('mandate_request', 'is required');
    if (mandate_request.scheme === 'sepa_core' && (mandate_request.currency ?? 'EUR') !== 'EUR') throw invalid('currency', 'is not a currency of this scheme');
    const request = this.add('billing_requests', {
      id: this.id('BRQ'), created_at: iso(this.now), status: 'pending', metadata, payment_request: null,
      mandate_request: {currency: mandate_request.currency ?? null, scheme: mandate_request.scheme ?? null, metadata: mandate_request.metadata ?? {},
                        links: {}},
      links: {customer: this.id('CU')}, resources: {customer: {}, customer_bank_account: null}});
    this.tell('billing_requests', 'created', {billing_request: request.id}, request.metadata, {cause: 'billing_request_created', origin: 'api'});
    return request;
  }
  create_flow({links, redirect_uri = null, exit_uri = null, lock_currency = false}) {
    const request = this.billing_requests.get(links?.billing_request);
    if (!request) throw invalid('links', 'billing request was not found');
    for (const [name, uri] of Object.entries({redirect_uri, exit_uri}))
      if (uri !== null && !/^https?:/.test(uri)) throw invalid(name, 'must be an address');
    const id = this.id('BRF');
    return this.add('billing_request_flows', {
      id, created_at: iso(this.now), expires_at: iso(this.now + 7 * day), redirect_uri, exit_uri, lock_currency, auto_fulfil: true,
      authorisation_url: `https://pay.gocardless.com/billing/static/flow?id=${id}`, links: {billing_request: request.id}});
  }
  /** The customer gives a bank account on the provider's page. */
  fulfil(request, ending = '11') {
    const mandate = this.add('mandates', {id: this.id('MD'), created_at: iso(this.now), status: 'pending_submission', scheme: request.mandate_request.scheme,
                                          reference: this.id('REF'), metadata: request.mandate_request.metadata, links: {customer: request.links.customer}});
    request.status = 'fulfilled';
    request.links.mandate_request_mandate = mandate.id;
    request.mandate_request.links.mandate = mandate.id;
    request.resources.customer_bank_account = {id: this.id('BA'), account_number_ending: ending, bank_name: 'DEUTSCHE BANK', country_code: 'DE', currency: 'EUR'};
    this.tell('billing_requests', 'fulfilled', {billing_request: request.id}, request.metadata, {cause: 'billing_request_fulfilled', origin: 'payer'});
    this.tell('mandates', 'created', {mandate: mandate.id}, mandate.metadata, {cause: 'mandate_created', origin: 'api'});
    return mandate;
  }
  end_mandate(mandate, status, details = {}) {
    mandate.status = status;
    this.tell('mandates', status, {mandate: mandate.id}, mandate.metadata,
              {cause: 'mandate_cancelled', origin: 'bank', scheme: mandate.scheme, reason_code: 'MD01', ...details});
    for (const payment of this.payments.values())
      if (payment.links.mandate === mandate.id && payment.status === 'pending_submission') this.move(payment, 'cancelled', {cause: 'mandate_cancelled', origin: 'bank'});
    return mandate;
  }

  // ---- Payments

  create_payment({amount, currency, description = null, metadata = {}, links}) {
    const mandate = this.mandates.get(links?.mandate);
    if (!mandate) throw invalid('links', 'mandate was not found');
    if (!Number.isInteger(amount) || amount < 1) throw invalid('amount', 'must be at least 1');
    if (currency !== 'EUR') throw invalid('currency', 'must be the currency of the mandate');
    if (Object.keys(metadata).length > 3) throw invalid('metadata', 'may have up to 3 keys');
    if (['cancelled', 'failed', 'expired', 'consumed', 'blocked'].includes(mandate.status))
      throw state('mandate_is_inactive', 'Mandate is failed, cancelled or expired');
    const payment = this.add('payments', {id: this.id('PM'), created_at: iso(this.now), charge_date: iso(this.now + 3 * day).slice(0, 10), amount, currency,
                                          amount_refunded: 0, description, reference: null, status: 'pending_submission', scheme: mandate.scheme,
                                          metadata, links: {mandate: mandate.id, creditor: 'CR123'}, retry_if_possible: false},
                             {then: mandate.hidden.then ?? {}});
    this.tell('payments', 'created', {payment: payment.id}, metadata, {cause: 'payment_created', origin: 'api'});
    return payment;
  }
  cancel(payment) {
    if (payment.status !== 'pending_submission')
      throw state('cancellation_failed', 'This payment cannot be cancelled since it is not pending submission');
    return this.move(payment, 'cancelled', {cause: 'payment_cancelled', origin: 'api'});
  }
  move(payment, status, details = {}, event = status) {
    payment.status = status;
    payment.hidden.captured ||= status === 'confirmed';
    if (status === 'paid_out') payment.links.payout = this.id('PO');
    this.tell('payments', event, {payment: payment.id}, payment.metadata, {origin: 'gocardless', cause: `payment_${status}`, scheme: payment.scheme, ...details});
    return payment;
  }
  /** A bank does not pay, or takes back what it had paid. */
  fail(payment, {cause = 'insufficient_funds', reason_code = 'AM04', will_attempt_retry = false, description = 'The customer has no funds.'} = {}) {
    payment.hidden.captured = false;
    return this.move(payment, 'failed', {cause, reason_code, description, origin: 'bank', will_attempt_retry});
  }
  charge_back(payment, {cause = 'authorisation_disputed', reason_code = 'MD06'} = {}) {
    payment.hidden.captured = false;
    return this.move(payment, 'charged_back', {cause, reason_code, origin: 'bank', description: 'The customer wants it back.'});
  }
  chargeback_cancelled(payment) {
    payment.hidden.captured = true;
    return this.move(payment, 'paid_out', {cause: 'payment_confirmed', origin: 'bank'}, 'chargeback_cancelled');
  }

  create_refund({amount, total_amount_confirmation, metadata = {}, links}) {
    const payment = this.payments.get(links?.payment);
    if (!payment) throw invalid('links', 'payment was not found');
    if (!['confirmed', 'paid_out'].includes(payment.status)) throw state('refund_payment_invalid_state', 'Payment is not in a state that it can be refunded');
    if (payment.amount_refunded + amount > payment.amount) throw state('refund_is_invalid', 'The refund is more than the payment');
    if (total_amount_confirmation !== payment.amount_refunded + amount)
      throw state('total_amount_confirmation_invalid', 'total_amount_confirmation does not match');
    payment.amount_refunded += amount;
    const refund = this.add('refunds', {id: this.id('RF'), created_at: iso(this.now), amount, currency: payment.currency, reference: null, status: 'created',
                                        metadata, links: {payment: payment.id, mandate: payment.links.mandate}});
    this.tell('refunds', 'created', {refund: refund.id}, metadata, {cause: 'refund_created', origin: 'api'});
    return refund;
  }
  refund_ends(refund, status) {
    refund.status = status;
    if (status !== 'paid') this.payments.get(refund.links.payment).amount_refunded -= refund.amount;
    this.tell('refunds', status, {refund: refund.id}, refund.metadata, {cause: `refund_${status}`, origin: 'gocardless'});
    return refund;
  }

  // ---- Time: to the banks after half a day, collected after three, paid out after five

  advance(seconds) {
    this.now += seconds;
    for (const payment of this.payments.values()) {
      const age = this.now - Date.parse(payment.created_at) / 1000;
      if (payment.status === 'pending_submission' && age >= day / 2) this.move(payment, 'submitted');
      if (payment.status === 'submitted' && age >= 3 * day)
        payment.hidden.then.fails ? this.fail(payment, payment.hidden.then.fails) : this.move(payment, 'confirmed');
      if (payment.status === 'confirmed' && age >= 5 * day && !payment.hidden.stays) this.move(payment, 'paid_out');
    }
    for (const refund of this.refunds.values())
      if (refund.status === 'created' && this.now - Date.parse(refund.created_at) / 1000 >= 2 * day) this.refund_ends(refund, 'paid');
  }

  act({act, id, ...how}) {
    switch (act) {
      case 'advance': this.advance(how.seconds); return {now: this.now};
      case 'advance_to': this.advance(Math.max(0, how.to - this.now)); return {now: this.now};
      case 'fulfil': return this.fulfil(this.found('billing_requests', id), how.ending);
      case 'end_mandate': return this.end_mandate(this.found('mandates', id), how.status ?? 'cancelled');
      case 'mandate': Object.assign(this.found('mandates', id).hidden, {then: {}}, {then: how}); return {};
      case 'fail': return this.fail(this.found('payments', id), how);
      case 'charge_back': return this.charge_back(this.found('payments', id), how);
      case 'chargeback_cancelled': return this.chargeback_cancelled(this.found('payments', id));
      case 'retry': return this.move(this.found('payments', id), 'pending_submission', {cause: 'payment_retried', origin: 'api'}, 'resubmission_requested');
      case 'refund_ends': return this.refund_ends(this.found('refunds', id), how.status);
      case 'flow': return [...this.billing_request_flows.values()].at(-1);
      case 'payment': return Object.assign(this.found('payments', id), how);
      default: throw new Error(`no act '${act}'`);
    }
  }

  // ---- Webhooks: each event by itself or many together, for the tests to deliver

  tell(resource_type, action, links, resource_metadata, details) {
    this.add('events', {id: this.id('EV'), created_at: iso(this.now), resource_type, action, links, details: {description: '', ...details}, metadata: {},
                        resource_metadata: structuredClone(resource_metadata)});
  }
  signed(events) {
    const body = JSON.stringify({events, meta: {webhook_id: this.id('WB')}});
    return {body, headers: {'content-type': 'application/json', 'webhook-signature': createHmac('sha256', this.webhook_secret).update(body).digest('hex')}};
  }
  deliveries() {
    return [...this.events.values()].map((event) => ({id: event.id, type: `${event.resource_type}.${event.action}`, ...this.signed([event])}));
  }

  /** The provider's own book, for the tests to hold ours against: what was collected, also when it went back later. */
  sums() {
    const captured = [...this.payments.values()].filter((payment) => payment.hidden.captured);
    const refunded = [...this.refunds.values()].filter((refund) => refund.status === 'paid');
    return {captured: captured.reduce((sum, payment) => sum + payment.amount, 0), refunded: refunded.reduce((sum, refund) => sum + refund.amount, 0),
            captures: captured.length, refunds: refunded.length};
  }
}
