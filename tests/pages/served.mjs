// `florin serve` on the shipped tenants, and a browser: what each test of the pages begins with.
import {spawn, execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

const require = createRequire(join(process.env.CLIENTS, 'package.json'));
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const florin = process.env.FLORIN;

/// A shipped tenant whose payments go to a stand-in of that provider on loopback, at the time of now.
function liveConfig(folder, {tenant, processor, address, own}) {
  const shipped = dirname(process.env.CONFIG);
  const text = readFileSync(join(shipped, 'tenants', `${tenant}.yaml`), 'utf8')
    .replace('sandbox: {plugin: sandbox}', `${processor}: {plugin: ${processor}, ${own}, hosts: ["${address}"], endpoints: {api: "http://${address}"}, secrets: {${processor}.api_key: "env:STANDIN_KEY", ${processor}.webhook: "env:STANDIN_KEY"}}`)
    .replaceAll('through: [sandbox]', `through: [${processor}]`)
    .replaceAll('through: [sandbox, second]', `through: [${processor}]`);
  mkdirSync(join(folder, 'tenants'));
  for (const name of ['policies', 'templates']) cpSync(join(shipped, name), join(folder, name), {recursive: true});
  writeFileSync(join(folder, 'tenants', `${tenant}.yaml`), text);
  const plugins = readFileSync(process.env.CONFIG, 'utf8').match(/folder: (\S+)/)[1];
  writeFileSync(join(folder, 'florin.yaml'), `plugins: {folder: ${join(shipped, plugins)}}\ntenants: tenants\ndata: data\negress: {loopback: true}\n`);
  return join(folder, 'florin.yaml');
}

/// A shipped tenant alone, as `edit` makes it.
function editedConfig(folder, {tenant, edit, more = ''}) {
  const shipped = dirname(process.env.CONFIG);
  mkdirSync(join(folder, 'tenants'));
  for (const name of ['policies', 'templates']) cpSync(join(shipped, name), join(folder, name), {recursive: true});
  writeFileSync(join(folder, 'tenants', `${tenant}.yaml`), edit(readFileSync(join(shipped, 'tenants', `${tenant}.yaml`), 'utf8')));
  const plugins = readFileSync(process.env.CONFIG, 'utf8').match(/folder: (\S+)/)[1];
  writeFileSync(join(folder, 'florin.yaml'), `plugins: {folder: ${join(shipped, plugins)}}\ntenants: tenants\ndata: data\npayments: sandbox\n${more}`);
  return join(folder, 'florin.yaml');
}

/// The shipped tenants in the sandbox; `live`: one of them against a stand-in; `edited`: one of them, changed, and `more` of the host's file.
export async function serve(live, edited) {
  const folder = mkdtempSync(join(tmpdir(), 'florin-pages-'));
  const data = join(folder, 'journal');
  const config = live ? liveConfig(folder, live) : edited ? editedConfig(folder, edited) : process.env.CONFIG;
  const host = spawn(florin, ['serve', '--config', config, '--data', data, '--pages', process.env.PAGES, '--listen', '127.0.0.1:0',
    ...(live ? [] : ['--virtual-from', '2026-03-10T09:00Z']), '--drain', '0', '--quiet'],
    {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, STANDIN_KEY: 'rzp_standin'}});
  const base = await new Promise((resolve, reject) => {
    let said = '';
    host.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found && said.includes(live ? 'Admin' : 'Clock')) resolve(found[0]);
    });
    host.on('exit', () => reject(new Error('florin serve ended')));
  });
  const keys = {};
  const words = (...args) => execFileSync(florin, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  const key = (tenant) => (keys[tenant] ??= words('key', 'issue', data, tenant, '--config', config, '--preset', 'staff').split('\n')[0].trim());
  let turn = 0;
  return {
    base,
    words,
    data,
    console: async (as = 'ann', scopes) => {
      const said = words('console', data, '--as', as, ...(scopes ? ['--scopes', scopes] : []));
      return base + said.match(/\/console\S*#c=\S+/)[0];
    },
    clock: async (to) => {
      const answer = await fetch(`${base}/host/clock`, {method: 'POST', headers: {Authorization: `Bearer ${key('callloop')}`, 'Content-Type': 'application/json'}, body: JSON.stringify({to})});
      if (!answer.ok) throw new Error(await answer.text());
    },
    ask: async (tenant, path, body, actor = 'owner:zoe', wait = 3) => {
      const answer = await fetch(`${base}/v1/${tenant}/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {Authorization: `Bearer ${key(tenant)}`, ...(body ? {'Content-Type': 'application/json', 'Idempotency-Key': `test-${++turn}`, Prefer: `wait=${wait}`, 'Florin-Actor': actor} : {})},
        body: body && JSON.stringify(body),
      });
      const json = await answer.json();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(json)}`);
      return json;
    },
    link: async (tenant, account, more = {}) => {
      const answer = await fetch(`${base}/v1/${tenant}/accounts/${account}/portal_sessions`, {
        method: 'POST', headers: {Authorization: `Bearer ${key(tenant)}`, 'Content-Type': 'application/json', 'Idempotency-Key': `link-${++turn}`}, body: JSON.stringify(more),
      });
      const json = await answer.json();
      if (!answer.ok) throw new Error(JSON.stringify(json));
      return base + new URL(json.url).pathname + new URL(json.url).hash;
    },
    end: async () => {
      const ended = new Promise((resolve) => host.on('exit', resolve));
      host.removeAllListeners('exit');
      host.on('exit', () => {});
      host.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => host.once('exit', resolve))]);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export const browser = () => chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});

/// A page whose errors of JavaScript and of its policy are failures.
export async function pageOf(context, failures) {
  const page = await context.newPage();
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && failures.push(message.text()));
  return page;
}

/// What axe finds of WCAG 2.2 A and AA, as texts.
export async function axeOf(page) {
  const session = await page.context().newCDPSession(page);
  const there = await session.send('Runtime.evaluate', {expression: 'typeof window.axe'});
  if (there.result.value === 'undefined') await session.send('Runtime.evaluate', {expression: axe});
  const run = await session.send('Runtime.evaluate', {
    expression: "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((all) => JSON.stringify(all.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', '))))",
    awaitPromise: true, returnByValue: true,
  });
  await session.detach();
  return JSON.parse(run.result.value);
}

/// What is on paper when somebody prints the page on A4, also from a dark screen: the words as pdftotext reads them.
export async function printed(page, folder, name) {
  const before = page.viewportSize();
  await page.setViewportSize({width: 680, height: 1000}); // A4 less its margins
  await page.emulateMedia({media: 'print', colorScheme: 'dark'});
  const seen = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1;
    return {
      ink: style.color,
      paper: style.backgroundColor,
      pressed: [...document.querySelectorAll('button, input, select, textarea, nav')].filter(shown).map((node) => node.outerHTML.slice(0, 80)),
      cut: [...document.querySelectorAll('.scroll')].filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.getAttribute('aria-label')),
      wide: document.documentElement.scrollWidth - innerWidth,
    };
  });
  const file = join(folder, `print-${name}.pdf`);
  await page.pdf({path: file, format: 'A4', preferCSSPageSize: true});
  await page.emulateMedia({media: null, colorScheme: null});
  await page.setViewportSize(before);
  return {...seen, text: execFileSync('pdftotext', ['-layout', file, '-'], {encoding: 'utf8'})};
}
export const onPaper = {ink: 'rgb(0, 0, 0)', paper: 'rgb(255, 255, 255)', pressed: [], cut: [], wide: 0};

/// The widths at which pages are looked at by a person: tools/pages --full, or WIDTHS=360,1024,2560.
const widths = (process.env.WIDTHS ?? '360,768,1280').split(',').map(Number);

/// A screenshot at each width that people have, light and dark, for whoever looks at them; the page itself is as before.
export async function looked(page, folder, name) {
  const before = page.viewportSize();
  await page.bringToFront();
  for (const width of process.env.LOOK === 'all' ? widths : [before.width])
    for (const colorScheme of process.env.LOOK === 'all' ? ['light', 'dark'] : ['light']) {
      await page.setViewportSize({width, height: before.height});
      await page.emulateMedia({colorScheme});
      await page.screenshot({path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true});
    }
  await page.emulateMedia({colorScheme: null});
  await page.setViewportSize(before);
}
