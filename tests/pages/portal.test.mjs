// The pages as customers and staff meet them. Each test names its rule.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axeOf, browser, looked, onPaper, pageOf, printed, serve} from './served.mjs';

let host, chromium;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';
const hostile = `<script>alert(1)</script> \u202e Zoé 株式会社 😀 ${'x'.repeat(300)}`;

before(async () => {
  mkdirSync(shots, {recursive: true});
  host = await serve();
  chromium = await browser();
  await host.ask('callloop', 'accounts/zoe/open_account', {billing_country: 'US', personal_data: {name: hostile, email: 'zoe@example.com'}});
  await host.ask('callloop', 'accounts/zoe/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  await host.ask('callloop', 'accounts/zoe/subscribe', {plan: 'growth', cycle: 'monthly'});
});
after(async () => {
  await chromium?.close();
  await host?.end();
});

async function signedIn(account = 'zoe', tenant = 'callloop', options = {viewport: {width: 360, height: 780}}) {
  const context = await chromium.newContext(options);
  const page = await pageOf(context, failures);
  await page.goto(await host.link(tenant, account));
  await page.getByRole('heading', {level: 1}).waitFor();
  return page;
}
const at = (page, path) => page.goto(`${host.base}/portal/callloop/zoe/${path}`);

test('UI-01, UI-04: a declined card, the bank says why, another card pays, once', async () => {
  const page = await signedIn();
  await at(page, 'methods/add');
  await page.getByLabel('Use as').selectOption('primary');
  await page.getByLabel('Test payment').selectOption('declined_soft');
  await page.getByLabel('Last four digits').fill('0002');
  await page.getByRole('button', {name: 'Save'}).click();
  await page.getByText('0002').first().waitFor();
  await at(page, 'credits');
  await page.getByRole('button', {name: 'Confirm and pay $4.90'}).dblclick();
  await page.getByText('There is not enough money on this payment method.').waitFor();
  await page.getByText('was not charged').waitFor();
  await page.screenshot({path: join(shots, 'declined-360.png'), fullPage: true});
  await page.getByRole('link', {name: 'Add a card'}).click();
  await page.getByLabel('Use as').selectOption('backup');
  await page.getByLabel('Last four digits').fill('4444');
  await page.getByRole('button', {name: 'Save'}).click();
  await page.getByRole('button', {name: 'Confirm and pay $4.90'}).click();
  await page.getByText('Paid $4.90').waitFor();
  await page.reload();
  await page.getByText('Paid $4.90').waitFor();
  const orders = await host.ask('callloop', 'accounts/zoe/orders');
  assert.deepEqual(orders.data.map((one) => one.now.state), ['paid', 'declined', 'paid']);
  await page.context().close();
});

test('UI-03: two tabs do not pay twice', async () => {
  const first = await signedIn();
  const context = first.context();
  await at(first, 'credits');
  const second = await pageOf(context, failures);
  await at(second, 'credits');
  for (const page of [first, second]) {
    await page.getByLabel('Pay with').first().selectOption('backup');
    await page.getByRole('button', {name: 'Confirm and pay $4.90'}).waitFor();
  }
  await first.getByRole('button', {name: 'Confirm and pay $4.90'}).click();
  await first.getByText('Paid $4.90').waitFor();
  const before = (await host.ask('callloop', 'accounts/zoe/orders')).data.length;
  await second.getByRole('button', {name: 'Confirm and pay $4.90'}).click();
  await second.getByText('Something else was paid or changed in the meantime.').waitFor();
  assert.equal((await host.ask('callloop', 'accounts/zoe/orders')).data.length, before);
  await context.close();
});

test('UI-02: what is confirmed is what is charged', async () => {
  const page = await signedIn('zoe', 'callloop', {viewport: {width: 1280, height: 900}});
  await at(page, 'plan');
  await page.getByRole('radio', {name: /^Pro/}).check();
  await page.getByLabel('Pay with').selectOption('backup');
  const button = page.getByRole('button', {name: /Confirm and pay/});
  await button.waitFor();
  const shown = (await button.innerText()).replace('Confirm and pay $', '');
  await button.click();
  await page.getByText(`Paid $${shown}`).waitFor();
  const newest = (await host.ask('callloop', 'accounts/zoe/orders')).data[0];
  assert.equal(newest.total, `${shown} USD`);
  await page.context().close();
});

test('UI-02: licences by slider and by keyboard, and what is confirmed is what is charged', async () => {
  await host.ask('kaspr', 'accounts/kim/open_account', {billing_country: 'US', personal_data: {name: 'Kim', email: 'kim@example.com'}});
  await host.ask('kaspr', 'accounts/kim/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  const page = await signedIn('kim', 'kaspr');
  await page.goto(`${host.base}/portal/kaspr/kim/plan`);
  await page.getByRole('radio', {name: /a licence/}).first().check();
  const slider = page.getByRole('slider', {name: 'Licences, slider'});
  await slider.focus();
  for (let turn = 0; turn < 3; ++turn) await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('spinbutton', {name: 'Licences'}).inputValue(), '4');
  await page.getByRole('button', {name: 'Less: Licences'}).click();
  assert.equal(await slider.getAttribute('aria-valuetext'), '3 licences');
  const button = page.locator('button[aria-disabled]', {hasText: 'Confirm'}).or(page.getByRole('button', {name: /Confirm and pay/}));
  await page.locator('aside').getByText('× 3').first().waitFor();
  const sure = page.getByRole('button', {name: /Confirm and pay/});
  await sure.waitFor();
  assert.equal(await button.count(), 1);
  const shown = (await sure.innerText()).replace(/[^0-9.]/g, '');
  await page.screenshot({path: join(shots, 'plan-kaspr-360.png'), fullPage: true});
  await sure.click();
  await page.getByText(/^Paid /).waitFor();
  const newest = (await host.ask('kaspr', 'accounts/kim/orders')).data[0];
  assert.equal(newest.total.split(' ')[0], shown);
  await page.context().close();
});

test('UI-05: an invoice is seen and had as PDF', async () => {
  const page = await signedIn();
  await at(page, 'invoices');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'CL-000001 as PDF'}).click()]);
  assert.equal(download.suggestedFilename(), 'CL-000001.pdf');
  await page.getByRole('link', {name: 'CL-000001', exact: true}).click();
  await page.getByRole('heading', {name: 'Invoice CL-000001'}).waitFor();
  await page.context().close();
});

test('UI-09: dark, and written from right to left: no finding of axe and no scroll to the side, also at 320 px', async () => {
  const page = await signedIn();
  await page.emulateMedia({colorScheme: 'dark'});
  for (const path of ['', 'plan', 'credits', 'methods', 'invoices', 'members', 'orders/1']) {
    await page.setViewportSize({width: 320, height: 780});
    await at(page, path);
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    assert.deepEqual(await axeOf(page), [], path);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} scrolls`);
    if (process.env.LOOK === 'all') await page.screenshot({path: join(shots, `rtl-${path.replaceAll('/', '-') || 'overview'}.png`), fullPage: true});
  }
  await page.context().close();
});

test('UI-03: credits are bought by keyboard alone', async () => {
  const page = await signedIn('zoe', 'callloop', {viewport: {width: 1280, height: 900}});
  await at(page, 'credits');
  const button = page.getByRole('button', {name: /^Confirm and pay \$/});
  await button.waitFor();
  await page.getByLabel('Pay with').first().selectOption('backup');
  await page.locator('body').press('Tab');
  for (let turn = 0; turn < 40 && !(await button.evaluate((node) => node === document.activeElement)); ++turn) await page.keyboard.press('Tab');
  const before = (await host.ask('callloop', 'accounts/zoe/orders')).data.length;
  await page.keyboard.press('Enter');
  await page.getByText(/^Paid \$/).waitFor();
  assert.equal((await host.ask('callloop', 'accounts/zoe/orders')).data.length, before + 1);
  await page.context().close();
});

test('what people write is text and nothing else, however hostile', async () => {
  await host.ask('callloop', 'accounts/zoe/set_billing', {personal_data: {company: `<img src=x onerror=alert(1)>\u202e ${'😀'.repeat(45)}`, city: '"><svg onload=alert(1)>'}});
  const page = await signedIn();
  page.on('dialog', () => failures.push('a script of somebody else ran'));
  for (const path of ['methods', '', 'invoices']) {
    await at(page, path);
    await page.waitForLoadState('networkidle');
    assert.equal(await page.locator('img, svg[onload]').count(), 0, path);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} scrolls`);
  }
  await at(page, 'methods');
  assert.match(await page.getByLabel('Company').inputValue(), /^<img src=x/);
  await page.context().close();
});

test('UI-05: invoices, payments and the statement of account are printed as papers', async () => {
  const page = await signedIn();
  for (const [path, words] of [['invoices', [/Call Loop/, /Invoices and credit notes/, /CL-000001/, /\$49\.00/, /Statement of account/, /Closing balance\s+\$0\.00/]], ['help', [/Your payments/, /Paid/]], ['', [/ · monthly/]], ['orders/1', [/Paid \$49\.00/]]]) {
    await at(page, path);
    await page.waitForLoadState('networkidle');
    const {text, ...seen} = await printed(page, shots, path.replace('/', '-') || 'first');
    assert.deepEqual([path, seen], [path, onPaper]);
    for (const one of words) assert.match(text, one, path);
    assert.doesNotMatch(text, /Menu|Skip to content/, path);
  }
  await page.context().close();
});

test('documents.md: the statement of account says what was invoiced and paid, and what is owed', async () => {
  const page = await signedIn();
  await at(page, 'invoices');
  const card = page.getByRole('region', {name: 'Statement of account', exact: true});
  await card.getByLabel('From').fill('2026-03-01');
  await card.getByRole('cell', {name: /Invoice CL-000001/}).waitFor();
  const rows = card.getByRole('row').filter({hasText: 'Mar 10, 2026'});
  assert.match(await rows.nth(0).innerText(), /Invoice CL-000001[\s\S]*\$49\.00\s+\$49\.00/);
  assert.match(await rows.nth(1).innerText(), /Payment[\s\S]*order 1\s+-\$49\.00\s+\$0\.00/);
  const pdf = await page.request.get(host.base + (await card.getByRole('link', {name: 'Statement of account as PDF'}).getAttribute('href')));
  assert.equal(pdf.headers()['content-type'], 'application/pdf');
  await page.goto(host.base + (await card.getByRole('link', {name: 'To print'}).getAttribute('href')));
  await page.getByRole('heading', {name: /^Statement of account 1 Mar 2026/}).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the paper scrolls at 360 px');
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'statement-paper');
  await page.context().close();
});

test('a page of another account, and one without a session, shows nothing', async () => {
  await host.ask('callloop', 'accounts/ann/open_account', {billing_country: 'US'});
  const page = await signedIn();
  await page.goto(`${host.base}/portal/callloop/ann`);
  await page.getByText('Open the billing page again').waitFor();
  const nobody = await pageOf(await chromium.newContext(), failures);
  await nobody.goto(`${host.base}/portal/callloop/zoe`);
  await nobody.getByText('Open the billing page again').waitFor();
  assert.equal(await nobody.getByText('message credits').count(), 0);
  await nobody.context().close();
  await page.context().close();
});

test('nothing was written to the console, and no policy was broken', () => assert.deepEqual(failures, []));
