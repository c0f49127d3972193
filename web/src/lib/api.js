// The API of the host that this page came from. A page says who it is by its cookie alone.
import {refusal, say} from './say.js';

const sentence = (text) => text && text.charAt(0).toUpperCase() + text.slice(1);

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ? sentence(refusal(body.code, body.detail)) : say('The server could not be reached.'));
    this.status = status;
    this.code = body?.code ?? 'unreachable';
    this.rule = body?.rule ?? null;
    this.request = body?.request ?? null;
    this.detail = body?.detail ?? ''; // the host's own, with what is staff's to know
    this.values = body?.values ?? {};
    this.errors = body?.errors ?? [];
  }
  // Whether the request may have been carried out all the same.
  get unsure() {
    return this.status === 0 || this.status >= 500;
  }
}

/// When this browser last had an answer: a session goes on from there.
let answeredAt = Date.now(), serverTime = 0;
export const lastAnswer = () => answeredAt;
/// What the server's clock said then, in milliseconds: this browser's may be wrong.
export const serverSaid = () => serverTime;

let bearer = null;
/// In a frame of somebody else's page there is no cookie: whoever embeds it hands a token over, which is kept in memory alone.
export const askWith = (token) => {
  bearer = token;
};

const listeners = new Set();
/// Called when the session is over, or goes on.
export const onSession = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/// `body` is JSON, unless `headers` say what it is.
async function request(method, path, body, headers = {}) {
  let response;
  if (bearer) headers = {Authorization: `Bearer ${bearer}`, ...headers};
  try {
    response = await fetch(path, {
      method,
      credentials: bearer ? 'omit' : 'same-origin',
      headers: body === undefined ? headers : {'Content-Type': 'application/json', ...headers},
      body: body === undefined || headers['Content-Type'] ? body : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, null);
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    if (response.ok) throw new Problem(0, null);
  }
  answeredAt = Date.now();
  serverTime = Date.parse(response.headers.get('date')) || answeredAt;
  if (!response.ok) {
    const problem = new Problem(response.status, answer);
    if (response.status === 401 || problem.code === 'session_over') for (const one of listeners) one('over');
    throw problem;
  }
  return answer;
}

export const exchange = (code, nonce) => request('POST', '/sessions', {code, nonce});
/// What a link that was sent leads to; it signs nobody in.
export const sentLink = (token) => request('POST', '/sessions', {code: token, nonce: 'link'});

/// One order, for whoever has its link.
export function payApi(link, token) {
  const of = `/v1/${encodeURIComponent(link.tenant)}`;
  const base = `${of}/accounts/${encodeURIComponent(link.account)}`;
  const own = {Authorization: `Bearer ${token}`};
  return {
    tenant: link.tenant,
    account: `order-${link.order}`,
    get: (path) => request('GET', `${base}/orders/${link.order}${path}`, undefined, own),
    presentation: (language) => request('GET', `${of}/presentation${language ? `?language=${language}` : ''}`),
    command: (name, body, key) => request('POST', `${base}/${name}`, body, {'Idempotency-Key': key, Prefer: 'wait=8', ...own}),
    paperBytes: async (number, form) => {
      const answer = await fetch(`${base}/documents/${number}/${form}`, {headers: own});
      if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => null));
      return answer.blob();
    },
  };
}
export const ownSessions = () => request('GET', '/sessions');

/// The clock of a sandbox, and whether it can be moved.
export const hostClock = () => request('GET', '/host/clock').catch(() => ({virtual: false}));
export const moveClock = (to) => request('POST', '/host/clock', {to});

/// Everything of one account of one tenant.
export function accountApi(tenant, account) {
  const of = `/v1/${encodeURIComponent(tenant)}`;
  const base = `${of}/accounts/${encodeURIComponent(account)}`;
  return {
    tenant,
    account,
    base,
    get: (path = '') => request('GET', base + path),
    /// The account as a page shows it, with the newest order that it had then: read first, so that none is newer than what
    /// is shown.
    shown: async () => {
      const newest = (await request('GET', `${base}/orders?limit=1`)).data[0]?.id ?? 0;
      return {...(await request('GET', base)), newest_order: newest};
    },
    post: (path, body) => request('POST', base + path, body),
    presentation: (language) => request('GET', `${of}/presentation${language ? `?language=${language}` : ''}`),
    session: () => request('GET', `${of}/session`),
    signOut: () => request('POST', `${of}/session/end`, {}),
    quote: (name, body) => request('POST', `${base}/quote`, {[name]: body}),
    command: (name, body, key, etag) =>
      request('POST', `${base}/${name}`, body, {
        'Idempotency-Key': key,
        Prefer: 'wait=8',
        ...(etag ? {'If-Match': etag} : {}),
      }),
    /// The bytes of a paper, with what the answer calls them.
    bytes: async (path) => {
      const answer = await fetch(path, {credentials: 'omit', headers: {Authorization: `Bearer ${bearer}`}});
      if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => null));
      return {blob: await answer.blob(), name: /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'document'};
    },
    paper: (number, form) => `${base}/documents/${encodeURIComponent(number)}/${form}`,
  };
}

/// Everything of one tenant, for staff.
export function tenantApi(tenant) {
  const base = `/v1/${encodeURIComponent(tenant)}`;
  return {
    tenant,
    get: (path) => request('GET', base + path),
    post: (path, body, key) => request('POST', base + path, body, key ? {'Idempotency-Key': key} : {}),
    /// A text as it is, such as a tenant's file.
    file: (path, text) => request('POST', base + path, text, {'Content-Type': 'application/yaml'}),
    presentation: () => request('GET', `${base}/presentation?language=en`),
    signOut: () => request('POST', `${base}/session/end`, {}),
  };
}

export function drawKey(account) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `${account}:page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
