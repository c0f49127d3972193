// The language that a tenant's pages are read in by this browser: what the reader chose, else what a link or the account said.
import {ofBrowser} from './kept.js';

const chosen = (tenant) => `florin-language-${tenant}`;
const suggested = (tenant) => `florin-language-${tenant}-given`;

/// Empty: nobody has said anything, and the browser's own languages decide.
export const wantedLanguage = (tenant) => ofBrowser.getItem(chosen(tenant)) ?? ofBrowser.getItem(suggested(tenant)) ?? '';

const listeners = new Set();
export const onLanguage = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function keep(name, tenant, language) {
  ofBrowser.setItem(name, language);
  for (const one of listeners) one(wantedLanguage(tenant));
}
/// By the reader, who has the last word.
export const choose = (tenant, language) => keep(chosen(tenant), tenant, language);
/// By a link or by the account.
export const suggest = (tenant, language) => language && keep(suggested(tenant), tenant, language);

/// A language as its own speakers write it.
export function languageName(tag) {
  const name = new Intl.DisplayNames([tag], {type: 'language'}).of(tag);
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}
