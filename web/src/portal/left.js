// Where a customer left for a bank's page, so that the way back leads to the same place. It is no proof of anything.

import {ofTab} from '../lib/kept.js';

const kept = (tenant) => `florin-left-${tenant}`;

/// `path` is an address of this host: where the customer goes on after coming back.
export const leave = (tenant, path) => ofTab.setItem(kept(tenant), path);

/// None: the customer left in another browser, or long ago.
export function leftFrom(tenant) {
  const path = ofTab.getItem(kept(tenant));
  ofTab.removeItem(kept(tenant));
  return path && /^\/(portal|pay)\/[^/\\]/.test(path) ? path : null;
}

/// What the provider's page has sent along, for the processor: its plugin says what it is good for.
export const broughtBack = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/// Has the processors asked now. `answer` is handed to the one that can take it; without it nothing is lost but time.
export async function tellReturn(api, order, key, answer = {}) {
  const body = order ? {order} : {};
  if (Object.keys(answer).length > 0) {
    const told = await api.command('customer_returned', {...body, answer}, key()).then(
      () => true,
      () => false,
    );
    if (told) return;
  }
  await api.command('customer_returned', body, key()).catch(() => {});
}
