// `florin serve` on the shipped tenants, and a browser: what each test of the pages begins with.
import {spawn, execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const require = createRequire(join(process.env.CLIENTS, 'package.json'));
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const florin = process.env.FLORIN;

export async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'florin-pages-'));
  const data = join(folder, 'journal');
  const host = spawn(florin, ['serve', '--config', process.env.CONFIG, '--data', data, '--pages', process.env.PAGES, '--listen', '127.0.0.1:0',
    '--virtual-from', '2026-03-10T09:00Z', '--drain', '0', '--quiet'], {stdio: ['ignore', 'pipe', 'inherit']});
  const base = await new Promise((resolve, reject) => {
    let said = '';
    host.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found && said.includes('Clock')) resolve(found[0]);
    });
    host.on('exit', () => reject(new Error('florin serve ended')));
  });
  const keys = {};
  const words = (...args) => execFileSync(florin, args, {encoding: 'utf8'});
  const key = (tenant) => (keys[tenant] ??= words('key', 'issue', data, tenant, '--config', process.env.CONFIG, '--preset', 'staff').split('\n')[0].trim());
  let turn = 0;
  return {
    base,
    words,
    data,
    ask: async (tenant, path, body, actor = 'owner:zoe') => {
      const answer = await fetch(`${base}/v1/${tenant}/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {Authorization: `Bearer ${key(tenant)}`, ...(body ? {'Content-Type': 'application/json', 'Idempotency-Key': `test-${++turn}`, Prefer: 'wait=15', 'Florin-Actor': actor} : {})},
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
  await session.send('Runtime.evaluate', {expression: axe});
  const run = await session.send('Runtime.evaluate', {
    expression: "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((all) => JSON.stringify(all.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', '))))",
    awaitPromise: true, returnByValue: true,
  });
  return JSON.parse(run.result.value);
}
