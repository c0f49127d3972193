// A stand-in of Adyen's Checkout API: `node server.mjs [PORT]` listens on the loopback and prints `listening PORT`.
// What customers, banks and time do is told by POST /_test/act; /_test/events has the notifications, /_test/book the sums.
import {run_alone, serve_on} from '../serve.mjs';
import {Book, Refusal} from './book.mjs';

const routes = [
  ['POST', '/paymentLinks', 201, (book, {body}) => book.create_link(body)],
  ['GET', '/paymentLinks/:id', 200, (book, {id}) => book.link(id)],
  ['PATCH', '/paymentLinks/:id', 200, (book, {id, body}) => book.update_link(id, body)],
  ['POST', '/payments', 200, (book, {body}) => book.create_payment(body)],
  ['POST', '/payments/details', 200, (book, {body}) => book.details(body)],
  ['POST', '/payments/:id/refunds', 201, (book, {id, body}) => book.refund(id, body)],
].map(([method, path, status, answer]) => ({method, status, answer, pattern: new RegExp(`^/v7[12]${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)}));

function answer(book, request, raw) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/_test/act') return [200, book.act(JSON.parse(raw)) ?? {}];
  if (url.pathname === '/_test/events') return [200, book.deliveries()];
  if (url.pathname === '/_test/book') return [200, book.sums()];
  if (request.headers['x-api-key'] !== book.api_key) throw new Refusal(401, '000', 'HTTP Status Response - Unauthorized', 'security');
  let body;
  try {
    body = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Refusal(400, '702', 'Structure of PaymentRequest contains the following unknown fields');
  }
  for (const route of routes) {
    const match = route.method === request.method && route.pattern.exec(url.pathname);
    if (!match) continue;
    const key = request.method === 'POST' && request.headers['idempotency-key'];
    return [route.status, book.once(url.pathname, key, () => route.answer(book, {...match.groups, body}))];
  }
  throw new Refusal(404, '10_001', 'Not found');
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
