// Both clients against a server that cuts, hangs, turns away and answers some lines only: what may be sent again is, with
// the same key, and nobody waits for an hour.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Florin, FlorinProblem, verifyWebhook } from '../../clients/typescript/florin.mjs';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

/** What is asked, by its path; each answers in turn what its list says, and the last of it from then on. */
let answers = {}, asked = [];
const json = (status, body, headers = {}) => (response) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const cut = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
  response.write('{"position":');
  setImmediate(() => response.destroy());
};
const silent = () => {};
const problem = (status, code, headers) => json(status, { code, detail: code }, headers);

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = request.url.split('?')[0].replace('/v1/t/', '');
  const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
  asked.push({ path, key: request.headers['idempotency-key'], body });
  const list = answers[path];
  const answer = list.length > 1 ? list.shift() : list[0];
  typeof answer === 'function' && answer.length === 2 ? answer(response, body) : answer(response);
});
let api;
before(() => new Promise((done) => server.listen(0, '127.0.0.1', () => {
  api = `http://127.0.0.1:${server.address().port}/v1/t`;
  done();
})));
after(() => {
  server.closeAllConnections();
  server.close();
});

/** The same story told by each of the two. */
const tellers = {
  node: {
    do: async () => new Florin({ api, key: 'k', timeout: 1.5 }).account('zoe').do('cancel', {}, { key: 'c' }),
    usage: async (lines) => new Florin({ api, key: 'k', timeout: 1.5 }).usage(lines),
    quote: async () => new Florin({ api, key: 'k', timeout: 1.5 }).account('zoe').quote('cancel', {}),
    error: (error) => (error instanceof FlorinProblem ? { code: error.code, retry_after: error.retryAfter } : { code: error.name }),
  },
  python: {
    do: () => python('f.account("zoe").do("cancel", {}, key="c")'),
    usage: (lines) => python(`f.usage(json.loads(${JSON.stringify(JSON.stringify(lines))}))`),
    quote: () => python('f.account("zoe").quote("cancel", {})'),
    error: (error) => error.problem,
  },
};
async function python(what) {
  const script = `import json, os, sys
sys.path.insert(0, os.path.join(${JSON.stringify(root)}, "clients", "python"))
from florin import Florin, Problem
f = Florin(${JSON.stringify(api)}, "k", timeout=1.5)
try:
    print(json.dumps({"done": ${what}}))
except Problem as refused:
    print(json.dumps({"problem": {"code": refused.code, "retry_after": refused.retry_after}}))
except Exception as other:
    print(json.dumps({"problem": {"code": type(other).__name__}}))
`;
  const said = JSON.parse((await run('python3', ['-c', script])).stdout);
  if ('done' in said) return said.done;
  throw Object.assign(new Error(said.problem.code), { problem: said.problem });
}

for (const [name, tells] of Object.entries(tellers)) {
  const story = (what, act) =>
    test(`${name}: ${what}`, async () => {
      asked = [];
      await act();
    });
  const fails = async (promise) => tells.error(await promise.then(() => assert.fail('it was answered'), (error) => error));

  story('an answer that is cut, or does not come, is asked for again with its key', async () => {
    answers = { 'accounts/zoe/cancel': [cut, silent, problem(503, 'ask_again'), json(200, { position: 7 })] };
    assert.deepEqual(await tells.do(), { position: 7 });
    assert.deepEqual(asked.map((one) => one.key), Array(4).fill('zoe:c'));
  });

  story('after four times it is said what came', async () => {
    answers = { 'accounts/zoe/cancel': [problem(503, 'ask_again', { 'Retry-After': '0' })] };
    assert.equal((await fails(tells.do())).code, 'ask_again');
    assert.equal(asked.length, 4);
  });

  story('nobody sleeps for an hour', async () => {
    answers = { 'accounts/zoe/cancel': [problem(429, 'rate_limited', { 'Retry-After': '3600' })] };
    assert.deepEqual(await fails(tells.do()), { code: 'rate_limited', retry_after: 3600 });
    assert.equal(asked.length, 1);
  });

  story('a refusal is no reason to ask again', async () => {
    answers = { 'accounts/zoe/cancel': [problem(409, 'price_changed')] };
    assert.equal((await fails(tells.do())).code, 'price_changed');
    assert.equal(asked.length, 1);
  });

  story('a quote does nothing, and is asked for again', async () => {
    answers = { 'accounts/zoe/quote': [cut, json(200, { refused: null })] };
    assert.deepEqual(await tells.quote(), { refused: null });
  });

  story('of a batch those lines go again that were not taken', async () => {
    const busy = new Set(['b', 'd']);
    const answer = (response, lines) => {
      json(200, lines.map(({ key }) => (busy.delete(key) ? { key, problem: { code: 'busy', status: 503 } } : { key, position: key.charCodeAt(0) })))(response);
    };
    answers = { usage: [answer] };
    const said = await tells.usage(['a', 'b', 'c', 'd'].map((key) => ({ account: 'zoe', key, use: {} })));
    assert.deepEqual(said, ['a', 'b', 'c', 'd'].map((key) => ({ key, position: key.charCodeAt(0) })));
    assert.deepEqual(asked.map((one) => one.body.map(({ key }) => key)), [['a', 'b', 'c', 'd'], ['b', 'd']]);
  });

  story('a line that a rule refuses does not go again', async () => {
    answers = { usage: [json(200, [{ key: 'a', problem: { code: 'not_enough_credits', status: 402 } }])] };
    assert.equal((await tells.usage([{ account: 'zoe', key: 'a', use: {} }]))[0].problem.code, 'not_enough_credits');
    assert.equal(asked.length, 1);
  });
}

test('a webhook without a time is nobody\'s', async () => {
  assert.equal(await verifyWebhook({ 'webhook-id': 'a', 'webhook-timestamp': 'soon', 'webhook-signature': 'v1,x' }, '{}', 'whsec_aaaa'), false);
});
