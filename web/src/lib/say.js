// What people read, in their language. The English sentence is its own key; web/locales has the others, and build.mjs holds
// them against the sources. docs/decisions/0290-languages-of-pages.md

/// Where each locale is served: put in by build.mjs.
const files = typeof LOCALES === 'undefined' ? {} : LOCALES;
const rightToLeft = ['ar'];

/// The languages that these pages speak.
export const spokenHere = ['en', ...Object.keys(files)];

let texts = {};
let messages = {};
let gates = {};
let language = 'en';
let locale = navigator.language || 'en';
let plurals = new Intl.PluralRules('en');
let turned = false;

/// For `Intl`. Figures stay those that are typed and that stand on documents.
export const localeNow = () => locale;
export const languageNow = () => language;

const primary = (tag) => String(tag).split('-')[0].toLowerCase();

/// The first of `wanted` that is among `known`; none: null.
export const bestOf = (wanted, known) => wanted.map(primary).find((one) => known.includes(one)) ?? null;

/// In the reader's own region where that speaks the language: dates of Britain are not those of the United States.
function localeOf(tag) {
  const own = navigator.languages?.find((one) => primary(one) === tag) ?? tag;
  return new Intl.Locale(own, {numberingSystem: 'latn', calendar: 'gregory'}).toString();
}

/// From now on everything is said in that language; `own` are the tenant's sentences for refusals, by code, and `ofGates` those of
/// its gates, by the sentence that was decided with. A locale that cannot be read leaves English.
export async function speak(tag, own = {}, ofGates = {}) {
  let read = {};
  let spoken = tag;
  if (files[tag]) {
    const answer = await fetch(files[tag]).catch(() => null);
    read = answer?.ok ? await answer.json() : {};
    if (!answer?.ok) spoken = 'en';
  } else if (tag !== 'en') {
    spoken = 'en';
  }
  texts = read;
  messages = own;
  gates = ofGates;
  language = spoken;
  turned = rightToLeft.includes(spoken);
  plurals = new Intl.PluralRules(spoken);
  locale = localeOf(spoken);
  document.documentElement.lang = spoken;
  document.documentElement.dir = turned ? 'rtl' : 'ltr';
}

/// As the browser asks for it: of a page that has no tenant, and of the console, which is English.
export const speakAsTheBrowser = () => speak(bestOf(navigator.languages ?? [], spokenHere) ?? 'en');

/// A value inside a sentence turns no direction of writing.
const apart = (value) => (turned && typeof value !== 'object' ? `\u2068${value}\u2069` : value);

function filled(sentence, slots) {
  if (!slots) return sentence;
  const parts = sentence.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : apart(slots[part] ?? '')));
  return parts.some((part) => typeof part === 'object') ? parts.filter((part) => part !== '') : parts.join('');
}

/// `say('Usage stops on {day}.', {day: <When/>})`: a text, or an array where a value is an element.
export const say = (sentence, slots) => filled(texts[sentence] ?? sentence, slots);

/// The sentence for that many: `many('{count} licence', '{count} licences', 3)`.
export function many(one, more, count, slots) {
  const forms = texts[more];
  const form = plurals.select(Number(count));
  return filled(forms ? (forms[form] ?? forms.other) : form === 'one' ? one : more, {count, ...slots});
}

/// A sentence in a table at the top of a module, so that the build finds it; `spoken` says it when it is shown.
export const mark = (sentence) => sentence;
/// What was marked. A text that nobody knows stays as it is.
export const spoken = (text) => (typeof texts[text] === 'string' ? texts[text] : text);

/// A refusal by its code: as the tenant says it, else in the reader's language, else as the host says it.
export const refusal = (code, sentence) => (code === 'gate_closed' ? gates[sentence] : (messages[code] ?? texts[`code: ${code}`])) ?? sentence;
