// A stand-in of GoCardless's API: `node server.mjs [PORT]` listens on the loopback and prints `listening PORT`.
// What customers, banks and time do is told by POST /_test/act; /_test/events has the webhooks, /_test/book the sums.
import {run_alone, serve_on} from '../serve.mjs';
import {Book, Refusal, invalid, not_found} from './book.mjs';

const authorised = `Bearer ${process.env.GC_ACCESS_TOKEN ?? 'gc_standin'}`;

/** A page, newest first. `before` and `after` are ids. */
function list(kind, items, query) {
  const limit = Math.min(Number(query.get('limit') ?? 50), 500);
  const at = (name) => query.get(`created_at[${name}]`), time = (text) => Date.parse(text);
  const inside = [...items].filter((item) =>
    (!at('gte') || time(item.created_at) >= time(at('gte'))) && (!at('gt') || time(item.created_at) > time(at('gt'))) &&
    (!at('lt') || time(item.created_at) < time(at('lt'))) && (!at('lte') || time(item.created_at) <= time(at('lte')))).reverse();
  const after = query.get('after'), from = after ? inside.findIndex((item) => item.id === after) + 1 : 0;
  if (after && from === 0) throw new Refusal(422, 'invalid_api_usage', 'Invalid cursor', [{reason: 'invalid_cursor', message: 'Invalid cursor'}]);
  const page = inside.slice(from, from + limit);
  return {[kind]: page, meta: {cursors: {before: from > 0 && page.length ? page[0].id : null,
                                         after: from + limit < inside.length ? page.at(-1).id : null}, limit}};
}

const made = (kind, make) => [201, (book, asked) => ({[kind]: book.once(kind, asked.key, () => make(book, asked.body?.[kind] ?? {}))})];
const read = (kind, change = (_, thing) => thing) => [200, (book, {id}) => ({[kind]: change(book, book.found(kind, id))})];
const listed = (kind, filters = {}) => [200, (book, {query}) => list(kind, [...book[kind].values()].filter((item) =>
  Object.entries(filters).every(([name, of]) => !query.get(name) || of(item) === query.get(name))), query)];

const routes = [
  ['POST', '/billing_requests', made('billing_requests', (book, asked) => book.create_billing_request(asked))],
  ['GET', '/billing_requests', listed('billing_requests', {status: (one) => one.status})],
  ['GET', '/billing_requests/:id', read('billing_requests')],
  ['POST', '/billing_request_flows', made('billing_request_flows', (book, asked) => book.create_flow(asked))],
  ['GET', '/mandates/:id', read('mandates')],
  ['POST', '/mandates/:id/actions/cancel', read('mandates', (book, mandate) => book.end_mandate(mandate, 'cancelled', {origin: 'api'}))],
  ['POST', '/payments', made('payments', (book, asked) => book.create_payment(asked))],
  ['GET', '/payments', listed('payments', {mandate: (one) => one.links.mandate, status: (one) => one.status})],
  ['GET', '/payments/:id', read('payments')],
  ['POST', '/payments/:id/actions/cancel', read('payments', (book, payment) => book.cancel(payment))],
  ['POST', '/refunds', made('refunds', (book, asked) => book.create_refund(asked))],
  ['GET', '/refunds', listed('refunds', {payment: (one) => one.links.payment})],
  ['GET', '/refunds/:id', read('refunds')],
  ['GET', '/events', listed('events', {payment: (one) => one.links.payment, action: (one) => one.action, resource_type: (one) => one.resource_type})],
].map(([method, path, [status, answer]]) => ({method, status, answer, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)}));

function answer(book, request, raw) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/_test/act') return [200, book.act(JSON.parse(raw)) ?? {}];
  if (url.pathname === '/_test/events') return [200, book.deliveries()];
  if (url.pathname === '/_test/book') return [200, book.sums()];
  if (request.headers.authorization !== authorised)
    throw new Refusal(401, 'invalid_api_usage', 'The access token you\'ve provided is not valid', [{reason: 'access_token_not_found', message: 'not valid'}]);
  if (request.headers['gocardless-version'] !== '2015-07-06')
    throw new Refusal(400, 'invalid_api_usage', 'Version not found', [{reason: 'version_not_found', message: 'Version not found'}]);
  let body;
  try {
    body = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Refusal(400, 'invalid_api_usage', 'Invalid document structure', [{reason: 'invalid_document_structure', message: 'Invalid JSON'}]);
  }
  for (const route of routes) {
    const match = route.method === request.method && route.pattern.exec(url.pathname);
    if (!match) continue;
    if (request.method === 'POST' && body === undefined) throw invalid('body', 'is required');
    return [route.status, route.answer(book, {...match.groups, body, query: url.searchParams, key: request.headers['idempotency-key']})];
  }
  throw not_found();
}

/** What a request is answered: status, headers, body. */
export function answer_of(book, request, raw) {
  let status, body;
  try {
    [status, body] = answer(book, request, raw);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ({status, body} = error);
  }
  return {status, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)};
}

export const serve = (book, port = 0) => serve_on(port, (request, raw) => answer_of(book, request, raw));

await run_alone(import.meta.url, (port) => serve(new Book(), port));
