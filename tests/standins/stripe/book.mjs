// What the provider knows: customers, cards, intents, charges, refunds, disputes, events, and the answers it keeps under
// idempotency keys. What customers, banks and time do is played by the tests through `act`, never through the API.
import {createHmac} from 'node:crypto';
import {cards} from './cards.mjs';

const day = 86400;
/** An authorisation that nobody captures lapses. */
const hold = 7 * day;
/** A key may be forgotten after this; the same key is a new request then. */
const key_life = day;

export class Refusal extends Error {
  /** kept: the endpoint had begun its work, so the answer is replayed for its key */
  constructor(status, error, {kept = false} = {}) {
    super(error.message);
    this.status = status;
    this.kept = kept;
    this.body = {error: {type: 'invalid_request_error', ...error}};
  }
}
const wrong = (message, param, code) => new Refusal(400, {message, ...(param && {param}), ...(code && {code})});
const words = {customers: 'customer', payment_methods: 'PaymentMethod', payment_intents: 'payment_intent', setup_intents: 'setupintent',
               charges: 'charge', refunds: 'refund', disputes: 'dispute', events: 'event', balance_transactions: 'balance transaction'};
const fee_of = (amount) => Math.round(amount * 0.029) + 30;

export class Book {
  constructor({start = Math.floor(Date.now() / 1000), webhook_secrets = ['whsec_standin']} = {}) {
    this.now = start;
    this.webhook_secrets = webhook_secrets;
    for (const kind of Object.keys(words)) this[kind] = new Map();
    this.answers = new Map();  // by idempotency key
    this.in_use = new Set();
    this.last = 0;
  }

  id(prefix) {
    this.last += 1;
    return `${prefix}_standin${this.last.toString(36).padStart(16, 'x')}`;
  }
  add(kind, object, hidden = {}) {
    Object.defineProperty(object, 'hidden', {value: hidden});
    this[kind].set(object.id, object);
    return object;
  }
  /** param: the thing is named in the body, which is a bad request; else it is the address that does not exist */
  found(kind, id, param) {
    const thing = this[kind].get(id);
    if (!thing) throw new Refusal(param ? 400 : 404, {code: 'resource_missing', message: `No such ${words[kind]}: '${id}'`, param: param ?? 'id'});
    return thing;
  }

  // ---- Customers and cards

  create_customer({email = null, name = null, phone = null, description = null, metadata = {}, payment_method}) {
    const customer = this.add('customers', {id: this.id('cus'), object: 'customer', created: this.now, email, name, phone, description,
                                            metadata, livemode: false, invoice_settings: {default_payment_method: null}});
    if (payment_method) this.attach(this.card(payment_method), customer);
    this.tell('customer.created', customer);
    return customer;
  }
  update_customer(customer, {metadata, ...rest}) {
    Object.assign(customer, rest, metadata && {metadata: {...customer.metadata, ...metadata}});
    this.tell('customer.updated', customer);
    return customer;
  }
  delete_customer(customer) {
    for (const card of this.payment_methods.values()) if (card.customer === customer.id) card.customer = null;
    this.customers.set(customer.id, {id: customer.id, object: 'customer', deleted: true});
    return this.customers.get(customer.id);
  }
  customer(id) {
    const customer = this.found('customers', id, 'customer');
    if (customer.deleted) throw new Refusal(400, {code: 'resource_missing', message: `No such customer: '${id}'`, param: 'customer'});
    return customer;
  }

  /** A card by its id. The ids of the test cards make a new one each time, as the provider does. */
  card(id) {
    if (!cards[id]) return this.found('payment_methods', id, 'payment_method');
    const {brand = 'visa', last4 = '4242', country = 'US'} = cards[id];
    return this.add('payment_methods', {
      id: this.id('pm'), object: 'payment_method', type: 'card', created: this.now, customer: null, livemode: false, metadata: {},
      billing_details: {email: null, name: null, phone: null, address: null},
      card: {brand, last4, country, exp_month: 12, exp_year: 2034, fingerprint: `fp_${id}`, funding: 'credit', network: brand}},
      {...cards[id], gone: false, set_up: false});
  }
  attach(card, customer) {
    if (card.customer === customer.id) return card;
    if (card.customer || card.hidden.gone)
      throw wrong('The payment method you provided has already been attached to a customer.', 'payment_method');
    if (card.hidden.fails && !card.hidden.attaches) this.decline(card.hidden.fails);
    card.customer = customer.id;
    this.tell('payment_method.attached', card);
    return card;
  }
  detach(card) {
    if (!card.customer) throw wrong('The payment method you provided is not attached to a customer so detachment is impossible.', 'payment_method');
    card.customer = null;
    card.hidden.gone = true;
    this.tell('payment_method.detached', card);
    return card;
  }
  /** The card of an intent: it must be free, or its customer's. */
  usable(id, customer) {
    const card = this.card(id);
    if (card.hidden.gone) throw wrong(`The provided PaymentMethod was previously used and detached; it may not be used again.`, 'payment_method');
    if (card.customer && !customer)
      throw wrong(`The provided PaymentMethod belongs to a Customer. Please include the Customer in the \`customer\` parameter.`, 'payment_method');
    if (card.customer && card.customer !== customer)
      throw wrong('The provided PaymentMethod does not belong to the Customer.', 'payment_method');
    return card;
  }

  decline({code, decline_code, advice_code}, more = {}) {
    throw new Refusal(402, {type: 'card_error', code, decline_code, ...(advice_code && {advice_code}),
                            message: code === 'card_declined' ? 'Your card was declined.' : `Your card could not be charged: ${code}.`, ...more},
                      {kept: true});
  }

  // ---- Saving a card

  create_setup_intent({customer = null, payment_method = null, usage = 'off_session', confirm, metadata = {}, return_url, description = null}) {
    if (customer) this.customer(customer);
    const card = payment_method && this.usable(payment_method, customer);
    const intent = this.add('setup_intents', {
      id: this.id('seti'), object: 'setup_intent', created: this.now, customer, payment_method: card?.id ?? null, usage, metadata, description,
      status: card ? 'requires_confirmation' : 'requires_payment_method', next_action: null, last_setup_error: null, mandate: null,
      payment_method_types: ['card'], livemode: false});
    intent.client_secret = `${intent.id}_secret_standin`;
    this.tell('setup_intent.created', intent);
    return confirm ? this.confirm_setup(intent, {return_url}) : intent;
  }
  confirm_setup(intent, {payment_method, return_url = null}) {
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) this.unexpected('SetupIntent', intent, 'setup_intent');
    if (payment_method) intent.payment_method = this.usable(payment_method, intent.customer).id;
    if (!intent.payment_method) throw wrong('You cannot confirm this SetupIntent because it has no payment method.', 'payment_method');
    const card = this.payment_methods.get(intent.payment_method);
    if (card.hidden.fails && !card.hidden.attaches) {
      intent.status = 'requires_payment_method';
      intent.last_setup_error = {type: 'card_error', ...card.hidden.fails};
      this.tell('setup_intent.setup_failed', intent);
      this.decline(card.hidden.fails, {setup_intent: intent});
    }
    if (card.hidden.authenticates) {
      intent.status = 'requires_action';
      intent.next_action = this.next_action(intent, return_url);
      this.tell('setup_intent.requires_action', intent);
      return intent;
    }
    return this.set_up(intent, card);
  }
  set_up(intent, card) {
    if (intent.customer) this.attach(card, this.customers.get(intent.customer));
    card.hidden.set_up = true;
    Object.assign(intent, {status: 'succeeded', next_action: null});
    this.tell('setup_intent.succeeded', intent);
    return intent;
  }
  cancel_setup(intent) {
    if (['succeeded', 'canceled'].includes(intent.status)) this.unexpected('SetupIntent', intent, 'setup_intent');
    intent.status = 'canceled';
    this.tell('setup_intent.canceled', intent);
    return intent;
  }

  // ---- Payments

  create_intent(asked) {
    const {amount, currency, customer = null, payment_method = null, confirm = false, off_session = false, capture_method = 'automatic',
           metadata = {}, description = null, statement_descriptor_suffix = null, setup_future_usage = null,
           payment_method_types = ['card']} = asked;
    if (amount === undefined) throw wrong('Missing required param: amount.', 'amount', 'parameter_missing');
    if (!Number.isSafeInteger(amount) || amount < 1) throw wrong('Invalid positive integer', 'amount', 'parameter_invalid_integer');
    if (!/^[a-z]{3}$/.test(currency ?? '')) throw wrong('Invalid currency', 'currency');
    if (amount < 50)
      throw wrong('Amount must be at least 50 cents', 'amount', 'amount_too_small');
    if (amount > 99999999) throw wrong('Amount must be no more than 999,999.99', 'amount', 'amount_too_large');
    if (off_session && !confirm) throw wrong('You cannot set `off_session` unless `confirm` is true.', 'off_session');
    if (confirm && !payment_method) throw wrong('You cannot confirm this PaymentIntent because it has no payment method.', 'payment_method');
    if (customer) this.customer(customer);
    const card = payment_method && this.usable(payment_method, customer);
    const intent = this.add('payment_intents', {
      id: this.id('pi'), object: 'payment_intent', amount, amount_capturable: 0, amount_received: 0, currency, customer, created: this.now,
      status: card ? 'requires_confirmation' : 'requires_payment_method', payment_method: card?.id ?? null, capture_method, metadata,
      description, statement_descriptor_suffix, setup_future_usage, payment_method_types, latest_charge: null, last_payment_error: null,
      next_action: null, canceled_at: null, cancellation_reason: null, livemode: false});
    intent.client_secret = `${intent.id}_secret_standin`;
    this.tell('payment_intent.created', intent);
    return confirm ? this.confirm(intent, {...asked, payment_method: undefined}) : intent;
  }
  confirm(intent, {payment_method, off_session = false, return_url = null, error_on_requires_action = false}) {
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) this.unexpected('PaymentIntent', intent);
    if (payment_method) intent.payment_method = this.usable(payment_method, intent.customer).id;
    if (!intent.payment_method) throw wrong('You cannot confirm this PaymentIntent because it has no payment method.', 'payment_method');
    const {fails, authenticates, processing, set_up} = this.payment_methods.get(intent.payment_method).hidden;
    if (fails) return this.refuse(intent, fails);
    if (authenticates && !(authenticates === 'until_set_up' && set_up)) {
      const needed = {code: 'authentication_required', decline_code: 'authentication_required'};
      if (off_session || error_on_requires_action) return this.refuse(intent, needed);
      intent.status = 'requires_action';
      intent.next_action = this.next_action(intent, return_url);
      this.tell('payment_intent.requires_action', intent);
      return intent;
    }
    if (processing) {
      intent.status = 'processing';
      this.tell('payment_intent.processing', intent);
      return intent;
    }
    return this.succeed(intent);
  }
  next_action(intent, return_url) {
    if (!return_url) return {type: 'use_stripe_sdk', use_stripe_sdk: {type: 'three_d_secure_redirect'}};
    return {type: 'redirect_to_url', redirect_to_url: {url: `https://hooks.stripe.com/standin/${intent.id}`, return_url}};
  }
  charge(intent, status, more = {}) {
    const card = this.payment_methods.get(intent.payment_method);
    const charge = this.add('charges', {
      id: this.id('ch'), object: 'charge', amount: intent.amount, amount_captured: 0, amount_refunded: 0, captured: false, refunded: false,
      currency: intent.currency, customer: intent.customer, created: this.now, payment_intent: intent.id, payment_method: card.id, status,
      paid: status === 'succeeded', disputed: false, failure_code: null, failure_message: null, balance_transaction: null,
      metadata: {...intent.metadata}, payment_method_details: {type: 'card', card: {...card.card}},
      outcome: {network_status: 'approved_by_network', type: 'authorized'}, livemode: false, ...more});
    intent.latest_charge = charge.id;
    return charge;
  }
  refuse(intent, fails) {
    const error = {type: 'card_error', code: fails.code, decline_code: fails.decline_code, message: 'Your card was declined.'};
    const charge = this.charge(intent, 'failed', {failure_code: fails.code, failure_message: 'Your card was declined.',
                                                  outcome: {network_status: 'declined_by_network', type: 'issuer_declined'}});
    intent.status = 'requires_payment_method';
    intent.last_payment_error = {...error, charge: charge.id};
    this.tell('charge.failed', charge);
    this.tell('payment_intent.payment_failed', intent);
    this.decline(fails, {charge: charge.id, payment_intent: intent, payment_method: this.payment_methods.get(intent.payment_method)});
  }
  succeed(intent) {
    const card = this.payment_methods.get(intent.payment_method), charge = this.charge(intent, 'succeeded');
    Object.assign(intent, {next_action: null, last_payment_error: null});
    if (intent.setup_future_usage && intent.customer) this.attach(card, this.customers.get(intent.customer));
    if (intent.capture_method === 'manual') {
      intent.status = 'requires_capture';
      intent.amount_capturable = intent.amount;
      charge.hidden.lapses_at = this.now + hold;
      this.tell('payment_intent.amount_capturable_updated', intent);
      return intent;
    }
    return this.take(intent, charge, intent.amount);
  }
  take(intent, charge, amount) {
    Object.assign(charge, {captured: true, amount_captured: amount, balance_transaction: this.settle('charge', charge.id, amount, fee_of(amount), charge.currency).id});
    Object.assign(intent, {status: 'succeeded', amount_received: amount, amount_capturable: 0});
    this.tell(intent.capture_method === 'manual' ? 'charge.captured' : 'charge.succeeded', charge);
    this.tell('payment_intent.succeeded', intent);
    if (this.payment_methods.get(intent.payment_method).hidden.disputed) this.dispute(charge, {});
    return intent;
  }
  capture(intent, {amount_to_capture = intent.amount_capturable}) {
    if (intent.status !== 'requires_capture') this.unexpected('PaymentIntent', intent);
    if (amount_to_capture < 1 || amount_to_capture > intent.amount_capturable)
      throw wrong('The amount to capture is greater than the amount authorised.', 'amount_to_capture', 'amount_too_large');
    return this.take(intent, this.charges.get(intent.latest_charge), amount_to_capture);
  }
  cancel(intent, {cancellation_reason = null}) {
    const may = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action', 'processing'];
    if (!may.includes(intent.status)) this.unexpected('PaymentIntent', intent);
    const charge = this.charges.get(intent.latest_charge);
    if (intent.status === 'requires_capture') Object.assign(charge, {refunded: true, amount_refunded: charge.amount});
    Object.assign(intent, {status: 'canceled', canceled_at: this.now, cancellation_reason, amount_capturable: 0, next_action: null});
    this.tell('payment_intent.canceled', intent);
    return intent;
  }
  unexpected(kind, intent, name = 'payment_intent') {
    throw new Refusal(400, {code: `${name}_unexpected_state`, [name]: intent,
                            message: `This ${kind}'s status is ${intent.status}, which does not allow this.`}, {kept: true});
  }

  // ---- Refunds

  refund({payment_intent, charge: its_charge, amount, reason = null, metadata = {}}) {
    if (!payment_intent && !its_charge) throw wrong('One of payment_intent, charge is required.', 'payment_intent', 'parameter_missing');
    const charge = its_charge ? this.found('charges', its_charge, 'charge')
                              : this.charges.get(this.found('payment_intents', payment_intent, 'payment_intent').latest_charge);
    if (!charge || charge.status !== 'succeeded' || !charge.captured)
      throw wrong('This PaymentIntent does not have a successful charge to refund.', 'payment_intent');
    if (charge.refunded) throw new Refusal(400, {code: 'charge_already_refunded', message: `Charge ${charge.id} has already been refunded.`});
    if (charge.disputed && charge.hidden.dispute_takes >= charge.amount_captured)
      throw new Refusal(400, {code: 'charge_disputed', message: `Charge ${charge.id} has been charged back; cannot issue a refund.`});
    const left = charge.amount_captured - charge.amount_refunded;
    if (amount === undefined) amount = left;
    if (!Number.isSafeInteger(amount) || amount < 1) throw wrong('Invalid positive integer', 'amount', 'parameter_invalid_integer');
    if (amount > left) throw wrong(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount');
    const plays = this.payment_methods.get(charge.payment_method).hidden.refund;
    const refund = this.add('refunds', {
      id: this.id('re'), object: 'refund', amount, currency: charge.currency, charge: charge.id, payment_intent: charge.payment_intent,
      created: this.now, metadata, reason, status: plays === 'pending' ? 'pending' : 'succeeded', failure_reason: null,
      balance_transaction: this.book('refund', charge.id, -amount, 0, charge.currency).id});
    this.refunded(charge, amount);
    this.tell('refund.created', refund);
    this.tell('charge.refunded', charge);
    if (plays === 'fails_later') refund.hidden.fails_at = this.now + day;
    return refund;
  }
  refunded(charge, amount) {
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount_captured;
  }
  refund_ends(refund, status, failure_reason = 'unknown') {
    if (['failed', 'canceled'].includes(refund.status)) return refund;
    refund.status = status;
    if (status === 'failed') {
      refund.failure_reason = failure_reason;
      this.refunded(this.charges.get(refund.charge), -refund.amount);
      this.book('refund_failure', refund.charge, refund.amount, 0, refund.currency);
    }
    this.tell(status === 'failed' ? 'refund.failed' : 'refund.updated', refund);
    return refund;
  }

  // ---- Disputes

  dispute(charge, {amount = charge.amount_captured, reason = 'fraudulent'}) {
    const dispute = this.add('disputes', {
      id: this.id('dp'), object: 'dispute', amount, currency: charge.currency, charge: charge.id, payment_intent: charge.payment_intent,
      created: this.now, reason, status: 'needs_response', evidence_details: {due_by: this.now + 7 * day}, metadata: {},
      is_charge_refundable: false, livemode: false});
    Object.assign(charge, {disputed: true});
    charge.hidden.dispute_takes = amount;
    this.tell('charge.dispute.created', dispute);
    this.book('adjustment', charge.id, -amount, 1500, charge.currency);
    this.tell('charge.dispute.funds_withdrawn', dispute);
    return dispute;
  }
  dispute_moves(dispute, status) {
    dispute.status = status;
    if (status === 'won') {
      this.charges.get(dispute.charge).hidden.dispute_takes = 0;
      this.book('adjustment', dispute.charge, dispute.amount, 0, dispute.currency);
      this.tell('charge.dispute.funds_reinstated', dispute);
    }
    this.tell(['won', 'lost'].includes(status) ? 'charge.dispute.closed' : 'charge.dispute.updated', dispute);
    return dispute;
  }

  /** A line of the settlement report. */
  book(type, source, amount, fee, currency) {
    return this.add('balance_transactions', {id: this.id('txn'), object: 'balance_transaction', type, source, amount, fee, net: amount - fee,
                                             currency, created: this.now, available_on: this.now + 2 * day, status: 'pending'});
  }

  /** A charge is booked in the currency that the account settles in. */
  settle(type, source, amount, fee, currency) {
    const {currency: into, rate} = this.settles_in ?? {currency, rate: 1};
    return this.book(type, source, Math.round(amount * rate), Math.round(fee * rate), into);
  }

  // ---- Time, and what customers and banks do

  advance(seconds) {
    this.now += seconds;
    for (const [key, {at}] of this.answers) if (at + key_life <= this.now) this.answers.delete(key);
    for (const charge of this.charges.values()) {
      const intent = this.payment_intents.get(charge.payment_intent);
      if (!charge.captured && charge.hidden.lapses_at <= this.now && intent.status === 'requires_capture') {
        this.cancel(intent, {cancellation_reason: 'automatic'});
        this.tell('charge.expired', charge);
      }
    }
    for (const refund of this.refunds.values())
      if (refund.hidden.fails_at <= this.now) {
        refund.hidden.fails_at = undefined;
        this.refund_ends(refund, 'failed');
      }
  }

  /** One act of the tests. Returns what it changed. */
  act({act, id, ...how}) {
    const intent = this.payment_intents.get(id) ?? this.setup_intents.get(id);
    switch (act) {
      case 'advance': this.advance(how.seconds); return {now: this.now};
      case 'advance_to': this.advance(Math.max(0, how.to - this.now)); return {now: this.now};
      case 'authenticate': {
        if (intent.status !== 'requires_action') throw new Error(`${id} is ${intent.status}`);
        const card = this.payment_methods.get(intent.payment_method);
        const fails = how.fails ? {code: 'payment_intent_authentication_failure'} : card.hidden.then;
        if (intent.object === 'setup_intent') return this.set_up(intent, card);
        return fails ? this.quietly(() => this.refuse(intent, fails), intent) : this.succeed(intent);
      }
      case 'settle': return how.fails ? this.quietly(() => this.refuse(intent, {code: 'card_declined', ...how.fails}), intent) : this.succeed(intent);
      case 'refund_ends': return this.refund_ends(this.found('refunds', id), how.status, how.failure_reason);
      case 'dispute': return this.dispute(this.charges.get(this.found('payment_intents', id).latest_charge), how);
      case 'dispute_moves': return this.dispute_moves(this.found('disputes', id), how.status);
      case 'card': Object.assign(this.found('payment_methods', id).hidden, {fails: undefined, authenticates: undefined, refund: undefined, processing: undefined}, how); return {};
      case 'key_in_use': how.over ? this.in_use.delete(how.key) : this.in_use.add(how.key); return {};
      case 'intent': return Object.assign(intent, how);
      case 'settles_in': this.settles_in = {currency: how.currency, rate: how.rate}; return {};
      case 'fee': {
        const line = this.balance_transactions.get(this.charges.get(intent.latest_charge).balance_transaction);
        return Object.assign(line, {fee: how.fee, net: line.amount - how.fee});
      }
      case 'webhook_secrets': this.webhook_secrets = how.secrets; return {};
      default: throw new Error(`no act '${act}'`);
    }
  }
  quietly(act, thing) {
    try {
      act();
    } catch (refused) {
      if (!(refused instanceof Refusal)) throw refused;
    }
    return thing;
  }

  // ---- Webhooks: kept for the tests to deliver, in whatever order and number

  tell(type, object) {
    // The object as it is now: later changes do not reach what was told.
    this.add('events', {id: this.id('evt'), object: 'event', type, created: this.now, livemode: false, api_version: '2023-08-16',
                        pending_webhooks: 1, request: {id: null, idempotency_key: null}, data: {object: structuredClone(object)}});
  }
  /** Signed as of now, with every active secret, as at each delivery. */
  deliveries() {
    return [...this.events.values()].map((event) => {
      const body = JSON.stringify(event, null, 2);
      const signed = this.webhook_secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${this.now}.${body}`).digest('hex')}`);
      return {id: event.id, type: event.type, created: event.created, body,
              headers: {'content-type': 'application/json; charset=utf-8', 'stripe-signature': [`t=${this.now}`, ...signed].join(',')}};
    });
  }

  /** The provider's own book, for the tests to hold ours against. */
  sums() {
    const captured = [...this.charges.values()].filter((charge) => charge.captured);
    const refunded = [...this.refunds.values()].filter((refund) => !['failed', 'canceled'].includes(refund.status));
    const taken = {};
    for (const charge of captured) taken[charge.metadata.key ?? charge.id] = (taken[charge.metadata.key ?? charge.id] ?? 0) + 1;
    return {captured: captured.reduce((sum, charge) => sum + charge.amount_captured, 0),
            refunded: refunded.reduce((sum, refund) => sum + refund.amount, 0), captures: captured.length,
            refunds: refunded.length, taken_twice: Object.values(taken).filter((times) => times > 1).length};
  }
}
