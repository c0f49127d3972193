// A host that is killed under load, again and again: by its clients' own tally nothing is lost and nothing doubled.
// FLORIN_KILLS says how often (4 when nothing is said), FLORIN_SEED which moments.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { config, program, started } from './served.mjs';

const run = promisify(execFile);
const kills = Number(process.env.FLORIN_KILLS ?? 4);
let seed = Number(process.env.FLORIN_SEED ?? 1);
/** 0 … below-1, the same for the same seed. */
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};

const folder = mkdtempSync(join(tmpdir(), 'florin-killed-'));
const data = join(folder, 'data');
let host;
after(() => {
  host?.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function serve() {
  host = await started(program, ['serve', '--config', config, '--data', data, '--listen', '127.0.0.1:0', '--quiet', '--drain', '0'], /Admin .*\n/);
  host.api = /API +(\S+)/.exec(host.printed())[1].replace(/\/v1\/.*/, '/v1/callloop');
}

let key;
async function ask(path, body, name, headers = {}) {
  const all = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers };
  if (name) all['Idempotency-Key'] = name;
  const answer = await fetch(`${host.api}/${path}`, body ? { method: 'POST', headers: all, body: JSON.stringify(body) } : { headers: all });
  return { status: answer.status, body: await answer.json() };
}
async function done(path, body, name) {
  const answer = await ask(path, body, name, { Prefer: 'wait=20' });
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const messages = (text) => {
  const [number, type] = text.split(' ');
  assert.equal(type, 'message', text);
  return Number(number);
};

// What the clients know: of every key what was asked, and what was answered.
const debits = new Map(), purchases = new Map();
let acknowledged = 0;

/** One batch of debits; what has an answer is noted. False: the host is gone, or asks to come later. */
async function debit(names) {
  const lines = names.map((name) => ({ account: 'acme', key: name, use: { meter: 'sms', quantity: `${debits.get(name).characters} characters` } }));
  const answer = await ask('usage', lines).catch(() => undefined);
  if (answer?.status !== 200) return false;
  for (const line of answer.body) {
    if (!line.position) return false;
    const known = debits.get(line.key);
    const said = { position: line.position, debited: line.debited };
    if (known.said) assert.deepEqual(said, known.said, `${line.key} was answered twice, and not the same`);
    known.said = said;
    ++acknowledged;
  }
  return true;
}
async function purchase(name) {
  const answer = await ask('accounts/acme/buy_credits', { amount: '500 message' }, name).catch(() => undefined);
  if (answer?.status !== 200 && answer?.status !== 202) return false;
  const known = purchases.get(name);
  const said = { position: answer.body.position, order: answer.body.order.id };
  if (known.said) assert.deepEqual(said, known.said, `${name} was answered twice, and not the same`);
  known.said = said;
  ++acknowledged;
  return true;
}

async function debiting(round, client) {
  for (let i = 0; ; ++i) {
    const names = Array.from({ length: 1 + random(4) }, (_, line) => `d${round}-${client}-${i}-${line}`);
    for (const name of names) debits.set(name, { characters: 1 + random(400) });
    if (!(await debit(names))) return;
  }
}
async function buying(round, client) {
  for (let i = 0; ; ++i) {
    const name = `b${round}-${client}-${i}`;
    purchases.set(name, {});
    if (!(await purchase(name))) return;
  }
}
/** Sends again what has no answer, until all has one; and some of what has. */
async function settle() {
  const open = (all) => [...all].filter(([, one]) => !one.said).map(([name]) => name);
  for (const name of [...open(debits), ...[...debits.keys()].filter(() => random(20) === 0)]) assert.ok(await debit([name]), name);
  for (const name of [...open(purchases), ...[...purchases.keys()].filter(() => random(5) === 0)]) assert.ok(await purchase(name), name);
}

async function orders() {
  const all = [];
  for (let next = ''; next !== null; ) {
    const { status, body } = await ask(`accounts/acme/orders?limit=200${next && `&after=${next}`}`);
    assert.equal(status, 200, JSON.stringify(body));
    all.push(...body.data);
    next = body.next;
  }
  return all;
}

test(`a host that is killed ${kills} times under load loses and doubles nothing`, async () => {
  await serve();
  key = (await run(program, ['key', 'issue', data, 'callloop', '--config', config, '--preset', 'staff'])).stdout.trim();
  await done('accounts/acme/open_account', { billing_country: 'US' }, 'open');
  await done('accounts/acme/add_payment_method', { method: 'card', slot: 'primary', details: { token: 'ok', brand: 'visa', last4: '4242' } }, 'card');
  await done('accounts/acme/subscribe', { plan: 'growth', cycle: 'monthly' }, 'plan');
  await done('accounts/acme/adjust_credits', { amount: '1000000 message', reason: 'for the test' }, 'give');
  const before = messages((await ask('accounts/acme')).body.credits[0].available);
  const bought_before = (await orders()).length;

  for (let round = 0; round < kills; ++round) {
    const clients = [...Array.from({ length: 6 }, (_, i) => debiting(round, i)), ...Array.from({ length: 2 }, (_, i) => buying(round, i))];
    // It dies as answers come in, some of them on their way.
    const until = acknowledged + 1 + random(150);
    while (acknowledged < until) await new Promise((later) => setImmediate(later));
    const gone = new Promise((exit) => host.child.on('exit', exit));
    host.child.kill('SIGKILL');
    await gone;
    await Promise.all(clients);
    await serve();
    await settle();
  }

  // Of every order the payment is over, and every purchase is one paid order.
  for (const { said } of purchases.values()) {
    let order;
    do {
      ({ body: order } = await ask(`accounts/acme/orders/${said.order}?wait=20`));
    } while (order.now.state === 'processing' || order.now.state === 'unknown');
    assert.equal(order.now.state, 'paid', JSON.stringify(order));
  }
  const all = await orders();
  assert.equal(all.length - bought_before, purchases.size, 'one order a purchase');
  assert.equal(new Set([...purchases.values()].map((one) => one.said.order)).size, purchases.size);
  const taken = [...debits.values()].reduce((sum, one) => sum + messages(one.said.debited), 0);
  const there = messages((await ask('accounts/acme')).body.credits[0].available);
  assert.equal(there, before - taken + 500 * purchases.size, 'credits: what was there, less what was debited, and what was bought');
  assert.ok(debits.size > 0 && purchases.size > 0);
  assert.equal(await host.end(), 0, host.printed());
  const { stdout } = await run(program, ['verify', data]);
  console.log(`${kills} kills, ${debits.size} debits, ${purchases.size} purchases; ${stdout.trim().split('\n').at(-1)}`);
});
