// Two hosts on one PostgreSQL: whichever is asked, one answers. It hands over, is killed, is stopped and wakes again;
// by the clients' own tally nothing is lost, nothing doubled, and a revoked key opens neither. Who slept answers nothing
// from memory when it wakes, and sends nothing; the command line beside a standby is told who has the journal.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as create_receiver } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { config, program, started } from './served.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'florin-hosts-'));
const data = `${process.env.FLORIN_POSTGRES}&lease=500ms&schema=served_${process.pid}`;
const hosts = [{ name: 'a' }, { name: 'b' }];
// What each host tells its endpoint, by the path that its own file names.
const told = { '/a': [], '/b': [] };
const receiver = create_receiver((request, answer) => {
  told[request.url]?.push(request.headers['webhook-id']);
  request.resume().on('end', () => answer.writeHead(200).end());
});
after(() => {
  for (const host of hosts) host.running?.child.kill('SIGKILL');
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const free_port = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Each has a file of its own, which says where the other reaches it. */
async function write_config(host) {
  host.port = await free_port();
  host.url = `http://127.0.0.1:${host.port}`;
  const here = dirname(config);
  writeFileSync(join(folder, 'sessions'), 's'.repeat(64));
  host.config = join(folder, `${host.name}.yaml`);
  writeFileSync(
    host.config,
    `plugins: {folder: ${process.env.FLORIN_PLUGINS}}
tenants: ${join(here, 'tenants')}
data: "${data}"
payments: sandbox
serve:
  listen: 127.0.0.1:${host.port}
  session_secrets: ${join(folder, 'sessions')}
  drain: 0 seconds
  admin: ${join(folder, `${host.name}.sock`)}
  webhooks: {crm: {tenant: callloop, url: "http://127.0.0.1:${receiver.address().port}/${host.name}", secret: "env:FLORIN_CRM"}}
  hosts: {url: "${host.url}", secret: "env:FLORIN_HOSTS"}
`,
  );
}

async function start(host) {
  host.running = await started(program, ['serve', '--config', host.config, '--quiet'], /Docs .*\n/, { FLORIN_HOSTS: 'between us', FLORIN_CRM: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
  host.ended = new Promise((done) => host.running.child.on('exit', done));
}

let key;
async function ask(host, path, body, name, with_key = key) {
  const headers = { Authorization: `Bearer ${with_key}`, 'Content-Type': 'application/json' };
  if (name) headers['Idempotency-Key'] = name;
  const answer = await fetch(`${host.url}/v1/callloop/${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  return { status: answer.status, retry: answer.headers.get('retry-after'), body: await answer.json() };
}
/** The bytes of a request are with the host, which may sleep. Answers a promise of the status. */
function sent(host, path, with_key) {
  return new Promise((written) => {
    const socket = connect(host.port, '127.0.0.1', () =>
      socket.write(`GET /v1/callloop/${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${with_key}\r\n\r\n`, () => {
        const status = new Promise((done) => {
          let text = '';
          socket.on('data', (bytes) => (text += bytes)).on('close', () => done(Number(text.slice(9, 12)))).on('error', () => {});
        });
        written({ status });
      }),
    );
  });
}
const state = async (host) => (await (await fetch(`${host.url}/readyz`)).json()).state;
async function until(what, wanted) {
  const began = Date.now();
  while (!(await wanted().catch(() => false))) {
    assert.ok(Date.now() - began < 30_000, `${what} did not come`);
    await new Promise((later) => setTimeout(later, 20));
  }
  return Date.now() - began;
}

// Of every key, the position that was said.
const tally = new Map();
let count = 0, going = true;
async function debit(host, name) {
  const answer = await ask(host, 'usage', [{ account: 'acme', key: name, use: { meter: 'sms', quantity: '100 characters' } }]).catch(() => undefined);
  const line = answer?.status === 200 ? answer.body[0] : undefined;
  if (!line?.position) {
    if (answer) assert.ok([502, 503].includes(answer.status) || ['ask_again', 'busy', 'store_unavailable'].includes(line?.problem?.code), JSON.stringify(answer));
    return false;
  }
  if (tally.get(name)) assert.equal(line.position, tally.get(name), `${name} happened twice`);
  tally.set(name, line.position);
  ++count;
  return true;
}
async function debiting(host, client) {
  for (let i = 0; going; ++i) {
    const name = `${host.name}${client}-${i}-${Date.now()}`;
    tally.set(name, 0);
    if (!(await debit(host, name))) await new Promise((later) => setTimeout(later, 5));
  }
}
async function settle(host) {
  for (const name of [...tally.keys()].filter((one) => !tally.get(one))) await until(name, () => debit(host, name));
  for (const name of [...tally.keys()].slice(-50)) assert.ok(await debit(host, name));
}

/** Both are under load while `act` happens to the one that has the journal; how long until the other has it. */
async function while_busy(owner, other, act) {
  going = true;
  const from = count;
  const clients = [0, 1, 2].flatMap((i) => [debiting(owner, i), debiting(other, i)]);
  await until('load', async () => count > from + 200);
  await act();
  const took = await until('the other', async () => (await state(other)) === 'ready');
  const then = count;
  await until('answers', async () => count > then + 50);
  going = false;
  await Promise.all(clients);
  await settle(other);
  return took;
}

test('two hosts are one', async (t) => {
  await new Promise((listens) => receiver.listen(0, '127.0.0.1', listens));
  for (const host of hosts) await write_config(host);
  const [a, b] = hosts;
  const issued = await run(program, ['key', 'issue', data, 'callloop', '--config', a.config, '--preset', 'staff']);
  key = issued.stdout.trim();
  await start(a);
  await start(b);
  assert.equal(await state(a), 'ready');
  await until('standby', async () => (await state(b)) === 'standby');
  assert.match(b.running.printed(), /Standby /);

  // The command line finds the host by the socket that its file names; beside a standby it is told where to go.
  const listed = await run(program, ['key', 'list', data, 'callloop', '--config', a.config]);
  assert.match(listed.stdout, /staff/);
  const elsewhere = await run(program, ['key', 'list', data, 'callloop', '--config', b.config]).catch((failed) => failed);
  assert.equal(elsewhere.code, 3, elsewhere.stderr);
  assert.ok(elsewhere.stderr.includes(`${a.url} has the journal`), elsewhere.stderr);

  // Whoever is asked.
  const opened = await ask(b, 'accounts/acme/open_account', { billing_country: 'US' }, 'open');
  assert.equal(opened.status, 200, JSON.stringify(opened.body));
  const again = await ask(a, 'accounts/acme/open_account', { billing_country: 'US' }, 'open');
  assert.equal(again.body.again, true);
  assert.equal(again.body.position, opened.body.position);
  assert.equal((await ask(b, 'accounts/acme/start_trial', {}, 'trial')).status, 200);
  assert.equal((await ask(a, 'accounts/acme/adjust_credits', { amount: '1000000 message', reason: 'for the test' }, 'give')).status, 200);
  assert.deepEqual((await ask(b, 'accounts/acme')).body, (await ask(a, 'accounts/acme')).body);
  assert.equal((await ask(b, 'accounts/nobody')).status, 404);
  assert.equal((await ask(b, 'accounts?limit=x')).status, 400);
  assert.equal((await ask(b, 'accounts/acme', undefined, undefined, `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`)).status, 401);
  const other = (await ask(b, 'keys', { preset: 'readonly' }, 'other')).body;
  for (const host of hosts) assert.equal((await ask(host, 'accounts/acme', undefined, undefined, other.key)).status, 200);
  assert.equal((await ask(a, `keys/${other.id}/revoke`, {}, 'revoke')).status, 200);
  for (const host of hosts) assert.equal((await ask(host, 'accounts/acme', undefined, undefined, other.key)).status, 401);

  await t.test('it hands over', async () => {
    const took = await while_busy(a, b, async () => {
      a.running.child.kill('SIGTERM');
      await a.ended;
    });
    t.diagnostic(`handed over within ${took} ms of its end`);
    assert.ok(took < 5_000, `${took} ms`);
  });

  await t.test('it is killed', async () => {
    await start(a);
    await until('standby', async () => (await state(a)) === 'standby');
    const took = await while_busy(b, a, async () => {
      b.running.child.kill('SIGKILL');
      await b.ended;
    });
    t.diagnostic(`taken over within ${took} ms of a kill, with a lease of 500 ms`);
  });

  await t.test('it is stopped, and wakes', async () => {
    await start(b);
    await until('standby', async () => (await state(b)) === 'standby');
    const third = (await ask(a, 'keys', { preset: 'readonly' }, 'third')).body;
    assert.equal((await ask(a, 'accounts/acme', undefined, undefined, third.key)).status, 200);
    // Something to tell, that it has not told yet when it falls asleep.
    assert.equal((await ask(a, 'accounts/acme/adjust_credits', { amount: '1 message', reason: 'to be told' }, 'tell')).status, 200);
    a.running.child.kill('SIGSTOP');
    await until('the other', async () => (await state(b)) === 'ready');
    assert.equal((await ask(b, `keys/${third.id}/revoke`, {}, 'revoke-third')).status, 200);
    const fourth = (await ask(b, 'keys', { preset: 'readonly' }, 'fourth')).body;
    await until('events', async () => told['/b'].length > 0);
    const told_by_a = told['/a'].length;
    // Asked while it sleeps, so that these are the first things that it does: it does not know the one, and it knew the other.
    const unknown = [], known = [];
    for (let i = 0; i < 4; ++i) {
      unknown.push(await sent(a, 'accounts/acme', fourth.key));
      known.push(await sent(a, 'accounts/acme', third.key));
      unknown.push(await sent(a, 'presentation', fourth.key));
    }
    a.running.child.kill('SIGCONT');
    for (const one of unknown) assert.ok([200, 503].includes(await one.status), `the new key: ${await one.status}`);
    for (const one of known) assert.ok([401, 503].includes(await one.status), `the revoked key: ${await one.status}`);
    await until('standby', async () => (await state(a)) === 'standby');
    let seen;
    await until('an answer', async () => (seen = (await ask(a, 'accounts/acme', undefined, undefined, third.key)).status) !== 503);
    assert.equal(seen, 401, 'it knew the key when it fell asleep');
    tally.set('late', 0);
    await until('late', () => debit(a, 'late'));
    await settle(b);
    // The one that it was sending when it fell asleep may still arrive, and the other has told it too: nothing else does.
    const late = told['/a'].slice(told_by_a);
    assert.ok(late.length <= 1 && late.every((id) => told['/b'].includes(id)), `it told ${late}, which is not its own any more`);
  });

  const verified = await run(program, ['verify', data], { maxBuffer: 1 << 26 }); // throws where it ends with another code than 0
  assert.match(verified.stdout, /^everything holds$/m);
  t.diagnostic(`${tally.size} debits`);
});
