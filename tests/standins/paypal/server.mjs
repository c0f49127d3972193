// A stand-in of PayPal's API: `node server.mjs [PORT]` listens on the loopback and prints `listening PORT`.
// What customers and time do is told by POST /_test/act; /_test/events has the webhooks, /_test/book the sums.
import {run_alone, serve_on} from '../serve.mjs';
import {Book, Refusal, not_found} from './book.mjs';

const routes = [
  ['POST', '/v2/checkout/orders', 201, (book, {body}) => book.create_order(body)],
  ['GET', '/v2/checkout/orders/:id', 200, (book, {id}) => book.found('orders', id)],
  ['POST', '/v2/checkout/orders/:id/capture', 201, (book, {id}) => book.capture_asked(book.found('orders', id))],
  ['GET', '/v2/payments/captures/:id', 200, (book, {id}) => book.found('captures', id)],
  ['POST', '/v2/payments/captures/:id/refund', 201, (book, {id, body}) => book.refund(book.found('captures', id), body ?? {})],
  ['GET', '/v2/payments/refunds/:id', 200, (book, {id}) => book.found('refunds', id)],
  ['POST', '/v3/vault/setup-tokens', 201, (book, {body}) => book.create_setup_token(body)],
  ['GET', '/v3/vault/setup-tokens/:id', 200, (book, {id}) => book.found('setup_tokens', id)],
  ['POST', '/v3/vault/payment-tokens', 201, (book, {body}) => book.create_payment_token(body)],
  ['GET', '/v3/vault/payment-tokens/:id', 200, (book, {id}) => book.found('payment_tokens', id)],
  ['GET', '/v1/reporting/transactions', 200, (book, {query}) => book.transactions(query)],
  ['POST', '/v1/notifications/verify-webhook-signature', 200, (book, {body}) => book.verify(body)],
].map(([method, path, status, answer]) => ({method, status, answer, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)}));

/** A request id makes one thing, and is answered the same again; what was refused is tried anew. */
function once(book, key, make) {
  if (!key) return make();
  const before = book.answers.get(key);
  if (before) return [200, before.answer()];
  const [status, body] = make();
  // As it is now: the thing may have moved on since.
  book.answers.set(key, {at: book.now, answer: () => body});
  return [status, body];
}

function answer(book, request, raw) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/_test/act') return [200, book.act(JSON.parse(raw)) ?? {}];
  if (url.pathname === '/_test/events') return [200, book.deliveries()];
  if (url.pathname === '/_test/book') return [200, book.sums()];
  if (url.pathname === '/v1/oauth2/token' && request.method === 'POST') {
    if (new URLSearchParams(raw).get('grant_type') !== 'client_credentials') throw new Refusal(400, 'unsupported_grant_type', 'grant_type');
    return [200, book.token(request.headers.authorization)];
  }
  if (!book.is_good(request.headers.authorization))
    throw Object.assign(new Refusal(401, '', ''), {body: {error: 'invalid_token', error_description: 'Token signature verification failed'}});
  let body;
  try {
    body = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Refusal(400, 'INVALID_REQUEST', 'Request is not well-formed', 'MALFORMED_REQUEST_JSON');
  }
  for (const route of routes) {
    const match = route.method === request.method && route.pattern.exec(url.pathname);
    if (!match) continue;
    if (request.method === 'POST' && !/^application\/json/.test(request.headers['content-type'] ?? ''))
      throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'The request payload is not supported');
    const key = request.method === 'POST' && request.headers['paypal-request-id'] && `${url.pathname} ${request.headers['paypal-request-id']}`;
    return once(book, key, () => [route.status, route.answer(book, {...match.groups, body, query: url.searchParams})]);
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
