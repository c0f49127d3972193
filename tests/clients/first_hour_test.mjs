// The first hour as docs/quickstart.md tells it, the clients and the examples, against a host that runs.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Florin, FlorinProblem, verifyWebhook } from '../../clients/typescript/florin.mjs';
import { send } from '../../examples/webhooks/sender.mjs';
import { demo, program, started } from './served.mjs';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
let served;
const beside = [];
before(async () => {
  served = await demo();
});
after(async () => {
  for (const one of beside) one.child.kill('SIGKILL'); // whatever a test that failed left running
  const code = await served.host.end();
  served.remove();
  assert.equal(code, 0, 'it ends as it should when it is told to');
});

/** Commands and what they answer, of the blocks that say bash. */
function lines(page) {
  const steps = [];
  for (const [, block] of page.matchAll(/```bash\n(.*?)```/gs))
    for (const line of block.split('\n')) {
      if (line.startsWith('#  ')) steps.at(-1).wanted = line.slice(3);
      else if (line && !line.startsWith('API=') && !line.startsWith('f()')) steps.push({ line });
    }
  return steps;
}

/** `…` stands for anything. */
function fits(answer, wanted) {
  const parts = wanted.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*?')}${wanted.endsWith('…') ? '' : '$'}`, 's').test(answer.trim());
}

test('every line of the quickstart does what the page says', async () => {
  const page = readFileSync(join(root, 'docs/quickstart.md'), 'utf8');
  const helper = /^f\(\) .*$/m.exec(page)[0];
  const steps = lines(page);
  assert.ok(steps.length > 15, `${steps.length} lines`);
  for (const { line, wanted } of steps) {
    const { stdout } = await run('bash', ['-c', `${helper}\n${line}`], {
      env: { ...process.env, API: served.api, KEY: served.key },
    });
    if (wanted) assert.ok(fits(stdout, wanted), `${line}\nanswered ${stdout}\nand the page says ${wanted}`);
  }
});

test('the client for Node: commands, pages, refusals, the same key', async () => {
  const florin = new Florin({ api: served.api, key: served.key });
  const ada = florin.account('ada');
  await ada.do('open_account', { billing_country: 'US' }, { key: 'open' });
  const card = { method: 'card', slot: 'primary', details: { token: 'ok', brand: 'visa', last4: '4242' } };
  await ada.do('add_payment_method', card, { key: 'card' });
  const done = await ada.agree('subscribe', { plan: 'growth', cycle: 'monthly' }, { key: 'sub', wait: 20 });
  assert.equal(done.order.now.state, 'paid');
  const again = await ada.do('subscribe', { plan: 'growth', cycle: 'monthly', agreed: '49.00 USD' }, { key: 'sub' });
  assert.equal(again.again, true);
  await assert.rejects(ada.do('buy_credits', { amout: '5 message' }, { key: 'x' }), (error) => {
    assert.ok(error instanceof FlorinProblem);
    assert.equal(error.code, 'unknown_field');
    assert.equal(error.errors[0].pointer, '/amout');
    return true;
  });
  const documents = [];
  for await (const one of ada.list('documents')) documents.push(one.number);
  assert.equal(documents.length, 1);
  const catalog = await ada.catalog();
  assert.ok(catalog.plans.some((plan) => plan.plan === 'pro'));
  const types = [];
  for await (const event of florin.events({ wait: 0 })) if (event.account === 'ada') types.push(event.type);
  assert.ok(types.includes('order.paid') && types.includes('invoice.issued'), types.join());
});

test('the client sends again what may be sent again', async () => {
  let asked = 0;
  const keys = new Set();
  const flaky = async (url, options) => {
    keys.add(options.headers['Idempotency-Key']);
    if (++asked === 1) throw new TypeError('connection reset');
    if (asked === 2) return new Response('{"code": "busy"}', { status: 503 });
    return new Response('{"position": 7}', { status: 200 });
  };
  const florin = new Florin({ api: 'http://host/v1/t', key: 'k', fetch: flaky });
  assert.deepEqual(await florin.account('a').do('cancel', {}, { key: 'c' }), { position: 7 });
  assert.equal(asked, 3);
  assert.deepEqual([...keys], ['a:c']);
  asked = 0;
  await assert.rejects(florin.request('POST', 'accounts/a/portal_sessions', { body: {} }), TypeError);
  assert.equal(asked, 1, 'what has no key is not sent twice');
});

test('the client for Python', { skip: spawnSync('python3', ['--version']).status !== 0 }, async () => {
  const script = `
import os, sys
sys.path.insert(0, os.path.join(${JSON.stringify(root)}, "clients", "python"))
from florin import Florin, Problem, verify_webhook
florin = Florin(os.environ["API"], os.environ["KEY"])
bob = florin.account("bob")
bob.do("open_account", {"billing_country": "US"}, key="open")
bob.do("add_payment_method", {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}, key="card")
done = bob.agree("subscribe", {"plan": "growth", "cycle": "monthly"}, key="sub", wait=20)
assert done["order"]["now"]["state"] == "paid", done
assert bob.do("subscribe", {"plan": "growth", "cycle": "monthly", "agreed": "49.00 USD"}, key="sub")["again"]
used = florin.usage([{"account": "bob", "key": f"bob:{i}", "use": {"meter": "sms", "quantity": "10 characters"}} for i in range(1500)])
assert len(used) == 1500 and used[0]["debited"] == "1 message" and used[-1]["problem"]["code"] == "not_enough_credits", used[-1]
try:
    bob.do("cancel", {"nothing": 1}, key="c")
    raise AssertionError("an unknown field was taken")
except Problem as problem:
    assert problem.code == "unknown_field" and problem.errors[0]["pointer"] == "/nothing"
assert [one["what"] for one in bob.list("documents")] == ["subscription"]
assert any(one["type"] == "order.paid" for one in florin.events(wait=None) if one["account"] == "bob")
assert bob.portal(kind="token")["token"].startswith("fls_")
`;
  const { stdout } = await run('python3', ['-c', script], { env: { ...process.env, API: served.api, KEY: served.key } });
  assert.equal(stdout, '');
});

test('a receiver hears what happens, and the SMS sender holds, sends and captures', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const receiver = await started('node', [join(root, 'examples/webhooks/receiver.mjs'), '0'], /listening/, { FLORIN_WEBHOOK_SECRET: secret });
  beside.push(receiver);
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(receiver.printed());
  const listening = await started(
    program,
    ['listen', served.api, '--key', served.key, '--forward-to', `http://127.0.0.1:${port}/hook`, '--secret', secret],
    /secret whsec_/,
  );
  beside.push(listening);
  const florin = new Florin({ api: served.api, key: served.key });
  const eve = florin.account('eve');
  await eve.do('open_account', { billing_country: 'US' }, { key: 'open' });
  await eve.do('add_payment_method', { method: 'card', slot: 'primary', details: { token: 'ok', brand: 'visa', last4: '4242' } }, { key: 'card' });
  await eve.agree('subscribe', { plan: 'growth', cycle: 'monthly' }, { key: 'sub', wait: 20 });
  const types = ['account.opened', 'order.paid', 'credits.granted', 'invoice.issued'];
  const missing = () => types.filter((type) => !receiver.printed().includes(`${type}  eve`));
  for (let i = 0; i < 1200 && missing().length > 0; ++i) await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(missing(), [], `${receiver.printed()}\n${listening.printed()}`);
  assert.deepEqual(await send(florin, 'eve', 'x'.repeat(161)), { sent: true, debited: '2 message' });
  assert.deepEqual(await send(florin, 'eve', 'fail'), { sent: false, debited: null });
  assert.equal((await eve.check({ meter: 'sms', quantity: '1 characters' })).available, '998 message');
  await listening.end();
  await receiver.end();
});

test('verifyWebhook knows the vector of Standard Webhooks', async () => {
  const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330' };
  const body = '{"test": 2432232314}';
  const signed = { ...headers, 'webhook-signature': 'v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  assert.equal(await verifyWebhook(signed, body, secret, 1614265330), true);
  assert.equal(await verifyWebhook(signed, body + ' ', secret, 1614265330), false);
  assert.equal(await verifyWebhook(signed, body, secret, 1614265330 + 301), false);
  assert.equal(await verifyWebhook(headers, body, secret, 1614265330), false);
});

test('the command line gives links, looks, and makes sealed backups beside the host', async () => {
  const portal = await run(program, ['portal-link', served.data, 'callloop', 'acme']);
  assert.match(portal.stdout, /\/portal\/callloop#c=\w{32}\n$/);
  const console_ = await run(program, ['console', served.data, '--as', 'ann', '--scopes', 'read,staff']);
  const code = /#c=(\w+)/.exec(console_.stdout)[1];
  const base = served.api.replace(/\/v1\/.*/, '');
  const exchanged = await fetch(`${base}/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
    body: JSON.stringify({ code, nonce: 'n' }),
  });
  assert.equal(exchanged.status, 201);
  assert.equal((await exchanged.json()).member, 'ann');
  const cookie = exchanged.headers.get('set-cookie').split(';')[0];
  const cases = await fetch(`${served.api}/cases`, { headers: { cookie } });
  assert.equal(cases.status, 200);
  assert.equal((await fetch(`${served.api}/keys`, { headers: { cookie } })).status, 403, 'it lacks the scope');

  const folder = join(served.folder, 'backups');
  mkdirSync(folder);
  const key = join(folder, 'backup.key');
  await run(program, ['backup-key', key]);
  assert.equal(statSync(key).mode & 0o077, 0);
  await run(program, ['backup', served.data, join(folder, 'sealed'), '--seal-to', `${key}.pub`]);
  assert.ok(!readFileSync(join(folder, 'sealed')).includes('SQLite format'));
  await run(program, ['unseal', join(folder, 'sealed'), join(folder, 'copy'), '--key', key]);
  await run(program, ['restore', join(folder, 'copy'), join(folder, 'restored')]);
  await run(program, ['verify', join(folder, 'restored')]);
  const bytes = readFileSync(join(folder, 'sealed'));
  bytes[bytes.length - 20] ^= 1;
  writeFileSync(join(folder, 'changed'), bytes);
  await assert.rejects(run(program, ['unseal', join(folder, 'changed'), join(folder, 'no'), '--key', key]));

  const looked = spawnSync(program, ['doctor', '--config', process.env.FLORIN_CONFIG, '--data', served.data, '--json']);
  const findings = JSON.parse(looked.stdout);
  for (const check of ['files', 'disk', 'backup', 'host'])
    assert.ok(findings.some((one) => one.check === check && one.state !== 'wrong'), looked.stdout.toString());
});

test('after a restore no event id comes twice with other content', async () => {
  const folder = join(served.folder, 'lineage');
  mkdirSync(folder);
  const serve = async (data, from) => {
    const host = await started(program, ['serve', '--config', process.env.FLORIN_CONFIG, '--data', data, '--virtual-from', from, '--listen', '127.0.0.1:0', '--quiet', '--drain', '0'], /Clock .*\n/);
    beside.push(host);
    return { host, api: /API +(\S+)/.exec(host.printed())[1].replace(/\/v1\/.*/, '/v1/callloop') };
  };
  const ids = async (florin) => {
    const all = new Map();
    for await (const event of florin.events({ wait: 0 })) all.set(event.id, event.account);
    return all;
  };
  const old = await serve(join(folder, 'old'), '2026-03-10');
  const { stdout } = await run(program, ['key', 'issue', join(folder, 'old'), 'callloop', '--config', process.env.FLORIN_CONFIG, '--preset', 'staff']);
  const key = stdout.trim();
  const before = new Florin({ api: old.api, key });
  await before.account('kept').do('open_account', { billing_country: 'US' }, { key: 'o' });
  await ids(before);
  await run(program, ['backup', join(folder, 'old'), join(folder, 'copy')]);
  await before.account('lost').do('open_account', { billing_country: 'US' }, { key: 'o' });
  const told = await ids(before);
  await old.host.end();
  await run(program, ['restore', join(folder, 'copy'), join(folder, 'new')]);
  const fresh = await serve(join(folder, 'new'), '2026-03-11');
  const later = new Florin({ api: fresh.api, key });
  await later.account('other').do('open_account', { billing_country: 'US' }, { key: 'o' });
  const again = await ids(later);
  await fresh.host.end();
  assert.deepEqual([...again.values()], ['kept', 'other']);
  for (const [id, account] of again) assert.ok(!told.has(id) || told.get(id) === account, `${id} is of ${told.get(id)} and of ${account}`);
  assert.equal([...again.keys()].filter((id) => told.has(id)).length, 1, 'what was told before the backup keeps its id');
});
