// The widget on a page of another origin, and a front end of somebody's own: a token in memory, and what it may do there.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';
import {axeOf, browser, looked, pageOf, serve} from './served.mjs';

let host, chromium, app, stranger;
const failures = [];
const shots = process.env.SHOTS ?? 'shots';

/// A program of the tenant's own, at an origin of its own: one page, which embeds the billing.
function program() {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><html lang="en"><title>App</title><body><h1>An app</h1>
      <florin-portal src="${host.base}/widget/callloop" page="${new URL(request.url, 'http://a').searchParams.get('page') ?? 'credits'}" title="Billing"></florin-portal>
      <script src="${host.base}/widget.js"></script>
      <script>
        const told = [];
        for (const name of ['done', 'session_over', 'outside']) document.querySelector('florin-portal').addEventListener(name, (event) => told.push([name, event.detail]));
      </script>`);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({server, origin: `http://localhost:${server.address().port}`})));
}

before(async () => {
  mkdirSync(shots, {recursive: true});
  [app, stranger] = [await program(), await program()];
  host = await serve(undefined, {tenant: 'callloop', edit: (text) => text, more: `serve: {portal: {embed: ["${app.origin}"], api_origins: ["${app.origin}"]}}\n`});
  chromium = await browser();
  await host.ask('callloop', 'accounts/zoe/open_account', {billing_country: 'US', personal_data: {name: 'Zoe Ltd', email: 'zoe@example.com'}});
  await host.ask('callloop', 'accounts/zoe/add_payment_method', {method: 'card', slot: 'primary', details: {token: 'ok', brand: 'visa', last4: '4242'}});
  await host.ask('callloop', 'accounts/zoe/subscribe', {plan: 'growth', cycle: 'monthly'});
});
after(async () => {
  await chromium?.close();
  await host?.end();
  app?.server.close();
  stranger?.server.close();
});

const token = async () => (await host.ask('callloop', 'accounts/zoe/portal_sessions', {kind: 'token', member: 'zoe', role: 'owner'})).token;
const hand = async (page) => page.evaluate((given) => void (document.querySelector('florin-portal').token = given), await token());
const told = (page) => page.evaluate(() => told);
const orders = async () => (await host.ask('callloop', 'accounts/zoe/orders')).data.length;

async function embedded(where = app.origin, path = '/') {
  const page = await pageOf(await chromium.newContext({viewport: {width: 800, height: 900}}), failures);
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.goto(where + path);
  return {page, addresses, frame: page.frameLocator('florin-portal iframe')};
}
/// Pressed as a person does who sees it: what is pressed too early is pressed once more.
async function press(frame, name, outcome) {
  const there = (timeout) => frame.getByText(outcome).first().waitFor({timeout}).then(() => true, () => false);
  for (let turn = 0; turn < 20; ++turn) {
    await frame.getByRole('button', {name}).click({timeout: 1000}).catch(() => {}); // it is gone once it was taken
    if (await there(1000)) return;
  }
  assert.fail(`${name} was never taken for seen`);
}

test('credits are bought in a frame on the tenant’s own page, once, and the page hears of it', async () => {
  const {page, addresses, frame} = await embedded();
  await hand(page);
  await frame.getByRole('heading', {name: 'Credits', level: 1}).waitFor();
  const before = await orders();
  await press(frame, 'Confirm and pay $4.90', 'Paid $4.90');
  assert.equal(await orders(), before + 1);
  await page.waitForFunction(() => told.length > 0);
  assert.deepEqual(await told(page), [['done', {order: before + 1}]]);
  const {height} = await page.locator('iframe').boundingBox();
  assert.equal(await page.locator('iframe').evaluate((node) => node.style.height), `${height}px`);
  assert.ok(height > 300, `${height} px`);
  assert.deepEqual(addresses.filter((one) => one.includes('fls_')), [], 'a token is in no address');
  assert.equal((await page.context().cookies()).length, 0, 'no cookie of anybody');
  const saved = page.waitForEvent('download');
  await frame.getByRole('link', {name: /Invoice CL-\d+, PDF/}).click();
  assert.match((await saved).suggestedFilename(), /^CL-\d+\.pdf$/);
  await looked(page, shots, 'widget');
  await page.context().close();
});

test('a page that lies over the frame has nobody pay: what was not seen is not charged', async () => {
  const {page, frame} = await embedded();
  await page.evaluate(() => {
    const over = Object.assign(document.createElement('div'), {id: 'over'});
    over.style.cssText = 'position:fixed;inset:0;background:#fff;opacity:0.9;pointer-events:none;z-index:9';
    document.body.append(over);
  });
  await hand(page);
  const button = frame.getByRole('button', {name: 'Confirm and pay $4.90'});
  await button.waitFor();
  const before = await orders();
  for (let turn = 0; turn < 3; ++turn) {
    await button.click();
    await frame.getByText('Please check the amount, then press again.').waitFor();
    await page.waitForFunction((from) => performance.now() - from > 700, await page.evaluate(() => performance.now()));
  }
  assert.equal(await orders(), before);
  await page.evaluate(() => document.getElementById('over').remove());
  await press(frame, 'Confirm and pay $4.90', 'Paid $4.90');
  assert.equal(await orders(), before + 1);
  await page.context().close();
});

test('a token that is over is told, another one goes on with the page', async () => {
  const {page, frame} = await embedded(app.origin, '/?page=methods');
  await hand(page);
  await frame.getByLabel('Company').fill('Half typed');
  await host.ask('callloop', 'accounts/zoe/end_sessions', {});
  await frame.getByRole('button', {name: 'Save billing details'}).click();
  await page.waitForFunction(() => told.some(([name]) => name === 'session_over'));
  await frame.getByText('Your session is over.').first().waitFor();
  const gone = () => frame.getByText('Open the billing page again').waitFor({state: 'detached', timeout: 1000}).then(() => true, () => false);
  let goesOn = false;
  for (let turn = 0; turn < 10 && !goesOn; ++turn) { // one that was made in the same second is over as well
    await hand(page);
    goesOn = await gone();
  }
  assert.ok(goesOn);
  assert.equal(await frame.getByLabel('Company').inputValue(), 'Half typed');
  await frame.getByRole('button', {name: 'Save billing details'}).click();
  await frame.getByText('Saved, from the next invoice on.').waitFor();
  await page.context().close();
});

test('an origin that is not named frames nothing and reads nothing', async () => {
  const given = await token();
  const read = (origin) => async (page) => {
    await page.goto(origin);
    return page.evaluate(
      async ([base, bearer]) => {
        try {
          return (await fetch(`${base}/v1/callloop/accounts/zoe`, {headers: {Authorization: `Bearer ${bearer}`}})).status;
        } catch (failed) {
          return failed.name;
        }
      },
      [host.base, given],
    );
  };
  const page = await (await chromium.newContext()).newPage(); // its refusals are what is wanted
  assert.equal(await read(app.origin)(page), 200, 'a front end of one’s own');
  assert.equal(await read(stranger.origin)(page), 'TypeError');
  await hand(page);
  await page.locator('iframe').waitFor();
  assert.equal(await page.frameLocator('florin-portal iframe').getByRole('heading', {name: 'Credits', level: 1}).count(), 0);
  assert.deepEqual(page.frames().map((one) => one.url()).filter((one) => one.startsWith(host.base)), []);
  await page.context().close();
});

test('what is in the frame: no finding of axe, no scroll to the side at 320 px', async () => {
  const page = await pageOf(await chromium.newContext({viewport: {width: 320, height: 780}}), failures);
  for (const name of ['', 'plan', 'credits', 'methods', 'invoices', 'usage']) {
    await page.goto(`${host.base}/widget/callloop`);
    await page.evaluate(([given, first]) => postMessage({florin: 'token', token: given, page: first, locale: 'en'}, '*'), [await token(), name]);
    await page.getByRole('heading', {level: 1}).waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual([name, ...(await axeOf(page))], [name]);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${name} scrolls`);
  }
  await page.context().close();
});

test('nothing was written to the console, and no policy was broken', () => assert.deepEqual(failures, []));
