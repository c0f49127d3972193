// What the provider knows: payment links, payments, refunds, stored methods, disputes and notifications. Customers and
// time are played by the tests through `act`, never through the API. Nobody can ask Adyen for a payment: it tells.
import {createHmac} from 'node:crypto';

const hour = 3600;
const iso = (seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', '+00:00');
/** A key is remembered so long; a link that says nothing else ends so late. */
const key_life = 7 * 24 * hour, link_life = 24 * hour;

export class Refusal extends Error {
  constructor(status, errorCode, message, errorType = 'validation') {
    super(message);
    this.status = status;
    this.body = {status, errorCode, message, errorType};
  }
}
export const not_found = () => new Refusal(404, '10_003', 'Payment link not found', 'validation');
const invalid = (code, message) => new Refusal(422, code, message);

export class Book {
  constructor({start = Math.floor(Date.now() / 1000), api_key = 'AQE_standin', merchant = 'ExampleECOM',
               hmac_key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056'} = {}) {
    Object.assign(this, {now: start, api_key, merchant, hmac_key, last: 0, answers: new Map(), told: []});
    for (const kind of ['links', 'payments', 'refunds', 'stored', 'asked']) this[kind] = new Map();
  }

  psp() {
    this.last += 1;
    return `STANDIN${String(this.last).padStart(9, '0')}`;
  }
  ours({merchantAccount}) {
    if (merchantAccount !== this.merchant) throw new Refusal(403, '901', 'Invalid Merchant Account', 'security');
  }
  amount({amount}) {
    if (!Number.isInteger(amount?.value) || amount.value < 0 || !/^[A-Z]{3}$/.test(amount?.currency ?? '')) throw invalid('137', 'Invalid amount specified');
    return {value: amount.value, currency: amount.currency};
  }
  /** The same key is answered the same again, whatever became of it since. */
  once(path, key, make) {
    if (!key) return make();
    const name = `${path} ${key}`, before = this.answers.get(name);
    if (before && before.at + key_life > this.now) return before.answer;
    const answer = structuredClone(make());
    this.answers.set(name, {at: this.now, answer});
    return answer;
  }

  // ---- Pages

  create_link(asked) {
    this.ours(asked);
    if (!asked.reference) throw invalid('130', "Required field 'reference' is not provided.");
    if (asked.storePaymentMethodMode && !(asked.shopperReference?.length >= 3 && asked.recurringProcessingModel))
      throw invalid('14_018', 'shopperReference and recurringProcessingModel are required');
    const id = `PL${this.psp()}`;
    const link = {id, url: `https://test.adyen.link/${id}`, status: 'active', merchantAccount: this.merchant, reference: asked.reference, amount: this.amount(asked),
                  expiresAt: iso(this.now + link_life), ...(asked.returnUrl && {returnUrl: asked.returnUrl})};
    Object.defineProperty(link, 'hidden', {value: {asked, ends: this.now + link_life}});
    this.links.set(id, link);
    return link;
  }
  link(id) {
    const link = this.links.get(id);
    if (!link) throw not_found();
    if (link.status === 'active' && link.hidden.ends <= this.now) link.status = 'expired';
    return link;
  }
  update_link(id, {status}) {
    const link = this.link(id);
    if (status !== 'expired') throw invalid('14_001', 'Invalid status');
    if (link.status !== 'active') throw invalid('14_004', `Payment link is ${link.status}`);
    link.status = 'expired';
    return link;
  }

  // ---- Payments

  keep(asked) {
    const id = `M${this.psp()}`;
    this.stored.set(id, {id, shopper: asked.shopperReference});
    return id;
  }
  pay(asked, {type, refused, link}) {
    const payment = {pspReference: this.psp(), reference: asked.reference, amount: this.amount(asked), captured: !refused, method: type, at: this.now};
    this.payments.set(payment.pspReference, payment);
    const keeps = !refused && asked.storePaymentMethodMode === 'enabled';
    this.tell('AUTHORISATION', payment, {success: !refused, reason: refused ?? '', more: {
      ...(link && {paymentLinkId: link}), ...(type === 'scheme' && {cardSummary: '4242'}),
      ...(keeps && {'tokenization.storedPaymentMethodId': this.keep(asked), 'tokenization.shopperReference': asked.shopperReference})}});
    return payment;
  }
  create_payment(asked) {
    this.ours(asked);
    const kept = this.stored.get(asked.paymentMethod?.storedPaymentMethodId);
    if (!asked.reference) throw invalid('130', "Required field 'reference' is not provided.");
    if (!kept || kept.shopper !== asked.shopperReference) throw invalid('800', 'Contract not found');
    const answer = {merchantReference: asked.reference, amount: this.amount(asked), paymentMethod: {type: asked.paymentMethod.type}};
    if (kept.challenges && this.browser(asked)) {
      const result = `R${this.psp()}`;
      this.asked.set(result, {asked, type: asked.paymentMethod.type, refused: kept.refuses});
      return {resultCode: 'RedirectShopper', action: {type: 'redirect', method: 'GET', paymentMethodType: 'scheme', url: `https://checkoutshopper-test.adyen.com/threeDS/redirect?redirectData=${result}`}};
    }
    if (kept.challenges) {
      const payment = this.pay(asked, {type: asked.paymentMethod.type, refused: 'Authentication required'});
      return {...answer, pspReference: payment.pspReference, resultCode: 'Refused', refusalReason: 'AUTHENTICATION_REQUIRED', refusalReasonCode: '38'};
    }
    if (kept.pends) return {...answer, pspReference: this.pending(asked).pspReference, resultCode: 'Received'};
    const payment = this.pay(asked, {type: asked.paymentMethod.type, refused: kept.refuses?.reason});
    if (kept.refuses) return {...answer, pspReference: payment.pspReference, resultCode: 'Refused', refusalReason: kept.refuses.reason, refusalReasonCode: kept.refuses.code};
    return {...answer, pspReference: payment.pspReference, resultCode: 'Authorised'};
  }
  /** All of it, or none: what is there in part is refused. */
  browser({browserInfo, returnUrl, channel}) {
    if (!browserInfo) return false;
    for (const name of ['acceptHeader', 'colorDepth', 'javaEnabled', 'language', 'screenHeight', 'screenWidth', 'timeZoneOffset', 'userAgent'])
      if (browserInfo[name] === undefined) throw invalid('128', `Required field 'browserInfo.${name}' is not provided.`);
    if (![1, 4, 8, 15, 16, 24, 30, 32, 48].includes(browserInfo.colorDepth)) throw invalid('128', 'Invalid browserInfo.colorDepth');
    if (!returnUrl || channel !== 'Web') throw invalid('14_006', "Required object 'returnUrl' is not provided.");
    return true;
  }
  /** The customer is back: what their address brought along is good once. */
  details({details}) {
    const challenge = this.asked.get(details?.redirectResult);
    if (!challenge) throw invalid('101', 'Invalid redirectResult');
    this.asked.delete(details.redirectResult);
    const payment = this.pay(challenge.asked, {type: challenge.type, refused: challenge.refused?.reason});
    const answer = {pspReference: payment.pspReference, merchantReference: payment.reference};
    if (challenge.refused) return {...answer, resultCode: 'Refused', refusalReason: challenge.refused.reason, refusalReasonCode: challenge.refused.code};
    return {...answer, resultCode: 'Authorised'};
  }
  pending(asked) {
    const payment = {pspReference: this.psp(), reference: asked.reference, amount: this.amount(asked), captured: false, method: asked.paymentMethod.type, at: this.now};
    this.payments.set(payment.pspReference, payment);
    return payment;
  }
  refund(psp, asked) {
    this.ours(asked);
    const payment = this.payments.get(psp);
    if (!payment) throw invalid('167', 'Original pspReference required for this operation');
    const amount = this.amount(asked), refund = {pspReference: this.psp(), payment, amount, reference: asked.reference, done: false};
    this.refunds.set(refund.pspReference, refund);
    return {merchantAccount: this.merchant, paymentPspReference: psp, pspReference: refund.pspReference, reference: asked.reference, status: 'received', amount};
  }

  // ---- Notifications, each signed inside of itself

  tell(eventCode, thing, {success = true, reason = '', original, more = {}} = {}) {
    const item = {additionalData: {...more}, amount: thing.amount, eventCode, eventDate: iso(this.now), merchantAccountCode: this.merchant,
                  merchantReference: thing.reference ?? '', ...(original && {originalReference: original}), paymentMethod: thing.method === 'scheme' ? 'visa' : thing.method,
                  pspReference: thing.pspReference, reason, success: String(success)};
    const signed = [item.pspReference, item.originalReference ?? '', item.merchantAccountCode, item.merchantReference, item.amount.value, item.amount.currency,
                    item.eventCode, item.success].join(':');
    item.additionalData.hmacSignature = createHmac('sha256', Buffer.from(this.hmac_key, 'hex')).update(signed).digest('base64');
    this.told.push(item);
  }
  deliveries() {
    return this.told.map((item) => ({id: item.pspReference, type: item.eventCode, headers: {'content-type': 'application/json'},
                                     body: JSON.stringify({live: 'false', notificationItems: [{NotificationRequestItem: item}]})}));
  }

  act(what) {
    const newest = (kind) => [...this[kind].values()].at(-1);
    switch (what.act) {
      case 'advance': this.now += what.seconds; return {};
      case 'advance_to': this.now = Math.max(this.now, what.to); return {};
      case 'last_link': return {...newest('links'), asked: newest('links').hidden.asked};
      case 'challenged': return {result: [...this.asked.keys()].at(-1)};
      case 'last_payment': return newest('payments');
      case 'stores': return {id: this.keep({shopperReference: what.shopper})};
      case 'stored': return Object.assign(this.stored.get(what.id), {refuses: what.refuses, pends: what.pends, challenges: what.challenges});
      case 'pays': { // the customer, on Adyen's page
        const link = this.link(what.id ?? newest('links').id);
        const {asked} = link.hidden;
        if (link.status !== 'active') return link;
        this.pay(asked, {type: asked.allowedPaymentMethods?.[0] ?? 'scheme', refused: what.refused, link: link.id});
        if (!what.refused) link.status = 'completed';
        return link;
      }
      case 'settles': { // what was pending
        const payment = newest('payments');
        payment.captured = what.success;
        this.tell('AUTHORISATION', payment, {success: what.success, reason: what.reason ?? ''});
        return payment;
      }
      case 'capture_failed': {
        const payment = newest('payments');
        payment.captured = false;
        this.tell('CAPTURE_FAILED', {...payment, pspReference: this.psp()}, {original: payment.pspReference, reason: 'Capture failed'});
        return payment;
      }
      case 'refunds': { // what was asked for is done, or is not
        const refund = newest('refunds');
        refund.done = what.success;
        this.tell('REFUND', refund, {success: what.success, original: refund.payment.pspReference, reason: what.success ? '' : 'Insufficient balance'});
        return {id: refund.pspReference};
      }
      case 'dispute': {
        const payment = newest('payments');
        payment.dispute ??= this.psp();
        this.tell(what.event, {...payment, pspReference: payment.dispute}, {original: payment.pspReference, reason: 'Other Fraud-Card Absent Environment', more: what.status ? {disputeStatus: what.status} : {}});
        return {id: payment.dispute};
      }
      default: throw new Error(`there is no act ${what.act}`);
    }
  }

  /** The provider's own book, for the tests to hold ours against. */
  sums() {
    const captured = [...this.payments.values()].filter((payment) => payment.captured), refunded = [...this.refunds.values()].filter((refund) => refund.done);
    return {captured: captured.reduce((sum, {amount}) => sum + amount.value, 0), refunded: refunded.reduce((sum, {amount}) => sum + amount.value, 0),
            captures: captured.length, refunds: refunded.length};
  }
}
