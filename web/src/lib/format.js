// Amounts and instants as people read them. Amounts stay decimal text all the way: nothing is added or rounded here.
import {languageNow, localeNow, many, say, spoken} from './say.js';

/// `49.00 USD` as `$49.00`.
export function money(text) {
  if (!text || text === '0') return text ?? '';
  const [amount, currency] = text.split(' ');
  if (!currency) return text;
  const decimals = amount.includes('.') ? amount.split('.')[1].length : 0;
  try {
    const shown = new Intl.NumberFormat(localeNow(), {
      style: 'currency',
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(amount);
    // Turned, `4.90 US$` would be read as `$US 4.90`.
    return shown.includes('\u200f') ? `\u2066${shown.replaceAll('\u200f', '')}\u2069` : shown;
  } catch {
    return text;
  }
}

/// A number for a field: `500.0000` is typed as 500.
export const plain = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/// How often a price is paid, for the cycles that have a common word.
export const each = (cycle) =>
  ({monthly: say('a month'), quarterly: say('a quarter'), half_yearly: say('every half year'), annual: say('a year')})[cycle] ?? '';

export const isZero = (text) => !text || /^-?[0.]+( |$)/.test(text);

/// A decimal number with its groups. Zeros behind the second decimal say nothing.
export function number(text) {
  const plain = String(text).replace(/(\.\d\d\d*?)0+$/, '$1');
  const decimals = plain.includes('.') ? plain.split('.')[1].length : 0;
  try {
    return new Intl.NumberFormat(localeNow(), {minimumFractionDigits: decimals, maximumFractionDigits: decimals}).format(plain);
  } catch {
    return plain;
  }
}

/// `30 days`, as the host writes a span.
export function span(text) {
  const found = String(text).match(/^(\d+) (second|minute|hour|day|week|month|year)s?$/);
  return found ? new Intl.NumberFormat(localeNow(), {style: 'unit', unit: found[2], unitDisplay: 'long'}).format(found[1]) : text;
}

/// `date`, `time` (with the day) or `day` in the tenant's zone.
export function instant(text, zone, how = 'date') {
  const at = new Date(text);
  const options = {timeZone: zone, day: 'numeric', month: 'short', year: 'numeric'};
  if (how === 'time') Object.assign(options, {hour: '2-digit', minute: '2-digit', timeZoneName: 'short'});
  if (how === 'clock')
    return new Intl.DateTimeFormat(localeNow(), {timeZone: zone, hour: '2-digit', minute: '2-digit'}).format(at);
  return new Intl.DateTimeFormat(localeNow(), options).format(at);
}

/// `2026-03-10`, a day as such, of no zone.
export const day = (text) => new Intl.DateTimeFormat(localeNow(), {timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric'}).format(new Date(`${text}T00:00:00Z`));

/// What an id is called: as the tenant says, or made readable.
export function nameOf(names, id) {
  if (!id) return '';
  if (names?.[id]) return names[id];
  const readable = id.replaceAll('_', ' ');
  return spoken(readable.charAt(0).toUpperCase() + readable.slice(1));
}

/// The same inside a line, where English writes small letters.
export const wordOf = (id) => spoken(id.replaceAll('_', ' '));

/// `640 message` with the tenant's own word: `640 message credits`.
export function credits(names, text) {
  if (!text) return '';
  const [amount, type] = text.split(' ');
  return `${number(amount)} ${names?.[type] ?? type?.replaceAll('_', ' ') ?? ''}`.trim();
}

/// What the host adds to a name in a line: how long, and why it is not the whole.
function lineWords(names, part) {
  let found = part.match(/^difference for (\d+) of (\d+) days$/);
  if (found) return many('difference for {left} of {count} day', 'difference for {left} of {count} days', found[2], {left: found[1]});
  found = part.match(/^less (\d+) of (\d+) days of ([a-z0-9_-]+)$/);
  if (found)
    return many('less {left} of {count} day of {what}', 'less {left} of {count} days of {what}', found[2], {left: found[1], what: nameOf(names, found[3])});
  found = part.match(/^what is missing of ([0-9.]+ [A-Z]{3})$/);
  if (found) return say('what is missing of {amount}', {amount: money(found[1])});
  if (part === 'on the invoice of the next renewal') return say('on the invoice of the next renewal');
  if (part === 'monthly minimum') return say('monthly minimum');
  if (['monthly', 'quarterly', 'half_yearly', 'annual'].includes(part)) return nameOf(names, part).toLocaleLowerCase(localeNow());
  return null;
}

/// A line of an order in the tenant's own words: `growth, monthly` is `Growth, monthly`.
export function line(names, text) {
  const dated = text.match(/^(\d{4}-\d\d-\d\d): (.*)$/);
  if (dated) return `${day(dated[1])}: ${line(names, dated[2])}`;
  return text
    .split(', ')
    .map((part, index) => {
      if (names?.[part]) return names[part];
      const counted = part.match(/^([0-9.]+) ([a-z0-9_-]+)$/);
      if (counted && names?.[counted[2]]) return `${number(counted[1])} ${names[counted[2]]}`;
      const known = lineWords(names, part);
      if (known) return known;
      return index === 0 && /^[a-z0-9_-]+$/.test(part) ? nameOf(names, part) : part;
    })
    .join(languageNow() === 'ar' ? '، ' : ', ')
    .replace(/^./, (first) => first.toUpperCase());
}
