// Amounts and instants as people read them. Amounts stay decimal text all the way: nothing is added or rounded here.

const locale = navigator.language || 'en';

/// `49.00 USD` as `$49.00`.
export function money(text) {
  if (!text || text === '0') return text ?? '';
  const [amount, currency] = text.split(' ');
  if (!currency) return text;
  const decimals = amount.includes('.') ? amount.split('.')[1].length : 0;
  try {
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(amount);
  } catch {
    return text;
  }
}

/// A number for a field: `500.0000` is typed as 500.
export const plain = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/// How often a price is paid, for the cycles that have a common word.
export const each = (cycle) => ({monthly: 'a month', quarterly: 'a quarter', half_yearly: 'every half year', annual: 'a year'})[cycle] ?? '';

export const isZero = (text) => !text || /^-?[0.]+( |$)/.test(text);

/// A decimal number with its groups. Zeros behind the second decimal say nothing.
export function number(text) {
  const plain = String(text).replace(/(\.\d\d\d*?)0+$/, '$1');
  const decimals = plain.includes('.') ? plain.split('.')[1].length : 0;
  try {
    return new Intl.NumberFormat(locale, {minimumFractionDigits: decimals, maximumFractionDigits: decimals}).format(plain);
  } catch {
    return plain;
  }
}

/// `date`, `time` (with the day) or `day` in the tenant's zone.
export function instant(text, zone, how = 'date') {
  const at = new Date(text);
  const options = {timeZone: zone, day: 'numeric', month: 'short', year: 'numeric'};
  if (how === 'time') Object.assign(options, {hour: '2-digit', minute: '2-digit', timeZoneName: 'short'});
  if (how === 'clock')
    return new Intl.DateTimeFormat(locale, {timeZone: zone, hour: '2-digit', minute: '2-digit'}).format(at);
  return new Intl.DateTimeFormat(locale, options).format(at);
}

/// `2026-03-10`, a day as such, of no zone.
export const day = (text) => new Intl.DateTimeFormat(locale, {timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric'}).format(new Date(`${text}T00:00:00Z`));

/// What an id is called: as the tenant says, or made readable.
export function nameOf(names, id) {
  if (!id) return '';
  if (names?.[id]) return names[id];
  const readable = id.replaceAll('_', ' ');
  return readable.charAt(0).toUpperCase() + readable.slice(1);
}

/// `640 message` with the tenant's own word: `640 message credits`.
export function credits(names, text) {
  if (!text) return '';
  const [amount, type] = text.split(' ');
  return `${number(amount)} ${names?.[type] ?? type?.replaceAll('_', ' ') ?? ''}`.trim();
}

/// A line of an order in the tenant's own words: `growth, monthly` is `Growth, monthly`.
export function line(names, text) {
  return text
    .split(', ')
    .map((part, index) => {
      if (names?.[part]) return names[part];
      const counted = part.match(/^([0-9.]+) ([a-z0-9_-]+)$/);
      if (counted && names?.[counted[2]]) return `${number(counted[1])} ${names[counted[2]]}`;
      return index === 0 && /^[a-z0-9_-]+$/.test(part) ? nameOf(names, part) : part;
    })
    .join(', ')
    .replace(/^./, (first) => first.toUpperCase());
}
