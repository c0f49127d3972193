// The console as support meets it every day. Whatever is done here is staff's in the books.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {axeOf, browser, looked, onPaper, pageOf, printed, serve} from './served.mjs';

let host, chromium, page;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';

async function customer(id, more = {personal_data: {name: `${id} Ltd`, email: `${id}@example.com`}}) {
  await host.ask('callloop', `accounts/${id}/open_account`, {billing_country: 'US', ...more});
  await host.ask('callloop', `accounts/${id}/add_payment_method`, {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  await host.ask('callloop', `accounts/${id}/subscribe`, {plan: 'growth', cycle: 'monthly'});
}
const go = async (path, tenant = 'callloop') => {
  await page.goto(`${host.base}/console/${tenant}/${path}`);
  await page.getByRole('heading', {level: 1}).waitFor();
};

before(async () => {
  mkdirSync(shots, {recursive: true});
  host = await serve();
  chromium = await browser();
  await customer('zoe');
  await customer('nora', {});
  await host.ask('callloop', 'accounts/zoe/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'declined_soft', brand: 'visa', last4: '0002'}});
  await host.clock('2026-04-11T10:00:00Z');
  page = await pageOf(await chromium.newContext({viewport: {width: 1280, height: 900}}), failures);
  await page.goto(await host.console());
  await page.getByRole('heading', {name: 'Home'}).waitFor();
});
after(async () => {
  await chromium?.close();
  await host?.end();
});

test('support finds an account, copies a link to pay its order, and sends a message again', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('zoe');
  await page.keyboard.press('Enter');
  await page.getByRole('link', {name: 'zoe', exact: true}).click();
  await page.getByRole('link', {name: 'Orders & payments'}).click();
  await page.locator('summary').first().click();
  await page.getByRole('button', {name: 'Make a link to pay order 2'}).click();
  await page.getByText('A link to pay this order').waitFor();
  await looked(page, shots, 'console-pay-link');
  await page.getByRole('link', {name: 'Messages'}).click();
  // Mails are put together within seconds of what they tell of.
  for (let turn = 0; turn < 40 && (await page.getByText('Past due').count()) === 0; ++turn) {
    await page.waitForTimeout(250);
    await page.getByRole('button', {name: 'Look again'}).click();
  }
  await page.getByText('Past due').first().waitFor();
  const before = await page.getByRole('row').count();
  await page.getByRole('button', {name: 'Send Past due again'}).first().click();
  await page.getByText('Past due is sent once more.').waitFor();
  for (let turn = 0; turn < 40 && (await page.getByRole('row').count()) === before; ++turn) {
    await page.waitForTimeout(250);
    await page.getByRole('button', {name: 'Look again'}).click();
  }
  assert.equal(await page.getByRole('row').count(), before + 1);
  await looked(page, shots, 'console-messages');
});

test('EX-13: staff changes a cycle by the customer’s own quotation, and the books say that it was staff', async () => {
  await go('accounts/nora/act');
  await page.getByLabel('To', {exact: true}).selectOption('growth/annual');
  const button = page.getByRole('button', {name: /Change it.* nora/});
  await page.getByText(/^Today/).waitFor();
  await looked(page, shots, 'console-act');
  await button.click();
  await page.getByText('Done.').waitFor();
  await go('accounts/nora/history');
  const entry = page.locator('summary', {hasText: 'Change plan'}).first();
  assert.match(await entry.innerText(), /staff:ann/);
});

test('a document that lacks what the law asks for is a case, and its details are set there', async () => {
  await host.ask('exotel', 'accounts/ravi/open_account', {billing_country: 'IN', billing_state: 'KA'});
  await host.ask('exotel', 'accounts/ravi/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
  await host.ask('exotel', 'accounts/ravi/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'upi'});
  await go('cases', 'exotel');
  await page.getByText(/Document incomplete of ravi/).waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'console-cases');
  await page.getByLabel('Name or company').fill('Ravi');
  await page.getByLabel('Address').fill('1 MG Road');
  await page.getByLabel('City').fill('Bengaluru');
  await page.getByRole('button', {name: 'Set the billing details of ravi'}).click();
  await page.getByText(/Document incomplete of ravi/).waitFor({state: 'detached'});
});

test('what India’s registration portal answered is recorded with its invoice, once', async () => {
  const irn = '35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe';
  const [{number}] = (await host.ask('exotel', 'accounts/ravi/documents')).data;
  await go('accounts/ravi/documents', 'exotel');
  await page.getByText('not recorded').waitFor();
  await page.getByLabel('IRN, 64 digits').fill(irn.slice(1));
  await page.getByLabel('Acknowledgement number').fill('112010036563310');
  await page.getByLabel('Acknowledged at (ISO 8601)').fill('2026-03-10T15:10:00+05:30');
  await page.getByLabel('Signed text of the QR code').fill('eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2lnbmF0dXJl');
  await page.getByRole('button', {name: `Record the IRN of ${number}`}).click();
  await page.getByText('An IRN has 64 hexadecimal digits').waitFor();
  await page.getByLabel('IRN, 64 digits').fill(irn);
  await page.getByRole('button', {name: `Record the IRN of ${number}`}).click();
  await page.getByText('Record a registration').waitFor({state: 'detached'});
  assert.equal((await host.ask('exotel', `accounts/ravi/documents/${number}`)).irn, irn);
  await page.getByRole('link', {name: number, exact: true}).click();
  await page.getByRole('heading', {name: `Tax invoice ${number}`}).waitFor();
  await page.getByText(irn).waitFor();
});

test('EX-16: a receipt is applied by keyboard to the order that its payer named', async () => {
  await host.ask('exotel', 'accounts/mega/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {name: 'Mega', email: 'mega@example.com'}});
  await host.ask('exotel', 'accounts/mega/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
  await host.ask('exotel', 'accounts/mega/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  await host.ask('exotel', 'accounts/mega/set_custom_plan', {plan: 'enterprise', cycles: [{cycle: 'annual', price: '300000.00 INR'}], monthly_minimum: '20000.00 INR', first_credits: '10000.00 INR', meters: [{meter: 'voice', takes: '0.2000 balance'}], agreement: '12 months'}, 'staff:ann');
  await host.ask('exotel', 'accounts/mega/subscribe', {plan: 'enterprise', cycle: 'annual', first_credits: '10000 balance', pay_with: 'wire'}, 'staff:ann');
  await host.ask('exotel', 'record_bank_receipt', {receipt: 'utr-77', processor: 'bank', kind: 'transfer', amount: '365800.00 INR', dated: '2026-04-11', said: '<b>NEFT</b> of somebody'}, 'staff:ann');
  await go('bank', 'exotel');
  await page.getByText('utr-77').first().waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'console-bank');
  const apply = page.getByRole('button', {name: 'Apply utr-77 to order 1 of mega'});
  await page.locator('.pick').first().focus();
  await page.keyboard.press('Enter');
  for (let turn = 0; turn < 10 && !(await apply.evaluate((node) => node === document.activeElement)); ++turn) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('utr-77 pays order 1 of mega.').waitFor();
  assert.deepEqual((await host.ask('exotel', 'accounts/mega/orders')).data[0].now.state, 'paid');
});

test('a key is shown once, and revoked by its name', async () => {
  await go('keys');
  await page.getByLabel('Name').fill('billing <script>');
  await page.getByRole('button', {name: 'Issue a key'}).click();
  await page.getByText('The key is shown this once.').waitFor();
  await page.getByText('billing <script>').waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'console-keys');
  await page.reload();
  await page.getByText('billing <script>').waitFor();
  assert.equal(await page.getByText('fl_test_').count(), 0);
  const row = page.getByRole('row', {name: /billing/});
  await row.getByRole('button', {name: /^Revoke/}).click();
  await row.getByRole('button', {name: /^Revoke k/}).click();
  await row.getByText('ended').waitFor();
});

const shipped = () => readFileSync(join(dirname(process.env.CONFIG), 'tenants', 'callloop.yaml'), 'utf8');

test('a file is planned, each error at its line, then put into force, and taken back', async () => {
  await go('catalog');
  const area = page.getByLabel('Its text');
  const look = () => page.getByRole('button', {name: 'See what changes'}).click();
  const file = shipped();
  await area.fill(file.replace('currency: USD', 'curency: USD'));
  await look();
  await page.getByText(/errors? in the file. Nothing was changed/).waitFor();
  const line = file.split('\n').indexOf('currency: USD') + 1;
  await page.getByRole('button', {name: `Go to line ${line}, column 1`}).first().click();
  assert.equal(await area.evaluate((node) => node.value.slice(node.selectionStart, node.selectionStart + 7)), 'curency');
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'console-plan-errors');
  await area.fill(file);
  await page.getByText('The text is another one now.').waitFor();
  await look();
  await page.getByText('The file says the same as version 1, which is in force.').waitFor();
  assert.equal(await page.getByRole('button', {name: /into force/}).count(), 0);
  await area.fill(file.replace('price: 49.00 USD', 'price: 59.00 USD'));
  await look();
  await page.getByText('What version 2 changes').waitFor();
  const change = page.getByRole('region', {name: 'Keys that version 2 of callloop changes'}).getByRole('row', {name: /plans\.growth/});
  assert.match(await change.innerText(), /49\.00 USD\s+59\.00 USD/);
  await page.getByRole('region', {name: 'What it means for who is on a plan'}).getByRole('row', {name: /zoe/}).waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'console-plan');
  const other = await page.request.get(`${host.base}/v1/callloop/catalog/versions`);
  assert.equal((await other.json()).data.length, 1, 'nothing is done by looking');
  await page.getByRole('button', {name: 'Put version 2 of callloop into force'}).click();
  await page.getByText('Version 2 of callloop is in force.').waitFor();
  await page.getByRole('region', {name: 'Plans'}).getByText('$59.00').waitFor();
  await page.getByRole('button', {name: 'Go back to what version 1 says'}).click();
  await page.getByRole('button', {name: 'Go back to version 1'}).click();
  await page.getByRole('row', {name: /^3 says what 1 says/}).getByText('in force').waitFor();
  await looked(page, shots, 'console-versions');
});

test('what was planned on a version that is no longer in force is not applied', async () => {
  await go('catalog');
  await page.getByLabel('Its text').fill(shipped().replace('price: 49.00 USD', 'price: 57.00 USD'));
  await page.getByRole('button', {name: 'See what changes'}).click();
  const apply = page.getByRole('button', {name: /^Put version \d+ of callloop into force/});
  await apply.waitFor();
  const other = await page.request.post(`${host.base}/v1/callloop/catalog/apply`, {data: shipped().replace('price: 49.00 USD', 'price: 58.00 USD'), headers: {'Content-Type': 'application/yaml', Origin: host.base, 'Sec-Fetch-Site': 'same-origin'}});
  assert.equal(other.status(), 200, await other.text());
  await apply.click();
  await page.getByRole('alert').getByText(/is in force by now: look at the plan again/).waitFor();
  await page.request.post(`${host.base}/v1/callloop/catalog/apply`, {data: shipped(), headers: {'Content-Type': 'application/yaml', Origin: host.base, 'Sec-Fetch-Site': 'same-origin'}});
});

test('staff without the scope see what is sold, and hear by keyboard why they change nothing', async () => {
  const bob = await pageOf(await chromium.newContext({viewport: {width: 360, height: 780}}), failures);
  await bob.goto(await host.console('bob', 'read,staff,support'));
  await bob.getByRole('heading', {name: 'Home'}).waitFor();
  await bob.goto(`${host.base}/console/callloop/catalog`);
  const button = bob.getByRole('button', {name: 'See what changes'});
  await bob.getByLabel('Its text').fill('tenant: callloop');
  await bob.keyboard.press('Tab');
  assert.ok(await button.evaluate((node) => node === document.activeElement));
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const why = await button.evaluate((node) => document.getElementById(node.getAttribute('aria-describedby')).innerText);
  assert.match(why, /Only staff with the scope “operate” can change what is sold/);
  await bob.keyboard.press('Enter');
  assert.equal(await bob.getByText('What version').count(), 0);
  assert.equal(await bob.getByRole('heading', {name: 'Versions'}).count(), 0);
  const asked = await bob.request.post(`${host.base}/v1/callloop/catalog/apply`, {data: 'tenant: callloop', headers: {'Content-Type': 'application/yaml', Origin: host.base, 'Sec-Fetch-Site': 'same-origin'}});
  assert.equal(asked.status(), 403);
  assert.deepEqual(await axeOf(bob), []);
  assert.ok((await bob.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  await looked(bob, shots, 'console-catalog-read');
  await bob.context().close();
});

test('an account, its history and lists of the console are printed as papers', async () => {
  for (const [path, words] of [['accounts', /zoe/], ['accounts/zoe', /Growth/], ['accounts/zoe/history', /Subscribe/], ['accounts/zoe/documents', /CL-0/], ['months', /2026/], ['catalog', /Growth/]]) {
    await go(path);
    await page.waitForLoadState('networkidle');
    const {text, ...seen} = await printed(page, shots, `console-${path.replaceAll('/', '-')}`);
    assert.deepEqual([path, seen], [path, onPaper]);
    assert.match(text, words, path);
  }
});

test('every page of the console: no finding of axe, no error, no scroll to the side', async () => {
  for (const width of [1280]) { // at 360 px: states.test.mjs
    await page.setViewportSize({width, height: 900});
    for (const path of ['', 'accounts', 'cases', 'payments', 'bank', 'upcoming', 'catalog', 'months', 'webhooks', 'keys', 'accounts/zoe', 'accounts/zoe/history', 'accounts/zoe/orders', 'accounts/zoe/documents', 'accounts/zoe/messages', 'accounts/zoe/people', 'accounts/zoe/act']) {
      await go(path);
      await page.waitForLoadState('networkidle');
      assert.equal(await page.getByText('[object').count(), 0, path);
      if (width === 1280) assert.deepEqual(await axeOf(page), [], path);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} scrolls at ${width}`);
      if (process.env.LOOK === 'all') await page.screenshot({path: join(shots, `console-${path.replaceAll('/', '-') || 'home'}-${width}.png`), fullPage: true});
    }
  }
});

test('nothing was written to the console of the browser, and no policy was broken', () => assert.deepEqual(failures, []));
