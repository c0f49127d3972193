#!/usr/bin/env node
// What Florin tells its endpoints, held against the reference library of Standard Webhooks (npm standardwebhooks): both
// secrets of a rotation verify what was sent, and nothing else does. By hand: it installs the library into a folder of its own.
//   node tools/standard_webhooks.mjs [PROGRAM [CONFIG]]
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const program = resolve(process.argv[2] ?? 'build/bin/florin');
const config = resolve(process.argv[3] ?? 'config/florin.yaml');
const folder = mkdtempSync(join(tmpdir(), 'florin-webhooks-'));
const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDk5cMAZqx4lM='];
let host;
const end = () => {
  host?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
};
process.on('exit', end);

execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--silent', 'standardwebhooks'], { stdio: 'inherit' });
const { Webhook } = createRequire(join(folder, 'x.js'))('standardwebhooks');

const came = [];
let wakes = () => {};
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  came.push({ headers: request.headers, body });
  response.writeHead(204).end();
  wakes();
}).listen(0, '127.0.0.1');
await new Promise((listening) => receiver.on('listening', listening));

// The shipped files, with one endpoint and two secrets.
const shipped = readFileSync(config, 'utf8').replace(/^(\s+folder:\s*|tenants:\s*|data:\s*)(\S+)/gm,
  (_, name, path) => name + resolve(dirname(config), path));
writeFileSync(join(folder, 'florin.yaml'), `${shipped}
serve:
  webhooks:
    oracle: {tenant: callloop, url: "http://127.0.0.1:${receiver.address().port}/hook", secret: [env:NEW_SECRET, env:OLD_SECRET]}
`);
host = spawn(program, ['serve', '--config', join(folder, 'florin.yaml'), '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--drain', '0'],
  { env: { ...process.env, NEW_SECRET: secrets[0], OLD_SECRET: secrets[1] }, stdio: ['ignore', 'pipe', 'pipe'] });
let printed = '';
const ready = new Promise((done, failed) => {
  for (const from of [host.stdout, host.stderr])
    from.on('data', (bytes) => {
      printed += bytes;
      if (/Admin .*\n/.test(printed)) done();
    });
  host.on('exit', (code) => failed(new Error(`the host ended with ${code}:\n${printed}`)));
});
await ready;
const key = execFileSync(program, ['key', 'issue', join(folder, 'data'), 'callloop', '--config', join(folder, 'florin.yaml'), '--preset', 'staff']).toString().trim();
const api = /API +(\S+)/.exec(printed)[1].replace(/\/v1\/.*/, '/v1/callloop');
let number = 0;
const ask = async (path, body) => {
  const answer = await fetch(`${api}/accounts/zoe/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Idempotency-Key': `k${++number}`, Prefer: 'wait=20' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
};
await ask('open_account', { billing_country: 'US', personal_data: { name: 'Zoë “日本” Ltd' } });
await ask('add_payment_method', { method: 'card', slot: 'primary', details: { token: 'ok', brand: 'visa', last4: '4242' } });
await ask('subscribe', { plan: 'growth', cycle: 'monthly' });
await ask('adjust_credits', { amount: '5 message', reason: 'Grüße, 日本, \u{1F600} and "quotes" \\ / \u2028' });
const times = (type) => came.filter((one) => JSON.parse(one.body).type === type).length;
const patience = setTimeout(() => assert.fail(`only ${came.length} came: ${came.map((one) => JSON.parse(one.body).type)}`), 20_000);
while (times('order.paid') < 1 || times('credits.granted') < 2) await new Promise((woken) => (wakes = woken));
clearTimeout(patience);

const throws = (with_it) => assert.throws(with_it, (error) => error.name === 'Error' || /WebhookVerificationError/.test(error.constructor.name));
for (const { headers, body } of came) {
  for (const secret of secrets) assert.deepEqual(new Webhook(secret).verify(body, headers), JSON.parse(body));
  throws(() => new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').verify(body, headers));
  throws(() => new Webhook(secrets[0]).verify(`${body} `, headers));
  throws(() => new Webhook(secrets[0]).verify(body, { ...headers, 'webhook-id': 'another' }));
  throws(() => new Webhook(secrets[0]).verify(body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 301) }));
}
console.log(`${came.length} webhooks, each verified by both secrets and refused changed: ${[...new Set(came.map((one) => JSON.parse(one.body).type))].join(', ')}`);
receiver.close();
host.kill('SIGTERM');
process.exit(0);
