// What a customer or staff lives through, one story a test: refunds, a member who may not, a session that ends, hostile text.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {after, afterEach, before, test} from 'node:test';
import {join} from 'node:path';
import {axeOf, browser, looked, pageOf, serve} from './served.mjs';
import {card, contract, opened} from './seeds.mjs';

let host, chromium;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';
const phone = {viewport: {width: 360, height: 780}};
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

/// What a test that failed had on its screens.
afterEach(async (of) => {
  for (const [index, context] of chromium.contexts().entries())
    for (const page of context.pages()) {
      await page.screenshot({path: join(shots, `failed-${of.name.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, 40)}-${index}.png`), fullPage: true}).catch(() => {});
      await page.close();
    }
  for (const context of chromium.contexts()) await context.close();
});

const at = (text) => text.replace(/\.\d+/, '');
const now = async () => Date.parse((await host.ask('callloop', 'session')).now);
const later = async (seconds) => host.clock(at(new Date((await now()) + seconds * 1000).toISOString()));
const day = 86_400;
async function customer(account, path = '', {options = phone, tenant = 'callloop', ...more} = {}) {
  const page = await pageOf(await chromium.newContext(options), failures);
  await page.goto(await host.link(tenant, account, more));
  await page.getByRole('heading', {level: 1}).waitFor();
  if (path) await page.goto(`${host.base}/portal/${tenant}/${account}/${path}`);
  return page;
}
async function staff(path = '', {as = 'ann', scopes, tenant = 'callloop'} = {}) {
  const page = await pageOf(await chromium.newContext(desktop), failures);
  await page.goto(await host.console(as, scopes));
  await page.getByRole('heading', {name: 'Home'}).waitFor();
  await page.goto(`${host.base}/console/${tenant}/${path}`);
  return page;
}
async function running(account, plan = 'growth') {
  await opened(host, 'callloop', account);
  await host.ask('callloop', `accounts/${account}/subscribe`, {plan, cycle: 'monthly'});
}
const states = async (account, tenant = 'callloop') => (await host.ask(tenant, `accounts/${account}/orders`)).data.map((one) => one.now.state);

test('UI-08: a refund inside the guarantee is asked for by the customer and decided by staff; after it the page says why not', async () => {
  await running('rita');
  const page = await customer('rita', 'manage');
  const card = page.locator('section', {hasText: 'Money-back guarantee'});
  await card.getByRole('button', {name: 'What happens?'}).click();
  await card.getByText('$49.00 goes back for order 1').waitFor();
  await looked(page, shots, 'refund-asked');
  await card.getByRole('button', {name: 'Ask for a refund'}).click();
  await page.getByText('A refund is being decided.').waitFor();
  const console = await staff('cases');
  await console.getByText('Goes back for order 1').waitFor();
  await console.getByLabel('Reason, for the books').fill('within 30 days');
  await console.getByRole('button', {name: 'Refund rita', exact: true}).click();
  await console.getByText('Guarantee of rita').waitFor({state: 'detached'});
  await console.goto(`${host.base}/console/callloop/accounts/rita/history`);
  const entry = console.locator('summary', {hasText: 'Decide refund'});
  assert.match(await entry.innerText(), /staff:ann/);
  await later(60);
  await page.goto(`${host.base}/portal/callloop/rita/invoices`);
  await page.getByText('Credit note for CL-').waitFor({state: 'attached'});
  await console.context().close();
  await page.context().close();
  await running('late');
  await later(31 * day);
  const after = await customer('late', 'manage');
  const second = after.locator('section', {hasText: 'Money-back guarantee'});
  await second.getByRole('button', {name: 'What happens?'}).click();
  await second.getByText(/The guarantee ended on/).waitFor();
  assert.equal(await second.getByRole('button', {name: 'Ask for a refund'}).count(), 0);
  await looked(after, shots, 'refund-too-late');
  await after.context().close();
});

test('staff without the scope is refused, and is told so; nothing has happened', async () => {
  await running('nia');
  await host.ask('callloop', 'accounts/nia/request_refund', {});
  const page = await staff('cases', {as: 'bob', scopes: 'read,staff'});
  await page.getByRole('button', {name: 'Refund nia', exact: true}).click();
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /scope|may not|allow/i);
  assert.equal((await host.ask('callloop', 'accounts/nia')).frozen, true);
  // A second person, who may.
  const ann = await staff('cases');
  await ann.getByRole('button', {name: 'Decline the refund of nia'}).click();
  await ann.getByText('Guarantee of nia').waitFor({state: 'detached'});
  assert.equal((await host.ask('callloop', 'accounts/nia')).frozen, false);
  await ann.context().close();
  await page.context().close();
});

test('staff refunds an order once: the amount is on the button, and a second time is refused', async () => {
  await opened(host, 'exotel', 'otto');
  await host.ask('exotel', 'accounts/otto/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'primary'});
  const page = await staff('accounts/otto/act', {tenant: 'exotel'});
  const refund = page.locator('section', {hasText: 'Refund an order'});
  await refund.getByLabel('Reason, for the books').fill('goodwill');
  await refund.getByRole('button', {name: 'Refund ₹3,540.00 to otto'}).click();
  await refund.getByText('Done.').or(refund.getByRole('alert')).waitFor();
  await refund.getByText('Done.').waitFor();
  await refund.getByLabel('Reason, for the books').fill('goodwill, again');
  await refund.getByRole('button', {name: 'Refund ₹3,540.00 to otto'}).click();
  await refund.getByRole('alert').waitFor();
  assert.equal((await host.ask('exotel', 'accounts/otto/refunds')).data.length, 1);
  await page.context().close();
  // Where the tenant's rules make a payment final, the console says so, and names the rule.
  await running('final');
  await later(31 * day);
  const callloop = await staff('accounts/final/act');
  const no = callloop.locator('section', {hasText: 'Refund an order'});
  await no.getByLabel('Reason, for the books').fill('goodwill');
  await no.getByRole('button', {name: /^Refund \$49.00 to final/}).click();
  await no.getByText(/callloop\.yaml:\d+/).waitFor();
  await looked(callloop, shots, 'refund-refused');
  await callloop.context().close();
});

test('an approval is given in the console, and opens what waited for it', async () => {
  await host.ask('exotel', 'accounts/kiran/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {name: 'Kiran', email: 'k@example.com', address: '1 MG Road', city: 'Bengaluru', postcode: '560001'}});
  const buyer = await customer('kiran', 'plan', {tenant: 'exotel'});
  await buyer.getByRole('radio', {name: /^Starter/}).check();
  await buyer.getByText('Your KYC verification has to be approved first.').first().waitFor();
  const page = await staff('accounts/kiran/act', {tenant: 'exotel'});
  await page.getByRole('button', {name: 'Approve KYC'}).click();
  await page.getByText('Done.').first().waitFor();
  await buyer.reload();
  await buyer.getByRole('radio', {name: /^Starter/}).check();
  await buyer.getByLabel(/^How many/).fill('2000');
  await buyer.getByRole('button', {name: 'Confirm and pay ₹4,720.00'}).waitFor();
  await looked(buyer, shots, 'first-credits');
  assert.equal((await host.ask('exotel', 'accounts/kiran')).approvals[0].state, 'approved');
  await buyer.context().close();
  await page.context().close();
});

test('an overdue renewal is paid in the portal with another card, once, for the amount on the button', async () => {
  await running('dora');
  await card(host, 'callloop', 'dora', 'declined_soft', '0002');
  await later(32 * day);
  assert.equal((await states('dora'))[0], 'declined');
  const page = await customer('dora');
  await page.getByText('$49.00 could not be paid.').waitFor();
  await page.getByText(/Usage stops on|Usage is stopped/).waitFor();
  await page.getByRole('link', {name: 'Pay now'}).click();
  await page.getByText('There is not enough money on this payment method.').waitFor();
  await page.getByRole('button', {name: 'Confirm and pay $49.00'}).waitFor();
  await page.getByRole('link', {name: 'Add a card'}).click();
  await page.getByLabel('Use as').selectOption('backup');
  await page.getByLabel('Last four digits').fill('4444');
  await page.getByRole('button', {name: 'Save'}).click();
  // A card that is added pays what is overdue, in one step.
  await page.getByText('Paid $49.00').waitFor();
  await page.getByText('could not be paid').waitFor({state: 'detached'});
  assert.deepEqual(await states('dora'), ['paid', 'paid']);
  await page.context().close();
});

test('an overdue renewal is paid by its button, there and then, for the amount that it says', async () => {
  await running('dina');
  await card(host, 'callloop', 'dina', 'declined_hard', '0002');
  await later(32 * day);
  const page = await customer('dina', 'orders/2');
  await page.getByRole('button', {name: 'Confirm and pay $49.00'}).waitFor();
  await Promise.all([page.waitForResponse(/\/quote$/), page.getByLabel('Pay with').selectOption({label: 'Another Card, used once'})]);
  await page.getByRole('button', {name: 'Confirm and pay $49.00'}).dblclick();
  await page.getByText('Paid $49.00').waitFor();
  assert.deepEqual(await states('dina'), ['paid', 'paid']);
  await page.context().close();
});

test('UPI is pending for an hour, then paid; the page shows it by itself and nothing is charged twice', async () => {
  await opened(host, 'exotel', 'uma', {token: null});
  await host.ask('exotel', 'accounts/uma/add_payment_method', {method: 'upi', slot: 'primary', details: {token: 'pending_1h', address: 'uma@upi'}});
  const {order} = await host.ask('exotel', 'accounts/uma/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'primary'}, 'owner:uma', 0);
  const page = await customer('uma', `orders/${order.id}`, {tenant: 'exotel'});
  await page.getByText('Your bank has not answered yet.').waitFor();
  assert.equal(await page.getByRole('button', {name: /pay/i}).count(), 0);
  await later(3700);
  await page.getByText(/^Paid ₹/).waitFor();
  assert.deepEqual(await states('uma', 'exotel'), ['paid']);
  await page.context().close();
});

test('a wire that staff matched is paid on its customer’s page', async () => {
  const {order} = await contract(host, 'wiremill');
  const page = await customer('wiremill', `orders/${order.id}`, {tenant: 'exotel', options: desktop});
  await page.getByRole('heading', {name: 'Pay by bank transfer'}).waitFor();
  await host.ask('exotel', 'record_bank_receipt', {receipt: 'utr-90', processor: 'bank', kind: 'transfer', amount: order.total.replace(/ .*/, ' INR'), dated: at(new Date(await now()).toISOString()).slice(0, 10), said: 'NEFT of somebody'}, 'staff:ann');
  const bank = await staff('bank', {tenant: 'exotel'});
  await bank.getByText('utr-90').first().waitFor();
  await bank.locator('.pick').first().focus();
  await bank.keyboard.press('Enter');
  const apply = bank.getByRole('button', {name: 'Apply utr-90 to order 1 of wiremill'});
  for (let turn = 0; turn < 12 && !(await apply.evaluate((node) => node === document.activeElement)); ++turn) await bank.keyboard.press('Tab');
  await bank.keyboard.press('Enter');
  await bank.getByText('utr-90 pays order 1 of wiremill.').waitFor();
  await page.reload();
  await page.getByText(/^Paid ₹/).waitFor();
  await bank.context().close();
  await page.context().close();
});

test('UI-07: a member who may not reaches the button by keyboard, and hears why and whom to ask', async () => {
  await running('team');
  for (const [member, role] of [['anna', 'owner'], ['max', 'member']]) {
    await host.ask('callloop', 'accounts/team/invite_member', {member, role}, 'owner:anna');
    await host.ask('callloop', 'accounts/team/accept_invitation', {member}, `${role}:${member}`);
  }
  const page = await customer('team', 'credits', {member: 'max'});
  const button = page.getByRole('button', {name: /^Confirm/}).first();
  await page.getByText('Your role does not allow this.').first().waitFor();
  await page.locator('body').press('Tab');
  for (let turn = 0; turn < 40 && !(await button.evaluate((node) => node === document.activeElement)); ++turn) await page.keyboard.press('Tab');
  assert.ok(await button.evaluate((node) => node === document.activeElement), 'Tab does not reach it');
  const why = await page.locator(`[id="${await button.getAttribute('aria-describedby')}"]`).innerText();
  assert.match(why, /ask the account's owner or an admin/);
  await page.keyboard.press('Enter');
  assert.deepEqual(await states('team'), ['paid']);
  await page.goto(`${host.base}/portal/callloop/team/members`);
  await page.getByText('Owner: anna.').waitFor();
  await page.context().close();
});

test('UI-02: a plan with licences and add-ons, changed in one step: what is confirmed is what is charged', async () => {
  await opened(host, 'kaspr', 'lou');
  await host.ask('kaspr', 'accounts/lou/subscribe', {plan: 'starter', cycle: 'monthly', licences: 3});
  const page = await customer('lou', 'plan', {tenant: 'kaspr', options: desktop});
  await page.getByRole('radio', {name: /^Business/}).check();
  await page.getByRole('button', {name: 'More: Licences'}).click();
  await page.getByRole('button', {name: 'More: 100 phone credits'}).click();
  await page.locator('aside').getByText('× 4').first().waitFor();
  await page.locator('aside dt', {hasText: '100 phone credits'}).first().waitFor();
  const sure = page.getByRole('button', {name: /^Confirm and pay €/});
  await sure.waitFor();
  const shown = (await sure.innerText()).replace(/[^0-9.]/g, '');
  await looked(page, shots, 'change-licences-add-ons');
  await sure.click();
  await page.getByText(/^Paid €/).waitFor();
  const newest = (await host.ask('kaspr', 'accounts/lou/orders')).data[0];
  assert.equal(newest.total, `${shown} EUR`);
  const {subscription} = await host.ask('kaspr', 'accounts/lou');
  assert.deepEqual([subscription.plan, subscription.licences, subscription.add_ons], ['business', 4, [{add_on: 'phone_100', count: 1}]]);
  await page.context().close();
});

test('a session that ends with a form half filled: what was typed is still there, and nothing was saved', async () => {
  await running('fay');
  const page = await customer('fay', 'methods');
  await page.getByLabel('Company').fill('Half a comp');
  await host.ask('callloop', 'accounts/fay/end_sessions', {});
  await page.getByLabel('City').fill('Some');
  await page.getByRole('button', {name: 'Save billing details'}).click();
  await page.getByText('Your session is over.').first().waitFor();
  assert.equal(await page.getByLabel('Company').inputValue(), 'Half a comp');
  assert.equal(await page.getByLabel('City').inputValue(), 'Some');
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'session-over-form');
  assert.equal((await host.ask('callloop', 'accounts/fay/personal_data?reason=test')).personal_data.company, undefined);
  await page.context().close();
});

test('the end of a session is said two minutes before, and “Stay” prolongs it', async () => {
  await running('ivy');
  const page = await pageOf(await chromium.newContext(phone), failures);
  await page.clock.install();
  const asked = page.waitForResponse(/callloop\/session$/);
  await page.goto(await host.link('callloop', 'ivy'));
  await page.getByRole('heading', {level: 1}).waitFor();
  await (await asked).finished();
  await page.clock.runFor(1000);
  await page.clock.fastForward('28:30');
  await page.getByText('Your session ends soon.').waitFor();
  assert.deepEqual(await axeOf(page), []);
  await page.getByRole('button', {name: 'Stay signed in'}).click();
  await page.clock.fastForward('00:20');
  await page.getByText('Your session ends soon.').waitFor({state: 'detached'});
  await page.context().close();
});

test('offline: it is said, what is typed stays, and back online the page goes on', async () => {
  await running('ola');
  const page = await customer('ola', 'credits');
  await page.getByRole('button', {name: 'Confirm and pay $4.90'}).waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await page.getByLabel(/^How many/).fill('200');
  await page.getByText('The server could not be reached.').waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'offline');
  await page.context().setOffline(false);
  await page.getByText('You are offline.').waitFor({state: 'detached'});
  assert.equal(await page.getByLabel(/^How many/).inputValue(), '200');
  await page.getByRole('button', {name: 'Try again'}).or(page.getByLabel(/^How many/)).first().focus();
  await page.getByLabel(/^How many/).fill('300');
  await page.getByRole('button', {name: 'Confirm and pay $14.70'}).waitFor();
  await page.context().close();
});

test('while a page loads its frame stands; when it cannot be read it says what failed, with the request, and tries again', async () => {
  await running('lia');
  const page = await customer('lia');
  let answers = 'never';
  await page.route('**/accounts/lia/documents?*', (route) => (answers === 'never' ? undefined : answers === 'fails' ? route.fulfill({status: 503, contentType: 'application/problem+json', body: JSON.stringify({code: 'busy', detail: 'The host is busy.', request: 'req_1'})}) : route.continue()));
  await page.goto(`${host.base}/portal/callloop/lia/invoices`);
  await page.locator('.loading .bar').first().waitFor();
  await page.getByRole('banner').waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'loading');
  answers = 'fails';
  await page.reload();
  await page.getByText('The host is busy.').waitFor();
  await page.getByText('req_1').waitFor();
  assert.deepEqual(await axeOf(page), []);
  await looked(page, shots, 'error');
  answers = 'all';
  await page.getByRole('button', {name: 'Try again'}).click();
  await page.getByRole('link', {name: /^CL-/}).first().waitFor();
  await page.context().close();
});

test('a page of the console never shows another account’s rows, not even when its own cannot be read', async () => {
  await running('mine');
  const page = await staff('accounts/mine');
  await page.getByText('Growth').first().waitFor();
  await page.evaluate(() => {
    history.pushState(null, '', location.pathname.replace('/mine', '/nobody-at-all'));
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await page.getByRole('heading', {name: 'nobody-at-all'}).waitFor();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByText('Growth').count(), 0);
  await page.context().close();
});

test('the clock of a sandbox is moved in the console, and what falls due happens', async () => {
  await running('tick');
  const before = (await host.ask('callloop', 'accounts/tick/orders')).data.length;
  const page = await staff();
  await page.getByRole('button', {name: '31 days on'}).click();
  await page.getByText(/entries were written on the way/).waitFor();
  await host.ask('callloop', 'accounts/tick/orders?limit=1');
  assert.equal((await host.ask('callloop', 'accounts/tick/orders')).data.length, before + 1);
  const bob = await staff('', {as: 'bob', scopes: 'read,staff'});
  await bob.getByRole('button', {name: '1 hour on'}).click();
  await bob.getByText(/staff who may operate/).waitFor();
  await bob.context().close();
  await page.context().close();
});

test('Help: every payment with its outcome, and the owner downloads what is kept; usage is saved as CSV', async () => {
  await running('hana');
  await host.ask('callloop', 'usage', [{account: 'hana', key: 'h-1', use: {meter: 'sms', quantity: '161 characters'}}]);
  const page = await customer('hana', 'help', {options: desktop});
  await page.getByRole('row', {name: /Growth, monthly \$49\.00 .*Paid/}).waitFor();
  await page.getByRole('link', {name: 'billing@callloop.example'}).first().waitFor();
  const [data] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'Download it'}).click()]);
  const kept = readFileSync(await data.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(kept.length > 2);
  await page.goto(`${host.base}/portal/callloop/hana/usage`);
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', {name: 'Save as CSV'}).click()]);
  assert.match(readFileSync(await csv.path(), 'utf8'), /^day,meter,times,quantity,credits\r\n"2026-\d\d-\d\d","sms","1","161 characters","2 message"$/);
  await page.context().close();
});

test('staff erases a person after typing the account’s name, and closes a month that is asked for twice', async () => {
  await running('gone');
  const page = await staff('accounts/gone/act');
  const erase = page.getByRole('button', {name: 'Erase the personal data of gone'});
  assert.equal(await erase.getAttribute('aria-disabled'), 'true');
  await page.getByLabel('Type gone to erase its personal data').fill('gone');
  await erase.click();
  await page.getByText('Done.').waitFor();
  await page.goto(`${host.base}/console/callloop/accounts/gone/people`);
  await page.getByRole('button', {name: 'Show it'}).click();
  await page.getByText(/was erased/).waitFor();
  await later(40 * day);
  await page.goto(`${host.base}/console/callloop/months`);
  await page.getByRole('button', {name: 'Close 2026-03', exact: true}).click();
  await page.getByRole('button', {name: 'Close 2026-03 for good'}).click();
  await page.getByText('closed', {exact: true}).first().waitFor();
  assert.equal((await host.ask('callloop', 'months')).data[0].closed, true);
  await page.context().close();
});

// What people can write: a script, marks that turn text around, an Arabic name, emoji, and as much as is taken.
const hostile = {
  script: '<script>window.ran = 1</script><img src=x onerror="window.ran = 1">',
  arabic: 'شركة الاتصالات \u202eevil\u202c \u2066x',
  emoji: '😀👩‍👩‍👧‍👦🏳️‍🌈'.repeat(6),
};
/// As long as a name may be, 500 characters: one word of wide letters, then marks that turn text around, then pictures.
const longest = `<script>window.ran = 4</script>${'W'.repeat(200)}\u202e\u2066${'ش'.repeat(100)}${'😀'.repeat(167)}`;

test('hostile text in every place that takes one is text: in the portal, on documents and in the console', async () => {
  await opened(host, 'callloop', 'mallory', {personal_data: {name: hostile.arabic, company: hostile.script, address: hostile.emoji, postcode: '"><b>', city: '\u200f\u202e' + 'ß'.repeat(60), email: 'm@example.com', purchase_order: '{{constructor}}'}});
  await host.ask('callloop', 'accounts/mallory/subscribe', {plan: 'growth', cycle: 'monthly'});
  await host.ask('callloop', 'accounts/mallory/request_review', {order: 1, reason: 'technical_failure', said: '<script>window.ran = 2</script> \u202e שלום'});
  await host.ask('callloop', 'accounts/mallory/adjust_credits', {amount: '5 message', reason: '<script>window.ran = 3</script>'}, 'staff:ann');
  await host.ask('exotel', 'record_bank_receipt', {receipt: 'utr-66', processor: 'bank', kind: 'transfer', amount: '7.00 INR', dated: '2026-03-11', said: `${hostile.script} ${hostile.arabic} ${hostile.emoji}`}, 'staff:ann');
  // 4 kB is refused with a sentence that names the limit, what was typed stays, and what is within the limit is taken.
  const page = await customer('mallory', 'methods');
  await page.getByLabel('Company').evaluate((node) => node.removeAttribute('maxlength'));
  await page.getByLabel('Company').fill('x'.repeat(4096));
  await page.getByRole('button', {name: 'Save billing details'}).click();
  await page.getByRole('alert').getByText('Company has 4,096 characters: it may have 500 at most').waitFor();
  assert.equal((await page.getByLabel('Company').inputValue()).length, 4096);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'a refusal scrolls to the side');
  assert.equal([...longest].length, 500);
  await page.getByLabel('Company').fill(longest);
  await page.getByRole('button', {name: 'Save billing details'}).click();
  await page.getByText('Saved, from the next invoice on.').waitFor();
  await host.ask('callloop', 'accounts/mallory/set_billing', {personal_data: {name: longest}});
  await host.ask('callloop', 'accounts/mallory/buy_credits', {amount: '100 message', pay_with: 'primary'});
  const clean = async (of, where, words) => {
    if (words) await of.getByText(words).first().waitFor();
    await of.locator('.loading').first().waitFor({state: 'detached'});
    assert.equal(await of.evaluate(() => window.ran), undefined, where);
    assert.equal(await of.locator('main img, main script, main b').count(), 0, where);
    assert.ok((await of.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${where} scrolls to the side`);
    assert.deepEqual([where, ...(await axeOf(of))], [where]);
  };
  for (const path of ['methods', '', 'invoices', 'manage']) {
    await page.goto(`${host.base}/portal/callloop/mallory/${path}`);
    await page.locator('h1').waitFor();
    await clean(page, path);
    await looked(page, shots, `hostile-portal-${path || 'first'}`);
  }
  await page.goto(`${host.base}/portal/callloop/mallory/invoices`);
  const invoice = await page.getByRole('link', {name: /^CL-\d+$/}).first().getAttribute('href');
  await page.goto(host.base + invoice);
  await page.getByText('<script>').first().waitFor();
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the document scrolls to the side');
  await page.getByText(/W{200}/).first().waitFor(); // whole: nothing of it is cut
  await looked(page, shots, 'hostile-document');
  const pdf = await page.request.get(host.base + invoice.replace('/html', '/pdf'));
  assert.equal(pdf.headers()['content-type'], 'application/pdf');
  writeFileSync(join(shots, 'hostile.pdf'), await pdf.body());
  const text = execFileSync('pdftotext', ['-layout', join(shots, 'hostile.pdf'), '-'], {encoding: 'utf8'});
  assert.ok(text.match(/W/g).length >= 400, 'all of both names is on the PDF');
  assert.match(text, /4\.90 USD/);
  for (let turn = 0; turn < 40 && !(await host.ask('callloop', 'accounts/mallory/messages')).data.some((one) => one.state === 'sent'); ++turn) await page.waitForTimeout(250);
  assert.ok((await host.ask('callloop', 'accounts/mallory/messages')).data.some((one) => one.state === 'sent'), 'its mail is sent');
  await page.context().close();
  const ann = await staff('accounts/mallory/people');
  await ann.getByRole('button', {name: 'Show it'}).click();
  await clean(ann, 'people', /W{20}/);
  await looked(ann, shots, 'hostile-people');
  for (const [tenant, path, words] of [['callloop', 'cases', /<script>/], ['callloop', 'accounts/mallory/history', /Adjust credits/], ['exotel', 'bank', /<script>/]]) {
    await ann.goto(`${host.base}/console/${tenant}/${path}`);
    await clean(ann, path, words);
    await looked(ann, shots, `hostile-${path.replaceAll('/', '-')}`);
  }
  await ann.context().close();
});

test('UI-05: a document that is not ready is said on the page, with what to add; then it is there', async () => {
  await host.ask('exotel', 'accounts/ravi/open_account', {billing_country: 'IN', billing_state: 'KA', personal_data: {email: 'ravi@example.com'}});
  await host.ask('exotel', 'accounts/ravi/set_approval', {approval: 'kyc', state: 'approved'}, 'staff:ann');
  await card(host, 'exotel', 'ravi', 'ok', '4242');
  await host.ask('exotel', 'accounts/ravi/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance'});
  const page = await customer('ravi', 'invoices', {tenant: 'exotel'});
  const link = page.getByRole('link', {name: /^EX-\d+$/});
  const here = page.url();
  for (const pressed of [link, page.getByRole('link', {name: /^EX-\d+ as PDF$/})]) {
    const shown = page.getByRole('dialog');
    await pressed.click();
    await shown.getByText('This document is not ready yet.').waitFor();
    assert.equal(page.url(), here);
    assert.doesNotMatch(await shown.textContent(), /set_billing|personal_data|yaml|buyer\./); // what is for staff
    assert.deepEqual(await axeOf(page), []);
    await looked(page, shots, 'document-not-ready');
    await page.keyboard.press('Escape');
    await shown.waitFor({state: 'detached'});
  }
  await link.click();
  await page.getByRole('link', {name: 'Add it to your billing details'}).click();
  await page.getByLabel('Company').waitFor();
  await host.ask('exotel', 'accounts/ravi/set_billing', {personal_data: {name: 'Ravi', address: '1 MG Road', city: 'Bengaluru'}});
  await page.goto(here);
  await link.click();
  await page.getByRole('heading', {name: /Tax invoice EX-/}).waitFor();
});

test('CL-13: the backup pays a renewal by itself, once, and the page says which card did', async () => {
  await running('bea');
  await card(host, 'callloop', 'bea', 'ok', '4444', 'backup', 'mastercard');
  await card(host, 'callloop', 'bea', 'declined_soft', '0002');
  await later(32 * day);
  const page = await customer('bea', 'orders/2');
  await page.getByText(/0002.* was declined; .*4444.* paid/).waitFor();
  assert.deepEqual(await states('bea'), ['paid', 'paid']);
  assert.deepEqual(await axeOf(page), []);
});

test('nothing was written to the console of the browser, and no policy was broken', () => assert.deepEqual(failures, []));
