// What the pages say, held against web/locales: a sentence that a locale lacks, that no source says any more, or that has other
// slots there ends the build, and so does a text on a customer's page that does not go through `say`.
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';

const folders = ['portal', 'lib', 'providers', 'widget']; // the console is English
const code = 'code: '; // of a refusal: its sentence is the host's in English

const sourcesOf = (here) =>
  folders.flatMap((folder) => readdirSync(join(here, 'src', folder)).map((file) => join('src', folder, file)).map((file) => ({file, text: readFileSync(join(here, file), 'utf8')})));

/// The literal at `at`, and where it ends; null: something else is there.
function literalAt(text, at) {
  const found = /^\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/.exec(text.slice(at, at + 2000));
  return found && {value: found[1].slice(1, -1).replace(/\\(.)/g, '$1'), end: at + found[0].length};
}

const lineOf = (text, at) => text.slice(0, at).split('\n').length;
const slotsOf = (sentence) => [...new Set([...sentence.matchAll(/\{(\w+)\}/g)].map((one) => one[1]))].sort();

/// Each sentence with whether it counts.
function keysOf(sources, problems) {
  const keys = new Map();
  for (const {file, text} of sources) {
    if (basename(file) === 'say.js') continue;
    for (const call of text.matchAll(/(?<![.\w])(say|mark|many)\(/g)) {
      const first = literalAt(text, call.index + call[0].length);
      const where = `${file}:${lineOf(text, call.index)}`;
      if (!first) {
        problems.push(`${where}: ${call[1]} takes a sentence as written; what stands in a table is marked there, and spoken here`);
        continue;
      }
      if (call[1] !== 'many') {
        keys.set(first.value, {counts: false, where});
        continue;
      }
      const comma = /^\s*,/.exec(text.slice(first.end));
      const second = comma && literalAt(text, first.end + comma[0].length);
      if (!second) problems.push(`${where}: many takes the sentence of one and that of more`);
      else keys.set(second.value, {counts: true, where});
    }
  }
  return keys;
}

/// Words between tags, and in the attributes that people read.
function unspoken(sources, problems) {
  const between = /(?<![=\s])>([^<>{}]*[A-Za-z]{2}[^<>{}]*)<(?=[/A-Za-z])/g;
  const attribute = /\s(?:title|label|hint|caption|empty|note|aria-label|placeholder|why)="([^"]*[A-Za-z]{2}[^"]*)"/g;
  for (const {file, text} of sources)
    if (file.endsWith('.jsx'))
      for (const pattern of [between, attribute])
        for (const found of text.matchAll(pattern)) {
          if (pattern === between && /^,|[;()]|&&|=>|\?/.test(found[1])) continue;
          if (/^\s*[A-Z]+\s*$/.test(found[1])) continue; // PDF
          problems.push(`${file}:${lineOf(text, found.index)}: '${found[1].trim()}' does not go through say`);
        }
}

function checked(language, locale, keys, codes, problems) {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const wrong = (key, what) => problems.push(`locales/${language}.json: '${key}' ${what}`);
  for (const [key, {counts, where}] of keys) {
    const text = locale[key];
    if (text === undefined) {
      wrong(key, `is missing (${where})`);
    } else if (counts) {
      for (const form of forms) if (typeof text !== 'object' || !text[form]) wrong(key, `lacks the form '${form}'`);
      // A form may leave a number to its words, as `two places`; what it names has to be there.
      const known = [...slotsOf(key), 'count'];
      for (const one of typeof text === 'object' ? Object.values(text) : []) {
        const other = slotsOf(one).filter((slot) => !known.includes(slot));
        if (other.length > 0) wrong(key, `has other slots: ${other.join(', ')}`);
      }
    } else if (typeof text !== 'string' || text === '') {
      wrong(key, 'is a text');
    } else if (slotsOf(text).join() !== slotsOf(key).join()) {
      wrong(key, `has other slots: ${slotsOf(text).join(', ') || 'none'}`);
    }
  }
  for (const one of codes) if (locale[one] === undefined) wrong(one, 'is missing: another locale has it');
  for (const key of Object.keys(locale)) if (!keys.has(key) && !key.startsWith(code)) wrong(key, 'is said nowhere');
}

/// Writes each locale beside the scripts, and gives their addresses by language.
export function writeLocales(here, assets) {
  const sources = sourcesOf(here);
  const problems = [];
  const keys = keysOf(sources, problems);
  unspoken(sources, problems);
  const locales = Object.fromEntries(
    readdirSync(join(here, 'locales')).sort().map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(here, 'locales', file), 'utf8'))]),
  );
  const codes = new Set(Object.values(locales).flatMap((one) => Object.keys(one).filter((key) => key.startsWith(code))));
  for (const [language, locale] of Object.entries(locales)) checked(language, locale, keys, codes, problems);
  if (problems.length > 0) throw new Error(`the pages' languages:\n${problems.join('\n')}`);
  return Object.fromEntries(
    Object.entries(locales).map(([language, locale]) => {
      const text = JSON.stringify(locale);
      const file = `locale-${language}-${createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()}.json`;
      writeFileSync(join(assets, file), text);
      return [language, `/assets/${file}`];
    }),
  );
}

/// For whoever translates: every sentence that is said.
export function sentences(here) {
  return [...keysOf(sourcesOf(here), [])].map(([key, {counts}]) => (counts ? `many: ${key}` : key));
}
