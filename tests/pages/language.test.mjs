// UI-05, UI-09: the same pages in the reader's language, from the tenant's file alone; documents and mails in the customer's.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {opened} from './seeds.mjs';
import {axeOf, browser, looked, pageOf, serve} from './served.mjs';

let host, chromium;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';
const phone = {viewport: {width: 360, height: 780}};

/// Call Loop for customers who read English, German, Hindi or Arabic.
const words = `gates:
  - {action: pause, refuse: true, says: {en: "Please call us to pause.", de: "Zum Pausieren rufen Sie uns bitte an."}}
messages: {purchase_too_large: {en: "Please call us for that many.", de: "Für so viele rufen Sie uns bitte an."}}
portal:
  about: {growth: {en: "For teams that grow.", de: "Für Teams, die wachsen."}}
`;
const spoken = (text) =>
  text.replace(/\n  message: \{en: .*\n/, '\n  message: {en: message credits, de: Nachrichten, hi: संदेश, ar: رسالة}\n').replace('\nportal:\n', `\n${words}`).replace('languages: [en, de]', 'languages: [en, de, hi, ar]');

before(async () => {
  mkdirSync(shots, {recursive: true});
  host = await serve(null, {tenant: 'callloop', edit: spoken});
  chromium = await browser();
  for (const account of ['gerda', 'amal', 'sam', 'kiran']) {
    await opened(host, 'callloop', account);
    await host.ask('callloop', `accounts/${account}/subscribe`, {plan: 'growth', cycle: 'monthly'});
  }
});
after(async () => {
  await chromium?.close();
  await host?.end();
});

async function signedIn(account, {locale, ...options} = {}) {
  const page = await pageOf(await chromium.newContext({...phone, ...options}), failures);
  await page.goto(await host.link('callloop', account, locale ? {locale} : {}));
  await page.getByRole('heading', {level: 1}).waitFor();
  return page;
}
const at = (page, account, path) => page.goto(`${host.base}/portal/callloop/${account}/${path}`);
const spokenIn = (page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

test('a link’s language: a portal in German sells credits, refuses in German, and says why the bank declined', async () => {
  const page = await signedIn('gerda', {locale: 'de'});
  await page.getByRole('heading', {name: 'Tarif und Abrechnung'}).waitFor();
  assert.deepEqual(await spokenIn(page), ['de', 'ltr']);
  await page.getByText('Nachrichten').first().waitFor();
  await at(page, 'gerda', 'plan');
  await page.getByText('Für Teams, die wachsen.').waitFor();
  await at(page, 'gerda', 'credits');
  const amount = page.getByLabel('Wie viele Nachrichten');
  // The tenant's own sentence for one refusal, the locale's for another.
  await amount.fill('9000000');
  await page.getByText('Für so viele rufen Sie uns bitte an.').first().waitFor();
  await amount.fill('1');
  await page.getByText('So wenig kann nicht gekauft werden.').first().waitFor();
  await amount.fill('100');
  await page.getByRole('button', {name: /^Bestätigen und 4,90\s\$ bezahlen$/}).waitFor();
  // A gate of the tenant's says it in German too.
  await at(page, 'gerda', 'manage');
  await page.locator('section', {has: page.getByRole('heading', {name: 'Pausieren'})}).getByRole('button', {name: 'Was geschieht dann?'}).click();
  await page.getByText('Zum Pausieren rufen Sie uns bitte an.').first().waitFor();
  await at(page, 'gerda', 'credits');
  await amount.fill('100');
  await page.getByRole('button', {name: /^Bestätigen und 4,90\s\$ bezahlen$/}).click();
  await page.getByText(/4,90\s\$ bezahlt\./).waitFor();
  assert.deepEqual(await axeOf(page), []);
  await host.ask('callloop', 'accounts/gerda/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'declined_soft', brand: 'visa', last4: '0002'}});
  await at(page, 'gerda', 'credits');
  await page.getByRole('button', {name: /^Bestätigen und 4,90\s\$ bezahlen$/}).click();
  await page.getByText('Auf dieser Zahlungsart ist nicht genug Geld.').waitFor();
  await page.getByText(/4,90\s\$ wurden nicht abgebucht\./).waitFor();
  await page.screenshot({path: join(shots, 'declined-de-360.png'), fullPage: true});
  await page.context().close();
});

test('in Arabic pages are written from right to left, without a finding of axe or a scroll to the side at 360 px', async () => {
  const page = await signedIn('amal', {locale: 'ar'});
  assert.deepEqual(await spokenIn(page), ['ar', 'rtl']);
  for (const path of ['', 'plan', 'credits', 'usage', 'methods', 'methods/add', 'invoices', 'members', 'manage', 'help']) {
    await at(page, 'amal', path);
    await page.locator('h1').waitFor();
    await page.locator('main .card').first().waitFor();
    assert.equal(await fits(page), true, `${path} is wider than the screen`);
    assert.deepEqual(await axeOf(page), [], path);
    await looked(page, shots, `ar-${path.replace('/', '-') || 'overview'}`);
  }
  await page.context().close();
});

test('the browser’s own language is read, the switcher changes it, and the browser keeps what was chosen', async () => {
  const page = await signedIn('sam');
  assert.deepEqual(await spokenIn(page), ['en', 'ltr']);
  const german = await pageOf(await chromium.newContext({...phone, locale: 'de-AT'}), failures);
  await german.goto(await host.link('callloop', 'sam'));
  await german.getByRole('heading', {name: 'Tarif und Abrechnung'}).waitFor();
  await german.context().close();
  // What is typed stays while the words change.
  await at(page, 'sam', 'credits');
  await page.getByLabel('How many message credits').fill('250');
  await page.getByLabel('Language').selectOption('hi');
  await page.getByRole('heading', {name: 'क्रेडिट', level: 1}).waitFor();
  assert.equal(await page.getByLabel('कितने संदेश').inputValue(), '250');
  await page.reload();
  await page.getByRole('heading', {name: 'क्रेडिट', level: 1}).waitFor();
  assert.deepEqual(await spokenIn(page), ['hi', 'ltr']);
  await page.getByLabel('भाषा').selectOption('en');
  await page.getByRole('heading', {name: 'Credits', level: 1}).waitFor();
  await page.context().close();
});

test('the language of an account: set in its details, it is that of its next invoice, its mails, and its next link', async () => {
  const page = await signedIn('kiran');
  await at(page, 'kiran', 'methods');
  await page.getByLabel('Language of mails and invoices').selectOption('de');
  await page.getByRole('button', {name: 'Save billing details'}).click();
  await page.getByRole('heading', {name: 'Zahlungsarten'}).waitFor();
  await page.context().close();
  const next = await signedIn('kiran');
  assert.deepEqual(await spokenIn(next), ['de', 'ltr']);
  await at(next, 'kiran', 'credits');
  await next.getByRole('button', {name: /^Bestätigen und 4,90\s\$ bezahlen$/}).click();
  await next.getByText(/4,90\s\$ bezahlt\./).waitFor();
  const {data} = await host.ask('callloop', 'accounts/kiran/documents');
  const paper = async (number) => next.evaluate((path) => fetch(path).then((answer) => answer.text()), `/v1/callloop/accounts/kiran/documents/${number}/html`);
  const [newest, first] = await Promise.all([paper(data[0].number), paper(data.at(-1).number)]);
  assert.match(newest, /<html lang="de">/);
  assert.match(newest, /<h1>Rechnung /);
  assert.match(newest, /100 Nachrichten/);
  assert.match(newest, /4,90 USD/);
  // An invoice that was issued does not change its language.
  assert.match(first, /<html lang="en">/);
  assert.match(first, /<h1>Invoice /);
  await next.context().close();
});

test('what has no tenant speaks the browser’s language', async () => {
  const page = await pageOf(await chromium.newContext({...phone, locale: 'de-DE'}), failures);
  await page.goto(`${host.base}/pay/nothing`);
  await page.getByRole('heading', {name: 'Dieser Link gilt nicht mehr'}).waitFor();
  await page.goto(`${host.base}/portal/nobody`);
  await page.getByText('Unter dieser Adresse gibt es keine Abrechnungsseite.').waitFor();
  await page.context().close();
});

test('nothing was written to the console, and no policy was broken', () => assert.deepEqual(failures, []));
