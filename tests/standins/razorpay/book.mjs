// What the provider knows: orders, payments, refunds, customers, tokens, virtual accounts, disputes, events. A payment
// moves by what its customer and its bank do; both are played by the tests through `act`, never through the API.
import {createHmac} from 'node:crypto';

const minute = 60, hour = 3600, day = 86400;
/** A bank that says nothing for so long: the payment is marked failed, and may still be authorised later. */
const gives_up_after = 10 * minute;
/** A recurring debit goes to the bank this long after its notice. */
const notice = 25 * hour;
/** An authorised payment that nobody captures goes back. */
const capture_within = 5 * day;
const refund_takes = 2 * hour;
/** Test mode lets a UPI payment fail by its amount in paise. */
const upi_by_amount = {201: 'insufficient_funds', 204: 'incorrect_pin', 302: 'payment_cancelled', 402: 'payment_declined'};

export class Refusal extends Error {
  constructor(status, description, more = {}) {
    super(description);
    this.status = status;
    this.body = {error: {code: status >= 500 ? 'SERVER_ERROR' : 'BAD_REQUEST_ERROR', description, source: 'business',
                         step: 'payment_initiation', reason: 'input_validation_failed', metadata: {}, ...more}};
  }
}
const wrong = (description, field) => new Refusal(400, description, field ? {field} : {});

/** Empty notes leave as a list, filled ones as an object. */
const shown_notes = (notes) => (notes && Object.keys(notes).length > 0 ? notes : []);

export class Book {
  constructor({start = Math.floor(Date.now() / 1000), webhook_secret = 'rzpsecret', collect_allowed = false} = {}) {
    this.now = start;
    this.webhook_secret = webhook_secret;
    this.collect_allowed = collect_allowed;
    this.orders = new Map();
    this.payments = new Map();
    this.refunds = new Map();
    this.customers = new Map();
    this.tokens = new Map();
    this.virtual_accounts = new Map();
    this.disputes = new Map();
    this.refund_keys = new Map();
    this.events = [];
    this.last = 0;
  }

  id(prefix) {
    this.last += 1;
    return `${prefix}_${'Stand'}${String(this.last).padStart(9, '0')}`;
  }

  found(kind, id) {
    const thing = this[kind].get(id);
    if (!thing) throw wrong('The id provided does not exist', 'id');
    return thing;
  }

  // ---- Orders

  create_order({amount, currency, receipt = null, notes, unique_receipt, payment, customer_id, token, method, ...rest}) {
    delete rest.partial_payment;
    delete rest.notification;
    const unknown = Object.keys(rest)[0];
    if (unknown) throw new Refusal(400, `${unknown} is/are not required and should not be sent`, {reason: 'extra_field_sent'});
    if (!Number.isInteger(amount)) throw wrong('The amount must be an integer.', 'amount');
    if (amount < 100 && !(amount === 0 && token)) throw wrong('Order amount less than minimum amount allowed', 'amount');
    if (!/^[A-Z]{3}$/.test(currency ?? '')) throw wrong('The currency field is required.', 'currency');
    if (receipt !== null && receipt.length > 40) throw wrong('The receipt may not be greater than 40 characters.', 'receipt');
    if (receipt !== null && unique_receipt)
      for (const order of this.orders.values()) if (order.receipt === receipt) return order;
    const order = {id: this.id('order'), entity: 'order', amount, amount_paid: 0, amount_due: amount, currency, receipt,
                   offer_id: null, status: 'created', attempts: 0, notes: notes ?? {}, created_at: this.now};
    this.orders.set(order.id, order);
    Object.defineProperty(order, 'hidden', {value: {
      capture: payment?.capture ?? 'manual', customer_id, token, method,
      captures_until: this.now + minute * (payment?.capture_options?.automatic_expiry_period ?? 5 * 24 * 60)}});
    return order;
  }

  // ---- Payments

  /** Whoever pays is named in the request itself. */
  named({email, contact}) {
    if (!/^[^@\s]+@[^@\s]+$/.test(email ?? '')) throw wrong('The email field is required.', 'email');
    if (!/^\+?\d{8,14}$/.test(contact ?? '')) throw wrong('The contact field is required.', 'contact');
  }

  create_payment({amount, currency, order_id, email, contact, method, customer_id, token, upi, bank, recurring, notes,
                  description}) {
    this.named({email, contact});
    const order = this.found('orders', order_id);
    if (order.status === 'paid') throw wrong('This order is already paid.', 'order_id');
    if (amount !== order.amount || currency !== order.currency)
      throw wrong('Your payment amount is different from your order amount.', 'amount');
    const saved = token ? this.found('tokens', token) : null;
    if (saved && saved.customer_id !== customer_id) throw wrong('The token does not belong to this customer.', 'token');
    const payment = {id: this.id('pay'), entity: 'payment', amount, currency, status: 'created', order_id,
                     invoice_id: null, international: false, method: method ?? saved?.method ?? 'card',
                     amount_refunded: 0, refund_status: null, captured: false, description: description ?? null,
                     card_id: null, bank: bank ?? null, wallet: null, vpa: upi?.vpa ?? null, email: email ?? null,
                     contact: contact ?? null, customer_id: customer_id ?? null, token_id: token ?? null,
                     notes: notes ?? {}, fee: null, tax: null, error_code: null, error_description: null,
                     error_source: null, error_step: null, error_reason: null, acquirer_data: {},
                     created_at: this.now};
    if (payment.method === 'card') payment.card = saved?.card ?? {network: 'Visa', last4: '1007', type: 'credit'};
    this.payments.set(payment.id, payment);
    Object.defineProperty(payment, 'hidden', {value: {recurring: Boolean(recurring)}, writable: true});
    order.attempts += 1;
    if (order.status === 'created') order.status = 'attempted';
    return payment;
  }

  create_recurring(asked) {
    const token = this.found('tokens', asked.token);
    if (token.recurring_details.status !== 'confirmed') throw wrong('The token is not confirmed for recurring payments.', 'token');
    if (asked.amount > token.max_amount) throw wrong('The amount exceeds the maximum amount of the token.', 'amount');
    return this.create_payment({...asked, recurring: true});
  }

  authorise(payment) {
    const late = payment.status === 'failed';
    if (payment.status !== 'created' && !late) throw new Error(`${payment.id} is ${payment.status}`);
    payment.status = 'authorized';
    payment.hidden.authorised_at = this.now;
    for (const part of ['code', 'description', 'source', 'step', 'reason']) payment[`error_${part}`] = null;
    payment.acquirer_data = payment.method === 'upi' ? {rrn: '400000000001'} : {auth_code: '000001'};
    this.tell('payment.authorized', {payment});
    const order = this.orders.get(payment.order_id);
    if (order?.hidden.token) this.confirm_token(order, payment);
    // Of an order that is paid already, or too late, nothing is captured by itself: it lapses and goes back.
    const captures = order?.hidden.capture === 'automatic' && order.status !== 'paid' && this.now < order.hidden.captures_until;
    if (captures) this.take(payment);
  }

  capture(payment, {amount, currency}) {
    if (payment.status === 'captured') throw wrong('This payment has already been captured');
    if (payment.status !== 'authorized') throw wrong('Only payments which have been authorized and not yet captured can be captured');
    if (amount !== payment.amount || currency !== payment.currency)
      throw wrong('Capture amount must be equal to the amount authorized', 'amount');
    this.take(payment);
    return payment;
  }

  take(payment) {
    payment.status = 'captured';
    payment.captured = true;
    payment.tax = Math.round(payment.amount * 0.0036);
    payment.fee = Math.round(payment.amount * 0.02) + payment.tax;
    this.tell('payment.captured', {payment});
    const order = this.orders.get(payment.order_id);
    if (!order) return;
    order.amount_paid += payment.amount;
    order.amount_due = Math.max(0, order.amount - order.amount_paid);
    order.status = 'paid';
    this.tell('order.paid', {order, payment});
  }

  fail(payment, reason, source = 'customer') {
    payment.status = 'failed';
    payment.error_code = source === 'gateway' || source === 'issuer_bank' ? 'GATEWAY_ERROR' : 'BAD_REQUEST_ERROR';
    payment.error_description = `Your payment was not completed (${reason}).`;
    payment.error_source = source;
    payment.error_step = 'payment_authorization';
    payment.error_reason = reason;
    this.tell('payment.failed', {payment});
  }

  // ---- Refunds

  refund(payment, {amount = payment.amount - payment.amount_refunded, speed = 'normal', notes, receipt = null}, key) {
    if (key !== undefined && !/^[A-Za-z0-9_-]{10,}$/.test(key)) throw wrong('The idempotency key is not valid.');
    const content = JSON.stringify({payment: payment.id, amount, speed, notes, receipt});
    const before = key === undefined ? undefined : this.refund_keys.get(key);
    if (before && before.content !== content) throw wrong('Different request with the same idempotency key was sent');
    if (before) return before.refund;
    if (payment.status !== 'captured') throw wrong('The payment status should be captured for action to be taken');
    if (!Number.isInteger(amount) || amount < 1) throw wrong('The amount must be an integer.', 'amount');
    if (amount > payment.amount - payment.amount_refunded)
      throw wrong('The refund amount provided is greater than amount captured', 'amount');
    const refund = {id: this.id('rfnd'), entity: 'refund', amount, currency: payment.currency, payment_id: payment.id,
                    notes: notes ?? {}, receipt, acquirer_data: {arn: null}, created_at: this.now, batch_id: null,
                    status: 'pending', speed_requested: speed, speed_processed: 'normal'};
    this.refunds.set(refund.id, refund);
    payment.amount_refunded += amount;
    payment.refund_status = payment.amount_refunded === payment.amount ? 'full' : 'partial';
    if (payment.refund_status === 'full') payment.status = 'refunded';
    if (key !== undefined) this.refund_keys.set(key, {content, refund});
    this.tell('refund.created', {refund, payment});
    return refund;
  }

  refund_ends(refund, status) {
    const payment = this.payments.get(refund.payment_id);
    refund.status = status;
    if (status === 'processed') {
      refund.acquirer_data = {arn: '10000000000000'};
    } else {
      payment.amount_refunded -= refund.amount;
      payment.refund_status = payment.amount_refunded === 0 ? null : 'partial';
      payment.status = 'captured';
    }
    this.tell(`refund.${status}`, {refund, payment});
  }

  // ---- Customers and tokens

  create_customer({name = null, email = null, contact = null, fail_existing = '1', notes}) {
    this.named({email, contact});
    for (const customer of this.customers.values()) {
      if (customer.email !== email || customer.contact !== contact) continue;
      if (String(fail_existing) === '0') return customer;
      throw wrong('Customer already exists for the merchant');
    }
    const customer = {id: this.id('cust'), entity: 'customer', name, email, contact, gstin: null, notes: notes ?? {},
                      created_at: this.now};
    this.customers.set(customer.id, customer);
    return customer;
  }

  confirm_token(order, payment) {
    const wanted = order.hidden.token;
    const token = {id: this.id('token'), entity: 'token', method: payment.method, customer_id: order.hidden.customer_id,
                   recurring: true, recurring_details: {status: 'confirmed', failure_reason: null},
                   max_amount: wanted.max_amount ?? 1500000, expired_at: wanted.expire_at ?? null, created_at: this.now};
    if (payment.method === 'card') token.card = payment.card;
    if (payment.method === 'upi') token.vpa = {username: 'payer', handle: 'okbank', name: null};
    this.tokens.set(token.id, token);
    payment.token_id = token.id;
    payment.customer_id = token.customer_id;
    this.tell('token.confirmed', {token});
    return token;
  }

  // ---- Virtual accounts

  create_virtual_account({receivers, customer_id = null, description = null, close_by = null, amount_expected = null, notes}) {
    if (!receivers?.types?.length) throw wrong('The receivers field is required.', 'receivers');
    const id = this.id('va');
    const number = `2223330${String(this.last).padStart(9, '0')}`;
    const account = {id, name: 'Florin', entity: 'virtual_account', status: 'active', description, amount_expected,
                     amount_paid: 0, notes: notes ?? {}, customer_id, close_by, closed_at: null, created_at: this.now,
                     receivers: receivers.types.map((type) => type === 'vpa'
                       ? {id: `vpa_${id.slice(3)}`, entity: 'vpa', username: `rpy.${id}`, handle: 'icici', address: `rpy.${id}@icici`}
                       : {id: `ba_${id.slice(3)}`, entity: 'bank_account', ifsc: 'RATN0VAAPIS', bank_name: 'RBL Bank',
                          name: 'Florin', account_number: number, notes: []})};
    this.virtual_accounts.set(id, account);
    this.tell('virtual_account.created', {virtual_account: account});
    return account;
  }

  transfer_in({virtual_account_id, amount, utr, payer = {}}) {
    const account = this.found('virtual_accounts', virtual_account_id);
    const payment = {id: this.id('pay'), entity: 'payment', amount, currency: 'INR', status: 'captured', order_id: null,
                     method: 'bank_transfer', amount_refunded: 0, refund_status: null, captured: true, notes: {},
                     customer_id: account.customer_id, fee: 0, tax: 0, error_code: null, error_reason: null,
                     acquirer_data: {rrn: utr}, created_at: this.now};
    Object.defineProperty(payment, 'hidden', {value: {transfer: {
      id: this.id('bt'), entity: 'bank_transfer', payment_id: payment.id, mode: 'NEFT', bank_reference: utr, amount,
      payer_bank_account: {ifsc: 'HDFC0000001', name: payer.name ?? 'Payer', account_number: '000000000001'},
      virtual_account_id}}, writable: true});
    this.payments.set(payment.id, payment);
    account.amount_paid += amount;
    this.tell('virtual_account.credited', {payment, virtual_account: account, bank_transfer: payment.hidden.transfer});
    return payment;
  }

  // ---- Settlements

  /** All that was captured and not paid out yet goes to the bank, in one payout. */
  settle() {
    const open = [...this.payments.values()].filter((payment) => payment.captured && !payment.hidden.settlement);
    if (open.length === 0) return {};
    const settlement = {id: this.id('setl'), entity: 'settlement', status: 'processed', created_at: this.now, utr: `UTR${this.now}`};
    for (const payment of open) payment.hidden = {...payment.hidden, settlement};
    this.tell('settlement.processed', {settlement});
    return settlement;
  }
  /** The lines of the payouts of one day, of the provider's own calendar. */
  settled_on({year, month, day}) {
    const india = 5.5 * hour;
    const at_day = (at) => new Date((at + india) * 1000).toISOString().slice(0, 10);
    const wanted = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    return [...this.payments.values()]
      .filter(({hidden}) => hidden.settlement && at_day(hidden.settlement.created_at) === wanted)
      .map((payment) => ({entity_id: payment.id, type: 'payment', debit: 0, credit: payment.amount - payment.fee, amount: payment.amount,
                          currency: payment.currency, fee: payment.fee, tax: payment.tax, on_hold: false, settled: true,
                          created_at: payment.created_at, settled_at: payment.hidden.settlement.created_at,
                          settlement_id: payment.hidden.settlement.id, settlement_utr: payment.hidden.settlement.utr,
                          order_id: payment.order_id, order_receipt: this.orders.get(payment.order_id)?.receipt ?? null,
                          method: payment.method, dispute_id: null}));
  }

  // ---- Disputes

  dispute(payment, {phase = 'chargeback', reason_code = 'goods_or_services_not_received', amount = payment.amount}) {
    const dispute = {id: this.id('disp'), entity: 'dispute', payment_id: payment.id, amount, currency: payment.currency,
                     amount_deducted: 0, reason_code, respond_by: this.now + 7 * day, status: 'open', phase,
                     created_at: this.now};
    this.disputes.set(dispute.id, dispute);
    this.tell('payment.dispute.created', {payment, dispute});
    return dispute;
  }

  dispute_moves(dispute, status) {
    dispute.status = status;
    dispute.amount_deducted = status === 'lost' ? dispute.amount : 0;
    this.tell(`payment.dispute.${status}`, {payment: this.payments.get(dispute.payment_id), dispute});
  }

  // ---- Time, and what customers and banks do

  /** Time passes: banks that stay silent, debits whose notice is over, refunds under way, captures that never came. */
  advance(seconds) {
    // What happens at an hour happens at that hour, also when the clock is set days ahead.
    for (; seconds > hour; seconds -= hour) this.pass(hour);
    this.pass(seconds);
  }
  pass(seconds) {
    this.now += seconds;
    for (const payment of this.payments.values()) {
      const {hidden} = payment;
      if (payment.status === 'created' && hidden.recurring) {
        if (payment.created_at + notice > this.now) continue;
        const token = this.tokens.get(payment.token_id);
        token.fails_with ? this.fail(payment, token.fails_with, 'issuer_bank') : this.authorise(payment);
      } else if (payment.status === 'created' && payment.created_at + gives_up_after <= this.now) {
        this.fail(payment, 'payment_timed_out', 'gateway');
      } else if (payment.status === 'authorized' && hidden.authorised_at + capture_within <= this.now) {
        payment.status = 'refunded';
        payment.amount_refunded = payment.amount;
        payment.refund_status = 'full';
      }
    }
    for (const refund of this.refunds.values())
      if (refund.status === 'pending' && refund.created_at + refund_takes <= this.now) this.refund_ends(refund, 'processed');
  }

  /** One act of the tests. Returns what it changed. */
  act({act, id, ...how}) {
    switch (act) {
      case 'advance': return this.advance(how.seconds), {now: this.now};
      case 'advance_to': return this.advance(Math.max(0, how.to - this.now)), {now: this.now};
      case 'pay': {
        const payment = this.found('payments', id);
        const reason = how.fails_with ?? (payment.method === 'upi' ? upi_by_amount[payment.amount] : undefined);
        reason ? this.fail(payment, reason, how.source) : this.authorise(payment);
        return payment;
      }
      case 'brings_back': return this.brought_back(this.found('payments', id), how.secret);
      case 'refund_ends': return this.refund_ends(this.found('refunds', id), how.status), this.refunds.get(id);
      case 'transfer': return this.transfer_in(how);
      case 'settle': return this.settle();
      case 'fee': return Object.assign(this.found('payments', id), {fee: how.fee});
      case 'dispute': return this.dispute(this.found('payments', id), how);
      case 'dispute_moves': return this.dispute_moves(this.found('disputes', id), how.status), this.disputes.get(id);
      case 'mandate': return this.confirm_token({hidden: {customer_id: id, token: how}}, {method: how.method});
      case 'token': return Object.assign(this.found('tokens', id), how);
      case 'webhook_secret': return (this.webhook_secret = how.secret), {};
      default: throw new Error(`no act '${act}'`);
    }
  }

  /** What the provider's form hands to the page, signed with the API's secret. */
  brought_back(payment, secret) {
    const signature = createHmac('sha256', secret).update(`${payment.order_id}|${payment.id}`).digest('hex');
    return {razorpay_order_id: payment.order_id, razorpay_payment_id: payment.id, razorpay_signature: signature};
  }

  // ---- Webhooks: kept for the tests to deliver, in whatever order and number

  tell(event, things) {
    const payload = Object.fromEntries(Object.entries(things).map(([name, entity]) => [name, {entity: shown(entity)}]));
    const body = JSON.stringify({entity: 'event', account_id: 'acc_Stand000000001', event,
                                 contains: Object.keys(things), payload, created_at: this.now});
    const signature = createHmac('sha256', this.webhook_secret).update(body).digest('hex');
    this.events.push({body, headers: {'content-type': 'application/json', 'x-razorpay-signature': signature,
                                      'x-razorpay-event-id': this.id('evt')}});
  }

  /** The provider's own book, for the tests to hold ours against. */
  sums() {
    const captured = [...this.payments.values()].filter((payment) => payment.captured);
    const refunded = [...this.refunds.values()].filter((refund) => refund.status !== 'failed');
    return {captured: captured.reduce((sum, payment) => sum + payment.amount, 0),
            refunded: refunded.reduce((sum, refund) => sum + refund.amount, 0), captures: captured.length};
  }
}

export function shown(entity) {
  return {...entity, ...('notes' in entity ? {notes: shown_notes(entity.notes)} : {})};
}
