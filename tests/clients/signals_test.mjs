// A host under load that is told to reload, again and again, and then to end: what it acknowledged is there, once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { config, program, started } from './served.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'florin-signals-'));
const data = join(folder, 'data');
const running = [];
after(() => {
  for (const one of running) one.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function serve() {
  const host = await started(program, ['serve', '--config', config, '--data', data, '--listen', '127.0.0.1:0', '--quiet', '--drain', '0'], /Admin .*\n/);
  running.push(host);
  return { ...host, api: /API +(\S+)/.exec(host.printed())[1].replace(/\/v1\/.*/, '/v1/callloop') };
}

const ask = async (api, key, path, body, name) => {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  if (name) headers['Idempotency-Key'] = name;
  const answer = await fetch(`${api}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const debit = (key) => [{ account: 'acme', key, use: { meter: 'sms', quantity: '100 characters' } }];

test('SIGHUP by the dozen and SIGTERM under load lose and double nothing', async () => {
  let host = await serve();
  const { stdout } = await run(program, ['key', 'issue', data, 'callloop', '--config', config, '--preset', 'staff']);
  const key = stdout.trim();
  assert.equal((await ask(host.api, key, 'accounts/acme/open_account', { billing_country: 'US' }, 'open')).status, 200);
  assert.equal((await ask(host.api, key, 'accounts/acme/start_trial', {}, 'trial')).status, 200);
  const given = await ask(host.api, key, 'accounts/acme/adjust_credits', { amount: '100000 message', reason: 'for the test' }, 'give');
  assert.equal(given.status, 200, JSON.stringify(given.body));

  // Whoever connects and says nothing holds up nobody.
  const port = Number(new URL(host.api).port);
  const idle = await Promise.all(
    Array.from({ length: 300 }, () => new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => done(socket));
      socket.on('error', () => {});
    })),
  );

  const acknowledged = new Map();
  let over = false;
  const load = Array.from({ length: 8 }, async (_, thread) => {
    for (let i = 0; !over; ++i) {
      const name = `d${thread}-${i}`;
      try {
        const { status, body } = await ask(host.api, key, 'usage', debit(name));
        if (status === 200 && body[0].position) acknowledged.set(name, body[0].position);
        else if (status === 503) break;
      } catch {
        break; // the host has closed: what was under way is known when it is asked again
      }
    }
  });
  const reloads = (async () => {
    for (let i = 0; i < 40; ++i) {
      const reached = acknowledged.size;
      host.child.kill('SIGHUP');
      while (acknowledged.size < reached + 5 && !over) await new Promise((done) => setImmediate(done));
    }
  })();
  await reloads;
  const code = await host.end();
  over = true;
  await Promise.all(load);
  for (const socket of idle) socket.destroy();
  assert.equal(code, 0, host.printed());
  assert.ok(acknowledged.size >= 200, `${acknowledged.size} debits`);

  await run(program, ['verify', data]);
  host = await serve();
  for (const [name, position] of acknowledged) {
    const { body } = await ask(host.api, key, 'usage', debit(name));
    assert.equal(body[0].position, position, `${name} was acknowledged and is not there`);
  }
  assert.equal(await host.end(), 0);
});
