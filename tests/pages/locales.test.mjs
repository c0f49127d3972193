// The build holds the pages' languages together: each way in which a locale and the sources can drift apart ends it.
import assert from 'node:assert/strict';
import {appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {writeLocales} from '../../web/locales.mjs';

const web = join(dirname(fileURLToPath(import.meta.url)), '../../web');
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'florin-locales-'));
});
after(() => rmSync(folder, {recursive: true, force: true}));

let turn = 0;
/// The pages as they are, and something else.
function built(change) {
  const here = join(folder, String(++turn));
  const assets = join(here, 'assets');
  mkdirSync(assets, {recursive: true});
  for (const part of ['src', 'locales']) cpSync(join(web, part), join(here, part), {recursive: true});
  change?.({
    locale: (language, edit) => {
      const file = join(here, 'locales', `${language}.json`);
      const texts = JSON.parse(readFileSync(file, 'utf8'));
      edit(texts);
      writeFileSync(file, JSON.stringify(texts));
    },
    source: (file, text) => appendFileSync(join(here, 'src', file), text),
  });
  return () => writeLocales(here, assets);
}

test('as it is, each locale is a file of its own', () => assert.deepEqual(Object.keys(built()()), ['ar', 'de', 'hi']));

test('a sentence that a locale lacks', () => {
  assert.throws(built(({locale}) => locale('de', (texts) => delete texts['Pay now'])), /de\.json: 'Pay now' is missing \(src\/portal\/pages\.jsx:\d+\)/);
  assert.throws(built(({source}) => source('portal/help.jsx', "say('Something new.');\n")), /hi\.json: 'Something new\.' is missing/);
});
test('a sentence that nobody says', () => assert.throws(built(({locale}) => locale('hi', (texts) => { texts['Of old.'] = 'x'; })), /hi\.json: 'Of old\.' is said nowhere/));
test('other slots', () => {
  assert.throws(built(({locale}) => locale('ar', (texts) => { texts['Pay {amount}'] = 'دفع {sum}'; })), /ar\.json: 'Pay \{amount\}' has other slots: sum/);
  assert.throws(built(({locale}) => locale('de', (texts) => { texts['{count} places taken'].other = '{number} Plätze'; })), /has other slots: number/);
});
test('a plural that lacks one of its language’s forms', () =>
  assert.throws(built(({locale}) => locale('ar', (texts) => delete texts.licences.two)), /ar\.json: 'licences' lacks the form 'two'/));
test('a refusal that only another locale has', () =>
  assert.throws(built(({locale}) => locale('de', (texts) => delete texts['code: past_due'])), /de\.json: 'code: past_due' is missing/));
test('a text that does not go through say', () => {
  assert.throws(built(({source}) => source('portal/help.jsx', 'const x = <p>Never translated</p>;\n')), /help\.jsx:\d+: 'Never translated' does not go through say/);
  assert.throws(built(({source}) => source('portal/help.jsx', 'const x = <Card title="Nor this"></Card>;\n')), /'Nor this' does not go through say/);
  assert.throws(built(({source}) => source('portal/help.jsx', 'say(words[0]);\n')), /say takes a sentence as written/);
});
