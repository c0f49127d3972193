// A host that has few descriptors, and strangers who take them all: whoever is connected is served, what is acknowledged
// is durable, operators come in, and newcomers too when there is room again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { config, program, started } from './served.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'florin-descriptors-'));
const data = join(folder, 'data');
let host;
after(() => {
  host?.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('few descriptors and 400 idle strangers', async () => {
  const words = ['serve', '--config', config, '--data', data, '--listen', '127.0.0.1:0', '--quiet', '--drain', '0'];
  host = await started('prlimit', ['--nofile=160', program, ...words], /Admin .*\n/);
  const api = /API +(\S+)/.exec(host.printed())[1].replace(/\/v1\/.*/, '');
  const port = Number(new URL(api).port);
  const issued = await run(program, ['key', 'issue', data, 'callloop', '--config', config, '--preset', 'staff']);
  const key = issued.stdout.trim();

  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path, body, name, agent = kept) =>
    new Promise((done, failed) => {
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...(name && { 'Idempotency-Key': name }) };
      const asked = request(`${api}/v1/callloop/${path}`, { method: 'POST', headers, agent }, (answer) => {
        let text = '';
        answer.on('data', (bytes) => (text += bytes)).on('end', () => done({ status: answer.statusCode, body: JSON.parse(text) }));
      });
      asked.on('error', failed);
      asked.end(JSON.stringify(body));
    });
  const debit = (name, agent) => ask('usage', [{ account: 'acme', key: name, use: { meter: 'sms', quantity: '100 characters' } }], undefined, agent);
  for (const [path, body, name] of [
    ['accounts/acme/open_account', { billing_country: 'US' }, 'open'],
    ['accounts/acme/start_trial', {}, 'trial'],
    ['accounts/acme/adjust_credits', { amount: '1000 message', reason: 'for the test' }, 'give'],
  ])
    assert.equal((await ask(path, body, name)).status, 200);

  const strangers = await Promise.all(
    Array.from({ length: 400 }, () => new Promise((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => done(socket)).on('error', () => done(socket));
      socket.resume();
    })),
  );
  for (let i = 0; i < 20; ++i) {
    const { status, body } = await debit(`full-${i}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body[0].position > 0, JSON.stringify(body));
  }
  // An operator comes in by the socket of the folder.
  await run(program, ['key', 'list', data, 'callloop', '--config', config]);

  for (const socket of strangers) socket.destroy();
  // The host sees that they are gone, and takes who comes: each try has a connection of its own.
  let served;
  for (let tries = 0; tries < 200 && served?.status !== 200; ++tries)
    served = await debit('room-again', new Agent({ keepAlive: false })).catch(() => undefined);
  assert.equal(served?.status, 200, 'nobody comes in again');
  assert.equal(await host.end(), 0, host.printed());
  await run(program, ['verify', data]);
});
