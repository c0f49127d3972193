// A stand-in of Stripe's API: `node server.mjs [PORT]` listens on the loopback and prints `listening PORT`.
// What customers, banks and time do is told by POST /_test/act; /_test/events has the webhooks, /_test/book the sums.
import {run_alone, serve_on} from '../serve.mjs';
import {Book, Refusal} from './book.mjs';
import {read} from './form.mjs';

const api_key = process.env.STRIPE_API_KEY ?? 'sk_test_standin';
const authorised = new Set([`Bearer ${api_key}`, `Basic ${Buffer.from(`${api_key}:`).toString('base64')}`]);

const words = 'words', text = 'text', integer = 'integer', flag = 'flag', list = 'list', nested = 'nested';
const page = {limit: integer, starting_after: text, ending_before: text, created: words, expand: list};
const confirming = {payment_method: text, return_url: text, expand: list};

/** Newest first, as every list of the provider. */
function listed(objects, {limit = 10, starting_after, ending_before, created = {}}, url) {
  if (limit < 1 || limit > 100) throw new Refusal(400, {message: 'Invalid limit: it must be 1 to 100', param: 'limit'});
  const {gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity} = created;
  const all = [...objects].filter(({created: at}) => at > gt && at >= gte && at < lt && at <= lte).reverse();
  const index = (id) => {
    const at = all.findIndex((object) => object.id === id);
    if (at < 0) throw new Refusal(400, {code: 'resource_missing', message: `No such object: '${id}'`, param: 'starting_after'});
    return at;
  };
  let data = all;
  if (starting_after) data = all.slice(index(starting_after) + 1);
  if (ending_before) data = all.slice(0, index(ending_before));
  const has_more = data.length > limit;
  data = ending_before ? data.slice(-limit) : data.slice(0, limit);
  return {object: 'list', data, has_more, url};
}
const filtered = (kind, ...by) => (book, {asked, path}) =>
  listed([...book[kind].values()].filter((object) => by.every((name) => asked[name] === undefined || object[name] === asked[name])), asked, path);

/** The API, a line a route: method, path, what may be sent, what it answers. */
const routes = [
  ['POST', '/customers', {email: text, name: text, phone: text, description: text, metadata: words, payment_method: text, expand: list},
    (book, {asked}) => book.create_customer(asked)],
  ['GET', '/customers', {...page, email: text}, filtered('customers', 'email')],
  ['GET', '/customers/:id', {expand: list}, (book, {id}) => book.found('customers', id)],
  ['POST', '/customers/:id', {email: text, name: text, phone: text, description: text, metadata: words},
    (book, {id, asked}) => book.update_customer(book.found('customers', id), asked)],
  ['DELETE', '/customers/:id', {}, (book, {id}) => book.delete_customer(book.found('customers', id))],
  ['GET', '/payment_methods', {...page, customer: text, type: text}, filtered('payment_methods', 'customer', 'type')],
  ['GET', '/payment_methods/:id', {expand: list}, (book, {id}) => book.found('payment_methods', id)],
  ['POST', '/payment_methods/:id/attach', {customer: text}, (book, {id, asked}) => book.attach(book.card(id), book.customer(asked.customer))],
  ['POST', '/payment_methods/:id/detach', {}, (book, {id}) => book.detach(book.found('payment_methods', id))],
  ['POST', '/setup_intents', {customer: text, payment_method: text, payment_method_types: list, automatic_payment_methods: nested, usage: text,
                              confirm: flag, metadata: words, return_url: text, description: text, expand: list},
    (book, {asked}) => book.create_setup_intent(asked)],
  ['GET', '/setup_intents', {...page, customer: text}, filtered('setup_intents', 'customer')],
  ['GET', '/setup_intents/:id', {expand: list}, (book, {id}) => book.found('setup_intents', id)],
  ['POST', '/setup_intents/:id/confirm', confirming, (book, {id, asked}) => book.confirm_setup(book.found('setup_intents', id), asked)],
  ['POST', '/setup_intents/:id/cancel', {cancellation_reason: text}, (book, {id}) => book.cancel_setup(book.found('setup_intents', id))],
  ['POST', '/payment_intents', {
    ...confirming, amount: integer, currency: text, customer: text, confirm: flag, off_session: flag, capture_method: text, metadata: words,
    description: text, statement_descriptor_suffix: text, setup_future_usage: text, error_on_requires_action: flag,
    payment_method_types: list, automatic_payment_methods: nested}, (book, {asked}) => book.create_intent(asked)],
  ['GET', '/payment_intents', {...page, customer: text}, filtered('payment_intents', 'customer')],
  ['GET', '/payment_intents/:id', {expand: list}, (book, {id}) => book.found('payment_intents', id)],
  ['POST', '/payment_intents/:id/confirm', {...confirming, off_session: flag, error_on_requires_action: flag},
    (book, {id, asked}) => book.confirm(book.found('payment_intents', id), asked)],
  ['POST', '/payment_intents/:id/capture', {amount_to_capture: integer},
    (book, {id, asked}) => book.capture(book.found('payment_intents', id), asked)],
  ['POST', '/payment_intents/:id/cancel', {cancellation_reason: text},
    (book, {id, asked}) => book.cancel(book.found('payment_intents', id), asked)],
  ['GET', '/charges', {...page, customer: text, payment_intent: text}, filtered('charges', 'customer', 'payment_intent')],
  ['GET', '/charges/:id', {expand: list}, (book, {id}) => book.found('charges', id)],
  ['POST', '/refunds', {payment_intent: text, charge: text, amount: integer, reason: text, metadata: words, expand: list},
    (book, {asked}) => book.refund(asked)],
  ['GET', '/refunds', {...page, payment_intent: text, charge: text}, filtered('refunds', 'payment_intent', 'charge')],
  ['GET', '/refunds/:id', {expand: list}, (book, {id}) => book.found('refunds', id)],
  ['GET', '/disputes', {...page, payment_intent: text, charge: text}, filtered('disputes', 'payment_intent', 'charge')],
  ['GET', '/disputes/:id', {expand: list}, (book, {id}) => book.found('disputes', id)],
  ['GET', '/balance_transactions', {...page, type: text, source: text}, filtered('balance_transactions', 'type', 'source')],
  ['GET', '/events', {...page, type: text}, filtered('events', 'type')],
  ['GET', '/events/:id', {}, (book, {id}) => book.found('events', id)],
].map(([method, path, may, answer]) => ({method, may, answer, pattern: new RegExp(`^/v1${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)}));

/** Linked objects stand in place of their ids where that was asked for. */
const links = {customer: 'customers', payment_method: 'payment_methods', latest_charge: 'charges', charge: 'charges', payment_intent: 'payment_intents',
               balance_transaction: 'balance_transactions'};
function expanded(book, object, expand = []) {
  if (expand.length === 0 || object.object === 'list')
    return object.object === 'list' && expand.length > 0
      ? {...object, data: object.data.map((one) => expanded(book, one, expand.map((name) => name.replace(/^data\./, ''))))} : object;
  const copy = {...object};
  for (const path of expand) {
    const [name, ...deeper] = path.split('.');
    if (!copy[name] || !links[name]) continue;
    if (typeof copy[name] === 'string') copy[name] = book[links[name]].get(copy[name]) ?? copy[name];
    if (deeper.length > 0) copy[name] = expanded(book, copy[name], [deeper.join('.')]);
  }
  return copy;
}

function execute(book, {method, path, encoded}) {
  for (const route of routes) {
    const match = route.method === method && route.pattern.exec(path);
    if (!match) continue;
    const asked = read(encoded, route.may);
    return expanded(book, route.answer(book, {...match.groups, asked, path}), asked.expand);
  }
  throw new Refusal(404, {message: `Unrecognized request URL (${method}: ${path}).`});
}

/** What a key was answered is answered again, for a day; a key of another request is refused. */
function under_key(book, key, request) {
  if (key.length > 255) throw new Refusal(400, {message: 'Idempotency keys may be at most 255 characters.'});
  if (book.in_use.has(key))
    throw new Refusal(409, {type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'There is currently another in-progress request using this key.'});
  const content = `${request.method} ${request.path} ${request.encoded}`;
  const before = book.answers.get(key);
  if (before && before.content !== content)
    throw new Refusal(400, {type: 'idempotency_error', message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.'});
  if (before) return {...before.answer, replayed: before.request_id};
  const keep = (answer) => {
    book.answers.set(key, {content, answer, at: book.now, request_id: request.id});
    return answer;
  };
  try {
    return keep({status: 200, body: structuredClone(execute(book, request))});
  } catch (refused) {
    if (!(refused instanceof Refusal) || !refused.kept) throw refused;
    return keep({status: refused.status, body: structuredClone(refused.body)});
  }
}

function answer(book, request, raw, id) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/_test/act') return {status: 200, body: book.act(JSON.parse(raw)) ?? {}};
  if (url.pathname === '/_test/events') return {status: 200, body: book.deliveries()};
  if (url.pathname === '/_test/book') return {status: 200, body: book.sums()};
  if (!authorised.has(request.headers.authorization))
    throw new Refusal(401, {message: 'Invalid API Key provided.'});
  const asked = {method: request.method, path: url.pathname, id, encoded: request.method === 'POST' ? raw : url.search.slice(1)};
  const key = request.headers['idempotency-key'];
  if (request.method === 'POST' && key) return under_key(book, key, asked);
  return {status: 200, body: execute(book, asked)};
}

let requests = 0;
/** What a request is answered: status, headers, body. */
export function answer_of(book, request, raw) {
  const id = `req_standin${requests++}`;
  let said;
  try {
    said = answer(book, request, raw, id);
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    said = refused;
  }
  const headers = {'content-type': 'application/json', 'request-id': id, 'stripe-version': request.headers['stripe-version'] ?? '2023-08-16'};
  if (request.headers['idempotency-key']) headers['idempotency-key'] = request.headers['idempotency-key'];
  if (said.replayed) Object.assign(headers, {'idempotent-replayed': 'true', 'original-request': said.replayed});
  return {status: said.status, headers, body: JSON.stringify(said.body)};
}

export const serve = (book, port = 0) => serve_on(port, (request, raw) => answer_of(book, request, raw));

await run_alone(import.meta.url, (port) => serve(new Book(), port));
