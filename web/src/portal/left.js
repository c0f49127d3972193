// Where a customer left for a bank's page, so that the way back leads to the same place. It is no proof of anything.

const kept = (tenant) => `florin-left-${tenant}`;

/// `path` is an address of this host: where the customer goes on after coming back.
export const leave = (tenant, path) => sessionStorage.setItem(kept(tenant), path);

/// None: the customer left in another browser, or long ago.
export function leftFrom(tenant) {
  const path = sessionStorage.getItem(kept(tenant));
  sessionStorage.removeItem(kept(tenant));
  return path && /^\/(portal|pay)\/[^/\\]/.test(path) ? path : null;
}
