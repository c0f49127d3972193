// The console as support meets it every day. Whatever is done here is staff's in the books.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axeOf, browser, looked, pageOf, serve} from './served.mjs';

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
