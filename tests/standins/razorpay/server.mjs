// A stand-in of Razorpay's API: `node server.mjs [PORT]` listens on the loopback and prints `listening PORT`.
// What customers, banks and time do is told by POST /_test/act; /_test/events has the webhooks, /_test/book the sums.
import {run_alone, serve_on} from '../serve.mjs';
import {Book, Refusal, shown} from './book.mjs';

const key = {id: process.env.RAZORPAY_KEY_ID ?? 'rzp_test_standin', secret: process.env.RAZORPAY_KEY_SECRET ?? 'standin'};
const authorised = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
const not_found = () => new Refusal(404, 'The requested URL was not found on the server.');

const collection = (items, query) => {
  const from = Number(query.get('from') ?? 0), to = Number(query.get('to') ?? Infinity);
  const skip = Number(query.get('skip') ?? 0), count = Math.min(Number(query.get('count') ?? 10), 100);
  const inside = [...items].filter((item) => from <= item.created_at && item.created_at <= to)
                           .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1));
  const page = inside.slice(skip, skip + count);
  return {entity: 'collection', count: page.length, items: page.map(shown)};
};

/** The next steps of a payment that its customer has still to make. */
function next_of(payment, asked) {
  const poll = {action: 'poll', url: `https://api.razorpay.com/v1/payments/${payment.id}`};
  if (payment.method !== 'upi') return [{action: 'redirect', url: `https://api.razorpay.com/v1/payments/${payment.id}/authenticate`}];
  const rupees = (payment.amount / 100).toFixed(2);
  const intent = `upi://pay?pa=standin@razorpay&pn=Florin&tr=${payment.id.slice(4)}&tn=${encodeURIComponent(asked.description ?? '')}&am=${rupees}&cu=INR&mc=5411`;
  return [{action: 'intent', url: intent}, poll];
}

/** The API, a line a route: method, path, what it answers. */
const routes = [
  ['POST', '/orders', (book, {body}) => book.create_order(body)],
  ['GET', '/orders', (book, {query}) => {
    const receipt = query.get('receipt');
    return collection([...book.orders.values()].filter((order) => receipt === null || order.receipt === receipt), query);
  }],
  ['GET', '/orders/:id', (book, {id}) => book.found('orders', id)],
  ['PATCH', '/orders/:id', (book, {id, body}) => Object.assign(book.found('orders', id), {notes: body.notes})],
  ['GET', '/orders/:id/payments', (book, {id, query}) => {
    book.found('orders', id);
    return collection([...book.payments.values()].filter((payment) => payment.order_id === id), query);
  }],
  ['POST', '/payments/create/json', (book, {body}) => {
    const payment = book.create_payment(body);
    return {razorpay_payment_id: payment.id, next: next_of(payment, body)};
  }],
  ['POST', '/payments/create/upi', (book, {body}) => {
    if (!book.collect_allowed) throw new Refusal(400, 'UPI collect is not supported for this business.', {reason: 'invalid_flow'});
    return {razorpay_payment_id: book.create_payment(body).id};
  }],
  ['POST', '/payments/create/recurring', (book, {body}) => ({razorpay_payment_id: book.create_recurring(body).id})],
  ['GET', '/payments', (book, {query}) => collection(book.payments.values(), query)],
  ['GET', '/payments/downtimes', (book, {query}) => collection([], query)],
  ['GET', '/payments/:id', (book, {id}) => book.found('payments', id)],
  ['POST', '/payments/:id/capture', (book, {id, body}) => book.capture(book.found('payments', id), body)],
  ['POST', '/payments/:id/refund', (book, {id, body, headers}) =>
    book.refund(book.found('payments', id), body ?? {}, headers['x-refund-idempotency'])],
  ['GET', '/payments/:id/refunds', (book, {id, query}) => {
    book.found('payments', id);
    return collection([...book.refunds.values()].filter((refund) => refund.payment_id === id), query);
  }],
  ['GET', '/payments/:id/bank_transfer', (book, {id}) => {
    const {transfer} = book.found('payments', id).hidden;
    if (!transfer) throw not_found();
    return transfer;
  }],
  ['GET', '/refunds', (book, {query}) => collection(book.refunds.values(), query)],
  ['GET', '/refunds/:id', (book, {id}) => book.found('refunds', id)],
  ['POST', '/customers', (book, {body}) => book.create_customer(body)],
  ['GET', '/customers/:id', (book, {id}) => book.found('customers', id)],
  ['GET', '/customers/:id/tokens', (book, {id, query}) =>
    collection([...book.tokens.values()].filter((token) => token.customer_id === id), query)],
  ['GET', '/customers/:id/tokens/:token', (book, {id, token}) => {
    const found = book.found('tokens', token);
    if (found.customer_id !== id) throw not_found();
    return found;
  }],
  ['DELETE', '/customers/:id/tokens/:token', (book, {token}) => {
    book.found('tokens', token);
    book.tokens.delete(token);
    return {deleted: true};
  }],
  ['POST', '/virtual_accounts', (book, {body}) => book.create_virtual_account(body)],
  ['GET', '/virtual_accounts/:id', (book, {id}) => book.found('virtual_accounts', id)],
  ['POST', '/virtual_accounts/:id/close', (book, {id}) =>
    Object.assign(book.found('virtual_accounts', id), {status: 'closed', closed_at: book.now})],
  ['GET', '/virtual_accounts/:id/payments', (book, {id, query}) => {
    book.found('virtual_accounts', id);
    return collection([...book.payments.values()].filter((payment) => payment.hidden.transfer?.virtual_account_id === id), query);
  }],
  ['GET', '/settlements/recon/combined', (book, {query}) => {
    const all = book.settled_on({year: query.get('year'), month: query.get('month'), day: query.get('day')});
    const skip = Number(query.get('skip') ?? 0), items = all.slice(skip, skip + Math.min(Number(query.get('count') ?? 10), 1000));
    return {entity: 'collection', count: items.length, items};
  }],
  ['GET', '/disputes', (book, {query}) => collection(book.disputes.values(), query)],
  ['GET', '/disputes/:id', (book, {id}) => book.found('disputes', id)],
].map(([method, path, answer]) => ({method, answer, pattern: new RegExp(`^/v1${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)}));

function answer(book, request, raw) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/_test/act') return book.act(JSON.parse(raw));
  if (url.pathname === '/_test/events') return book.events;
  if (url.pathname === '/_test/book') return book.sums();
  if (request.headers.authorization !== authorised)
    throw new Refusal(401, 'Authentication failed', {reason: undefined, source: undefined, step: undefined});
  let body;
  try {
    body = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Refusal(400, 'The request body is not JSON.');
  }
  for (const route of routes) {
    const match = route.method === request.method && route.pattern.exec(url.pathname);
    if (match) return shown(route.answer(book, {...match.groups, body, query: url.searchParams, headers: request.headers}));
  }
  throw not_found();
}

/** What a request is answered: status, headers, body. */
export function answer_of(book, request, raw) {
  let status = 200, body;
  try {
    body = answer(book, request, raw);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ({status, body} = error);
  }
  return {status, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)};
}

export const serve = (book, port = 0) => serve_on(port, (request, raw) => answer_of(book, request, raw));

await run_alone(import.meta.url, (port) => serve(new Book(), port));
