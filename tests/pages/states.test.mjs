// Every page of the portal and the console in every state that it has, at the width of a phone: the words are there, axe
// finds nothing, nothing scrolls to the side. `tools/pages --full` does the same at all widths, light, dark and from right to left.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axeOf, browser, pageOf, serve} from './served.mjs';
import {peopled} from './seeds.mjs';

const full = process.env.LOOK === 'all';
const shots = process.env.SHOTS ?? 'shots';
const widths = (process.env.WIDTHS ?? (full ? '360,768,1280' : '360')).split(',').map(Number);
const looks = (process.env.LOOKS ?? (full ? 'light,dark,light-rtl,dark-rtl' : 'light')).split(',').map((one) => [one.split('-')[0], one.split('-')[1] ?? 'ltr']);
const only = process.env.ONLY;
const failures = [];
let host, chromium, staff;

before(async () => {
  mkdirSync(shots, {recursive: true});
  host = await serve();
  chromium = await browser();
  await peopled(host);
});
after(async () => {
  await chromium?.close();
  await host?.end();
});

/// What is looked at: [name, tenant, account, pages and what stands there].
const portal = [
  ['running', 'callloop', 'acme', {'': /Growth/, plan: /yours/, credits: /Auto-recharge/, usage: /160 characters|SMS/, methods: /4242/, 'methods/add': /Test payment/, invoices: /CL-0/, members: /newcomer/, manage: /Cancel the plan/, help: /Download it/, 'orders/1': /Paid \$49\.00/, nowhere: /no such page/}, {member: 'anna'}],
  ['may-not', 'callloop', 'acme', {plan: /role does not allow/, credits: /role does not allow/, methods: /role does not allow/, members: /role does not allow.*Owner: anna/, manage: /What happens/, help: /Download it.*role does not allow/}, {member: 'max'}],
  ['new', 'callloop', 'new', {'': /no plan yet/i, plan: /Choose a plan/, credits: /in addition to a plan/, usage: /Nothing was used/, methods: /No payment method is saved/, invoices: /No invoices yet/, members: /Nobody is listed/, manage: /no plan to cancel/, help: /Nothing was paid yet/}],
  ['trial', 'callloop', 'trial', {'': /Your trial runs until/, plan: /Choose a plan/}],
  ['past-due', 'callloop', 'due', {'': /could not be paid.*The plan ends on/, invoices: /Open|due/, 'orders/2': /not enough money/}],
  ['backup-paid', 'callloop', 'backup', {'orders/2': /was declined; .*paid/}],
  ['paused', 'callloop', 'paused', {'': /paused/, manage: /Resume/}],
  ['cancelled', 'callloop', 'cancelled', {'': /cancelled/, manage: /Undo the cancellation/}],
  ['frozen', 'callloop', 'frozen', {'': /refund is being decided/, manage: /refund/}],
  ['used-up', 'callloop', 'used-up', {'': /credits are used up/}],
  ['erased', 'callloop', 'erased', {'': /Growth/, methods: /Billing details/}],
  ['ended', 'callloop', 'over', {'': /no plan yet/i, invoices: /CL-0/}],
  ['deleted', 'callloop', 'closing', {'': /session is over/}, {then: () => host.ask('callloop', 'accounts/closing/delete_account', {})}],
  ['reviewed', 'callloop', 'reviewed', {manage: /Technical failure/i}],
  ['declined', 'callloop', 'declined', {'orders/1': /was not charged/}],
  ['pending', 'callloop', 'pending', {'': /./, 'orders/1': /has not answered yet/}],
  ['needs-action', 'callloop', 'action', {'orders/1': /Go to your bank/}],
  ['unknown', 'callloop', 'unknown', {'orders/1': /has not answered yet/}],
  ['blocked', 'salesmsg', 'blocked', {'': /blocked/}],
  ['licences', 'kaspr', 'kim', {'': /12/, plan: /Licences/, credits: /./, invoices: /KA-0/, members: /12/, manage: /Cancel/}],
  ['reset', 'salesmsg', 'sam', {'': /Standard/, plan: /Basic/, credits: /message credits/, manage: /Cancel/}],
  ['money', 'exotel', 'ravi', {'': /Starter/, plan: /Growth/, credits: /balance/, methods: /Only with Enterprise/, 'methods/add': /Card/, invoices: /EX0*-?0/, usage: /Asia\/Kolkata/}],
  ['wire', 'exotel', 'mega', {'': /To be paid/, 'orders/1': /HDFC0000123/, invoices: /Pro forma/}],
  ['upi', 'exotel', 'upi', {'orders/1': /UPI/}],
];

const consolePages = {
  callloop: {'': /Cases/, accounts: /acme/, cases: /reviewed/, payments: /Resolve/, bank: /Every receipt/, upcoming: /Nothing is charged/, catalog: /Growth/, months: /2026/, webhooks: /no webhook endpoints/, keys: /Issue a key/, 'accounts/acme': /Growth/, 'accounts/acme/history': /owner:anna/, 'accounts/acme/orders': /order 1/, 'accounts/acme/documents': /CL-0/, 'accounts/acme/messages': /Order confirmed/, 'accounts/acme/people': /anna/, 'accounts/acme/act': /Adjust credits/, 'accounts/due': /Past due|due/i, 'accounts/new': /No plan/, 'accounts/nobody': /./, 'accounts?state=blocked': /No account is like this/},
  exotel: {bank: /mega/, cases: /./, 'accounts/ravi/documents': /Record a registration/, 'accounts/mega/orders': /order 1/, months: /./},
  kaspr: {'accounts/kim': /Business/, 'accounts/kim/act': /Change the plan/, catalog: /Organisation/},
  salesmsg: {cases: /./, 'accounts/blocked': /Blocked/, 'accounts/blocked/act': /Unblock/},
};

/// At every width and look: axe, no scroll to the side, a picture.
async function check(page, name) {
  for (const width of widths)
    for (const [colorScheme, dir] of looks) {
      await page.setViewportSize({width, height: width < 600 ? 780 : 900});
      await page.emulateMedia({colorScheme, reducedMotion: 'reduce'}); // a colour that is still changing is no finding
      await page.evaluate((to) => document.documentElement.setAttribute('dir', to), dir);
      const of = `${name}-${width}-${colorScheme}${dir === 'rtl' ? '-rtl' : ''}`;
      assert.deepEqual([of, ...(await axeOf(page))], [of]);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${of} scrolls to the side`);
      assert.equal(await page.getByText('[object').count(), 0, of);
      await page.screenshot({path: join(shots, `${of}.png`), fullPage: true});
    }
  await page.emulateMedia({colorScheme: 'light', reducedMotion: 'reduce'});
  await page.evaluate(() => document.documentElement.removeAttribute('dir'));
}
const named = (path) => path.replaceAll(/[/?=]/g, '-') || 'first';

async function signedIn(tenant, account, more) {
  const page = await pageOf(await chromium.newContext({viewport: {width: widths[0], height: 780}}), failures);
  await page.goto(await host.link(tenant, account, more?.member ? {member: more.member} : {}));
  await page.getByRole('heading', {level: 1}).waitFor();
  return page;
}
/// As a link of the page itself goes there: nothing is loaded again.
const go = (page, path) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
/// The words are waited for, not the time; and nothing is still on its way.
async function stands(page, words) {
  await page.locator('#app').filter({hasText: words}).waitFor({timeout: 8000});
  await page.locator('.loading').first().waitFor({state: 'detached', timeout: 8000});
}

for (const [name, tenant, account, pages, more] of portal)
  test(`portal, ${name}`, {skip: only && !name.includes(only)}, async () => {
    const page = await signedIn(tenant, account, more);
    if (more?.then) await more.then().then(() => page.reload());
    const wrong = [];
    for (const [path, words] of Object.entries(pages))
      try {
        await go(page, `/portal/${tenant}/${account}${path && `/${path}`}`);
        await stands(page, words);
        await check(page, `portal-${name}-${named(path)}`);
      } catch (error) {
        await page.screenshot({path: join(shots, `wrong-portal-${name}-${named(path)}.png`), fullPage: true});
        wrong.push(`${path}: ${error.message}`);
      }
    await page.context().close();
    assert.deepEqual(wrong, []);
  });

for (const [tenant, pages] of Object.entries(consolePages))
  test(`console, ${tenant}`, {skip: only && !`console-${tenant}`.includes(only)}, async () => {
    if (!staff) {
      staff = await pageOf(await chromium.newContext({viewport: {width: widths[0], height: 900}}), failures);
      await staff.goto(await host.console());
      await staff.getByRole('heading', {name: 'Home'}).waitFor();
    }
    await staff.goto(`${host.base}/console/${tenant}`);
    await staff.locator('h1').waitFor();
    const wrong = [];
    for (const [path, words] of Object.entries(pages))
      try {
        await go(staff, `/console/${tenant}${path && `/${path}`}`);
        await stands(staff, words);
        await check(staff, `console-${tenant}-${named(path)}`);
      } catch (error) {
        await staff.screenshot({path: join(shots, `wrong-console-${tenant}-${named(path)}.png`), fullPage: true});
        wrong.push(`${path}: ${error.message}`);
      }
    assert.deepEqual(wrong, []);
  });

test('no page wrote an error, and no policy was broken', () => assert.deepEqual(failures, []));
