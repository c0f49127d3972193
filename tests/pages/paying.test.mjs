// Payments as customers make them: by a provider's own form, by a bank's page, by UPI, by wire, and by a link.
import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axeOf, browser, looked, pageOf, serve} from './served.mjs';
import {razorpay, stripe} from './standins.mjs';

let host, chromium;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';
const phone = {viewport: {width: 360, height: 780}, hasTouch: true, isMobile: true};
const desktop = {viewport: {width: 1280, height: 900}};

before(async () => {
  mkdirSync(shots, {recursive: true});
  host = await serve();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await host?.end();
});

async function opened(of, tenant, account, path = '', options = phone) {
  const context = await chromium.newContext(options);
  const page = await pageOf(context, failures);
  await page.goto(await of.link(tenant, account));
  await page.getByRole('heading', {level: 1}).waitFor();
  if (path) await page.goto(`${of.base}/portal/${tenant}/${account}/${path}`);
  return page;
}
const states = async (of, tenant, account) => (await of.ask(tenant, `accounts/${account}/orders`)).data.map((one) => one.now.state);
async function subscribed(account, token = 'ok', more = {}) {
  await host.ask('callloop', `accounts/${account}/open_account`, {billing_country: 'US', personal_data: {name: account, email: `${account}@example.com`}, ...more});
  await host.ask('callloop', `accounts/${account}/add_payment_method`, {method: 'card', slot: 'primary', details: {token, brand: 'visa', last4: '4242'}});
  return host.ask('callloop', `accounts/${account}/subscribe`, {plan: 'growth', cycle: 'monthly'});
}

test('UI-04: a card is saved by Stripe’s own form, a refused one is tried again, and the plan is paid with it', async () => {
  const provider = await stripe();
  const live = await serve({tenant: 'callloop', processor: 'stripe', address: provider.address, own: 'publishable_key: pk_test_standin'});
  try {
    await live.ask('callloop', 'accounts/zoe/open_account', {billing_country: 'US', personal_data: {name: 'Zoe', email: 'zoe@example.com'}});
    const page = await opened(live, 'callloop', 'zoe', 'methods/add');
    await provider.on(page.context());
    await page.getByRole('button', {name: 'Continue'}).click();
    await page.getByRole('link', {name: 'Open the form'}).click();
    await page.frameLocator('iframe[title="Secure payment input frame"]').getByLabel('Card number').waitFor();
    assert.deepEqual(await axeOf(page), []);
    await looked(page, shots, 'form-stripe');
    provider.next = 'refused';
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('alert').getByText('Your card was declined.').waitFor();
    provider.next = 'bank';
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('button', {name: 'Confirm at the bank'}).click();
    await page.getByText('4242').first().waitFor();
    await page.goto(`${live.base}/portal/callloop/zoe/plan`);
    await page.getByRole('radio', {name: /^Growth/}).check();
    await page.getByRole('button', {name: /Confirm and pay \$49/}).dblclick();
    await page.getByText('Paid $49.00').waitFor();
    assert.deepEqual(await states(live, 'callloop', 'zoe'), ['paid']);
    // A card that is used once is entered in the same form, for the order.
    await page.goto(`${live.base}/portal/callloop/zoe/methods`);
    await page.getByRole('button', {name: /^Remove/}).first().click();
    await page.getByRole('button', {name: /^Remove .*4242/}).click();
    await page.getByText('Removed.').waitFor();
    await page.goto(`${live.base}/portal/callloop/zoe/credits`);
    await page.getByRole('button', {name: /Confirm and pay/}).click();
    await page.getByRole('link', {name: /^Pay \$/}).click();
    provider.next = 'bank';
    await page.getByRole('button', {name: /^Pay \$/}).click();
    // In another browser the way back shows nothing of the account.
    const elsewhere = await pageOf(await chromium.newContext(phone), failures);
    await elsewhere.goto(`${live.base}/return/callloop`);
    await elsewhere.getByText('Your payment is being confirmed.').waitFor();
    await elsewhere.context().close();
    await page.getByRole('button', {name: 'Confirm at the bank'}).click();
    await page.getByText(/^Paid \$/).waitFor();
    assert.deepEqual(await states(live, 'callloop', 'zoe'), ['paid', 'paid']);
    assert.equal([...provider.intents.values()].filter((one) => one.object === 'payment_intent' && one.status === 'succeeded').length, 2);
    await page.context().close();
  } finally {
    await live.end();
    await provider.end();
  }
});

test('UI-04: Razorpay’s Checkout pays on a phone', async () => {
  const provider = await razorpay();
  const live = await serve({tenant: 'exotel', processor: 'razorpay', address: provider.address, own: 'key_id: rzp_test_standin, mandate_limit: 1500000'});
  try {
    await live.ask('exotel', 'accounts/ravi/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {name: 'Ravi', email: 'ravi@example.com', phone: '+919812345678'}});
    await live.ask('exotel', 'accounts/ravi/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
    const answer = await live.ask('exotel', 'accounts/ravi/subscribe', {plan: 'starter', cycle: 'monthly', pay_with: 'card/visa', first_credits: '1000 balance'});
    const page = await opened(live, 'exotel', 'ravi', `orders/${answer.order.id}`);
    await provider.on(page.context());
    await page.getByRole('link', {name: /^Pay ₹/}).click();
    await page.getByRole('button', {name: /^Pay ₹/}).click();
    await page.frameLocator('iframe[title="Razorpay Checkout"]').getByRole('button', {name: 'Pay at Razorpay'}).click();
    await page.getByText(/^Paid ₹/).waitFor();
    assert.deepEqual(await states(live, 'exotel', 'ravi'), ['paid']);
    await page.context().close();
  } finally {
    await live.end();
    await provider.end();
  }
});

test('EX-09: UPI opens an app on a phone, and is a QR code on a desktop', async () => {
  await host.ask('exotel', 'accounts/ravi/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {name: 'Ravi', email: 'ravi@example.com'}});
  await host.ask('exotel', 'accounts/ravi/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
  await host.ask('exotel', 'accounts/ravi/add_payment_method', {method: 'upi', slot: 'primary', details: {token: 'acts_after_30m', address: 'ravi@upi'}});
  const {order} = await host.ask('exotel', 'accounts/ravi/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'primary'});
  const page = await opened(host, 'exotel', 'ravi', `orders/${order.id}`);
  const link = page.getByRole('link', {name: 'Open your UPI app'});
  assert.match(await link.getAttribute('href'), /^upi:\/\/pay\?pa=/);
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'upi-phone');
  const wide = await opened(host, 'exotel', 'ravi', `orders/${order.id}`, desktop);
  await wide.getByRole('img', {name: 'QR code for your UPI app'}).waitFor();
  assert.equal(await wide.getByRole('link', {name: 'Open your UPI app'}).count(), 0);
  await looked(wide, shots, 'upi-desktop');
  await host.clock('2026-03-10T10:00:00Z');
  // The page shows it by itself.
  await page.getByText(/^Paid ₹/).waitFor();
  await wide.context().close();
  await page.context().close();
});

test('EX-09: a wire shows where to pay, with a reference to copy, and what came is on the order', async () => {
  await host.ask('exotel', 'accounts/mega/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {name: 'Mega', email: 'mega@example.com'}});
  await host.ask('exotel', 'accounts/mega/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
  await host.ask('exotel', 'accounts/mega/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  await host.ask('exotel', 'accounts/mega/set_custom_plan', {plan: 'enterprise', cycles: [{cycle: 'annual', price: '300000.00 INR'}], monthly_minimum: '20000.00 INR', first_credits: '10000.00 INR', meters: [{meter: 'voice', takes: '0.2000 balance'}], agreement: '12 months'}, 'staff:ann');
  const {order} = await host.ask('exotel', 'accounts/mega/subscribe', {plan: 'enterprise', cycle: 'annual', first_credits: '10000 balance', pay_with: 'wire'}, 'staff:ann');
  const page = await opened(host, 'exotel', 'mega', `orders/${order.id}`);
  await page.getByRole('heading', {name: 'Pay by bank transfer'}).waitFor();
  await page.getByText('HDFC0000123').waitFor();
  await page.getByRole('button', {name: 'Copy Reference'}).waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'wire');
  await page.context().close();
});

test('UI-01: pending for an hour, then paid; nothing is charged twice', async () => {
  await subscribed('pia', 'pending_1h').catch(() => {});
  const page = await opened(host, 'callloop', 'pia', 'orders/1');
  await page.getByText('Your bank has not answered yet.').waitFor();
  await looked(page, shots, 'pending');
  await host.clock(new Date(Date.parse((await host.ask('callloop', 'session')).now) + 3_700_000).toISOString().replace(/\.\d+/, ''));
  await page.getByText('Paid $49.00').waitFor();
  assert.deepEqual(await states(host, 'callloop', 'pia'), ['paid']);
  await page.context().close();
});

test('a bank’s page sends its customer back by POST; the order says what became of it', async () => {
  await subscribed('rhea', 'acts_after_1h').catch(() => {});
  const page = await opened(host, 'callloop', 'rhea', 'orders/1');
  await page.context().route('https://sandbox.invalid/**', (route) =>
    route.fulfill({contentType: 'text/html', body: `<!doctype html><html lang="en"><title>Bank</title><form method="post" action="${host.base}/return/callloop"><button>Confirm</button></form>`}));
  await looked(page, shots, 'redirect');
  await page.getByRole('link', {name: 'Go to your bank'}).click();
  await host.clock(new Date(Date.parse((await host.ask('callloop', 'session')).now) + 3_700_000).toISOString().replace(/\.\d+/, ''));
  await page.getByRole('button', {name: 'Confirm'}).click();
  await page.getByText('Paid $49.00').waitFor();
  assert.match(page.url(), /orders\/1$/);
  // Back to the bank's page, and forward: the order is as it was, and nothing is charged again.
  await page.goBack();
  await page.goForward();
  await page.getByText('Paid $49.00').waitFor();
  assert.deepEqual(await states(host, 'callloop', 'rhea'), ['paid']);
  await page.context().close();
});

test('a bank that asks for a form gets it by POST, with its fields, from a page that can post nowhere else', async () => {
  await subscribed('paul', 'posts_after_1h').catch(() => {});
  const page = await opened(host, 'callloop', 'paul', 'orders/1');
  const posted = [];
  await page.context().route('https://sandbox.invalid/**', (route) => {
    posted.push([route.request().method(), Object.fromEntries(new URLSearchParams(route.request().postData()))]);
    return route.fulfill({contentType: 'text/html', body: `<!doctype html><html lang="en"><title>Bank</title><form method="post" action="${host.base}/return/callloop"><button>Confirm</button></form>`});
  });
  await page.getByRole('link', {name: 'Go to your bank'}).click();
  await page.getByRole('heading', {name: 'Pay $49.00'}).waitFor();
  const policy = (await page.request.get(page.url())).headers()['content-security-policy'];
  assert.match(policy, /script-src 'self';.*form-action https:\/\/sandbox\.invalid;/);
  const nowhere = (await page.request.get(`${host.base}/provider/post?to=${encodeURIComponent("https://a.example 'self'")}`)).headers();
  assert.match(nowhere['content-security-policy'], /form-action 'none';/);
  await looked(page, shots, 'bank-form');
  await page.getByRole('button', {name: 'Go to your bank'}).click();
  await host.clock(new Date(Date.parse((await host.ask('callloop', 'session')).now) + 3_700_000).toISOString().replace(/\.\d+/, ''));
  await page.getByRole('button', {name: 'Confirm'}).click();
  await page.getByText('Paid $49.00').waitFor();
  assert.equal(posted.length, 1);
  assert.equal(posted[0][0], 'POST');
  assert.deepEqual(Object.keys(posted[0][1]), ['PaReq', 'MD']);
  assert.deepEqual(await states(host, 'callloop', 'paul'), ['paid']);
  await page.context().close();
});

test('offline in the middle of a payment: it is looked up by its key, and happens once', async () => {
  await subscribed('olga');
  const page = await opened(host, 'callloop', 'olga', 'credits');
  const button = page.getByRole('button', {name: 'Confirm and pay $4.90'});
  await button.waitFor();
  let cut = 0;
  await page.route('**/buy_credits', async (route) => {
    if (cut++ > 0) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await button.click();
  await page.getByText('We don’t know yet whether this went through.').or(page.getByText("We don't know yet whether this went through.")).waitFor();
  await looked(page, shots, 'unknown');
  await page.getByRole('button', {name: 'Look again'}).click();
  await page.getByText('Paid $4.90').waitFor();
  assert.deepEqual(await states(host, 'callloop', 'olga'), ['paid', 'paid']);
  await page.context().close();
});

test('a link pays one order without signing in, shows nothing else, and is done with it', async () => {
  await subscribed('lena');
  await host.ask('callloop', 'accounts/lena/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'declined_soft', brand: 'visa', last4: '0002'}});
  await host.clock('2026-04-11T10:00:00Z');
  const due = (await host.ask('callloop', 'accounts/lena/orders')).data[0];
  assert.equal(due.now.state, 'declined');
  const {url} = await host.ask('callloop', `accounts/lena/orders/${due.id}/pay_link`, {});
  const here = host.base + new URL(url).pathname;
  const token = new URL(url).pathname.split('/').at(-1);
  const page = await pageOf(await chromium.newContext(phone), failures);
  await page.goto(here);
  await page.getByRole('heading', {name: 'Pay $49.00'}).waitFor();
  await page.getByText('There is not enough money').waitFor();
  assert.equal(await page.getByText('0002').count(), 0);
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'pay-link');
  const second = await pageOf(page.context(), failures);
  await second.goto(here);
  await second.getByRole('button', {name: /^Pay \$49/}).waitFor();
  await page.getByRole('button', {name: /^Pay \$49/}).dblclick();
  await page.getByRole('heading', {name: 'Paid $49.00'}).waitFor();
  await second.getByRole('button', {name: /^Pay \$49/}).click();
  await second.getByRole('heading', {name: 'Paid $49.00'}).waitFor();
  await page.reload();
  await page.getByRole('heading', {name: 'Paid $49.00'}).waitFor();
  await looked(page, shots, 'pay-link-paid');
  assert.deepEqual(await states(host, 'callloop', 'lena'), ['paid', 'paid']);
  // What it opens, and nothing beside it.
  const as = (path, body) =>
    fetch(`${host.base}/v1/callloop/accounts/${path}`, {method: body ? 'POST' : 'GET', body: body && JSON.stringify(body), headers: {Authorization: `Bearer ${token}`, ...(body ? {'Content-Type': 'application/json', 'Idempotency-Key': `x-${path}`} : {})}}).then((answer) => answer.status);
  assert.equal(await as(`lena/orders/${due.id}/checkout`), 200);
  for (const path of ['lena', 'lena/orders', `lena/orders/${due.id}`, 'lena/orders/1/checkout', 'lena/documents', 'lena/documents/CL-000001/pdf', 'lena/personal_data', 'lena/members', 'lena/catalog', 'pia/orders/1/checkout'])
    assert.equal(await as(path), 404, path);
  assert.equal(await as('lena/cancel', {}), 404);
  assert.equal(await as('lena/pay_order', {order: 1, pay_with: 'card', agreed: '49.00 USD'}), 404);
  assert.equal(await as('lena/pay_order', {order: due.id, pay_with: 'primary', agreed: '49.00 USD'}), 422);
  const wrong = await pageOf(await chromium.newContext(phone), failures);
  await wrong.goto(`${here.slice(0, -4)}AAAA`);
  await wrong.getByRole('heading', {name: 'This link does not work any more'}).waitFor();
  await wrong.context().close();
  await page.context().close();
});

/// A message with its parts readable.
const decoded = (text) => text.replace(/\r\n\r\n([A-Za-z0-9+/=\r\n]{40,})/g, (_, part) => `\n\n${Buffer.from(part.replace(/\s/g, ''), 'base64').toString('utf8')}\n`);
const mailTo = async (kind) => {
  for (let turn = 0; turn < 120; ++turn) {
    const folder = join(host.data, 'mail');
    for (const name of readdirSync(folder)) if (name.includes(kind)) return decoded(readFileSync(join(folder, name), 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no mail of ${kind}`);
};

test('UI-07: an invitation comes by mail and is accepted; a role that is taken away shows nothing from then on', async () => {
  await subscribed('tina');
  await host.ask('callloop', 'accounts/tina/invite_member', {member: 'tina', role: 'owner'}, 'owner:tina');
  await host.ask('callloop', 'accounts/tina/accept_invitation', {member: 'tina'}, 'owner:tina');
  const context = await chromium.newContext(phone);
  const owner = await pageOf(context, failures);
  await owner.goto(await host.link('callloop', 'tina', {member: 'tina'}));
  await owner.getByRole('heading', {level: 1}).waitFor();
  await owner.goto(`${host.base}/portal/callloop/tina/members`);
  await owner.getByLabel('Name or id').fill('bo');
  await owner.getByLabel('Email').fill('bo@example.com');
  await owner.getByRole('button', {name: 'Invite', exact: true}).click();
  await owner.getByText('A mail goes to bo.').waitFor();
  assert.deepEqual(await axeOf(owner), []);
  await looked(owner, shots, 'members-invited');
  const mail = await mailTo('invitation');
  assert.match(mail, /To: .*bo@example\.com/);
  const path = mail.match(/\/portal\/callloop#i=\S+/)[0].replace(/["<].*/, '');
  const guest = await pageOf(await chromium.newContext(phone), failures);
  await guest.goto(host.base + path);
  await guest.getByRole('heading', {name: 'You are invited'}).waitFor();
  assert.deepEqual(await axeOf(guest), []);
  await looked(guest, shots, 'invited');
  assert.equal(await guest.evaluate(() => fetch('/v1/callloop/accounts/tina').then((answer) => answer.status)), 403);
  await guest.getByRole('button', {name: 'Accept the invitation'}).click();
  await guest.getByRole('heading', {name: 'Plan & billing'}).waitFor();
  const again = await pageOf(await chromium.newContext(phone), failures);
  await again.goto(host.base + path);
  await again.getByText('This link was used or withdrawn').waitFor();
  await again.context().close();
  // A role with less: what may not be done stays there, and says why to whoever comes by keyboard.
  await guest.goto(`${host.base}/portal/callloop/tina/members`);
  const invite = guest.getByRole('button', {name: 'Invite', exact: true});
  await invite.focus();
  assert.equal(await invite.getAttribute('aria-disabled'), 'true');
  assert.match(await guest.locator(`[id="${await invite.getAttribute('aria-describedby')}"]`).innerText(), /\w/);
  await looked(guest, shots, 'members-may-not');
  // The member is removed while the page is open.
  await host.ask('callloop', 'accounts/tina/remove_member', {member: 'bo'}, 'owner:tina');
  await guest.getByRole('link', {name: 'Usage'}).or(guest.getByRole('button', {name: 'Menu'})).first().click();
  await guest.getByRole('link', {name: 'Invoices'}).click();
  await guest.getByText('Your session is over.').first().waitFor();
  assert.equal(await guest.getByText('CL-0').count(), 0);
  await looked(guest, shots, 'session-over');
  await guest.context().close();
  await context.close();
});

test('nothing was written to the console, and no policy was broken', () => assert.deepEqual(failures, []));
