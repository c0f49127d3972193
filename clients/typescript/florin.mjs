// @ts-check
/**
 * Florin's HTTP API for Node 18 and browsers, without dependencies. Every command is a method of `account(id)`; types of the
 * commands' fields are made of docs/openapi.json (see README.md). Whatever may be sent again is sent again, with the same key.
 */

/** @typedef {{pointer: string, code: string, message: string, hint: string|null}} FieldError */
/** @typedef {{id: number, total: string, now: {state: string, invoice: string|null, action: any, decline: any, next: string|null}}} OrderNow */
/** @typedef {{position: number, at: string, again: boolean, etag: string|null, order: OrderNow|null, hold: number|null}} Done */
/** @typedef {{type: string, timestamp: string, id: string, tenant: string, mode: string, account: string|null, position: number, data: any}} Event */

/** What the API refuses, or could not do. `code` is for programs, `message` for the customer. */
export class FlorinProblem extends Error {
  /** @param {any} problem @param {number} status */
  constructor(problem, status) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = 'FlorinProblem';
    this.status = status;
    /** @type {string} */
    this.code = problem.code ?? 'unknown';
    /** @type {Record<string, string>} */
    this.values = problem.values ?? {};
    /** @type {FieldError[]} */
    this.errors = problem.errors ?? [];
    /** @type {string|null} */
    this.rule = problem.rule ?? null;
    /** @type {string|null} */
    this.request = problem.request ?? null;
    this.etag = problem.etag ?? null;
    /** Seconds until it may be asked again, if the server says so. @type {number|null} */
    this.retryAfter = null;
  }
}

const again = new Set([408, 429, 502, 503, 504]);
/** Seconds: who is asked to wait longer is told so, and nobody sleeps on it. */
const longestPause = 30;

export class Florin {
  /**
   * @param {object} options
   * @param {string} options.api       `https://billing.example/v1/callloop`
   * @param {string} options.key       `fl_live_…`, or the token of a session
   * @param {string} [options.actor]   who asks, as `owner:ann`; the key needs `act_as`
   * @param {number} [options.tries]   of one request, the first among them
   * @param {number} [options.timeout] of one try, in seconds
   * @param {typeof fetch} [options.fetch]
   */
  constructor({ api, key, actor, tries = 4, timeout = 40, fetch: way = globalThis.fetch }) {
    if (!api || !key) throw new TypeError('api and key are needed');
    this.api = api.replace(/\/$/, '');
    this.key = key;
    this.actor = actor;
    this.tries = tries;
    this.timeout = timeout;
    this.fetch = way;
  }

  /**
   * One request, sent again with the same key while that can help.
   * @param {string} method @param {string} path
   * @param {{body?: any, key?: string, wait?: number, ifMatch?: string, query?: Record<string, any>, signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async request(method, path, { body, key, wait, ifMatch, query, signal } = {}) {
    const url = new URL(`${this.api}/${path}`);
    for (const [name, value] of Object.entries(query ?? {})) if (value != null) url.searchParams.set(name, String(value));
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.key}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (key) headers['Idempotency-Key'] = key;
    if (wait) headers.Prefer = `wait=${wait}`;
    if (ifMatch) headers['If-Match'] = ifMatch;
    if (this.actor) headers['Florin-Actor'] = this.actor;
    const repeatable = method === 'GET' || key !== undefined || path === 'usage' || /\b(check|quote)$/.test(path);
    for (let tried = 1; ; ++tried) {
      let answer, text;
      try {
        ({ answer, text } = await this.once(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }, signal));
      } catch (error) {
        if (signal?.aborted || !repeatable || tried >= this.tries) throw error;
        await pause(tried);
        continue;
      }
      const read = text ? parsed(text) : null;
      if (answer.ok) return read;
      const problem = new FlorinProblem(read ?? {}, answer.status);
      const wait = answer.headers.get('Retry-After');
      problem.retryAfter = wait !== null && /^\d+$/.test(wait) ? Number(wait) : null;
      if (!again.has(answer.status) || !repeatable || tried >= this.tries || (problem.retryAfter ?? 0) > longestPause) throw problem;
      await pause(tried, problem.retryAfter);
    }
  }

  /** One try, until its last byte. @param {URL} url @param {RequestInit} request @param {AbortSignal} [signal] */
  async once(url, request, signal) {
    const ends = new AbortController();
    const end = () => ends.abort(signal?.reason);
    const late = setTimeout(() => ends.abort(new Error('no answer in time')), this.timeout * 1000);
    signal?.addEventListener('abort', end);
    try {
      const answer = await this.fetch(url, { ...request, signal: ends.signal });
      return { answer, text: await answer.text() };
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', end);
    }
  }

  /** @param {string} id */
  account(id) {
    return new Account(this, id);
  }

  /**
   * Debits and holds, each with its own key; as many as there are, 1,000 in one request. The answers are in their order.
   * Lines that were not taken because the host was busy, or not the owner, go again.
   * @param {Array<Record<string, any>>} lines
   * @returns {Promise<Array<{key: string, position?: number, debited?: string|null, hold?: number|null, problem?: any}>>}
   */
  async usage(lines) {
    const answers = [];
    for (let from = 0; from < lines.length; from += 1000)
      answers.push(...(await this.request('POST', 'usage', { body: lines.slice(from, from + 1000) })));
    for (let tried = 1; tried < this.tries; ++tried) {
      const open = answers.flatMap((one, i) => (again.has(one.problem?.status) ? [i] : [])).slice(0, 1000);
      if (open.length === 0) break;
      await pause(tried);
      const anew = await this.request('POST', 'usage', { body: open.map((i) => lines[i]) });
      open.forEach((i, place) => (answers[i] = anew[place]));
    }
    return answers;
  }

  /**
   * All events from a position on, and what happens later, until `signal` ends it.
   * @param {{after?: string|number, types?: string[], signal?: AbortSignal, wait?: number}} [options]
   * @returns {AsyncGenerator<Event>}
   */
  async *events({ after = '0', types, signal, wait = 20 } = {}) {
    while (!signal?.aborted) {
      const page = await this.request('GET', 'events', { query: { after, types: types?.join(','), wait: wait || undefined }, signal });
      yield* page.data;
      after = page.next;
      if (!wait && !page.more && page.data.length === 0) return;
    }
  }

  /**
   * Every row of a list, page by page.
   * @param {string} path @param {Record<string, any>} [query]
   * @returns {AsyncGenerator<any>}
   */
  async *all(path, query = {}) {
    let after;
    do {
      const page = await this.request('GET', path, { query: { ...query, after } });
      yield* page.data;
      after = page.next;
    } while (after);
  }

  /** @param {string} name @param {any} [fields] @param {{key: string}} options  A command of the whole tenant. */
  command(name, fields = {}, { key }) {
    return this.request('POST', name, { body: fields, key });
  }
}

/**
 * One account. A command is `do(name, fields, {key})`; the key is yours, best the id of what you do: the same key happens once.
 */
export class Account {
  /** @param {Florin} florin @param {string} id */
  constructor(florin, id) {
    this.florin = florin;
    this.id = id;
    this.path = `accounts/${encodeURIComponent(id)}`;
  }

  /**
   * @param {string} name  `subscribe`, `buy_credits`, … docs/commands.md
   * @param {Record<string, any>} fields
   * @param {{key: string, wait?: number, ifMatch?: string}} options  key: `zoe:` is put before it where it has no colon
   * @returns {Promise<Done>}
   */
  do(name, fields, { key, wait, ifMatch }) {
    if (!key) throw new TypeError('a command needs a key: sent again with the same key it happens once');
    const own = key.includes(':') ? key : `${this.id}:${key}`;
    return this.florin.request('POST', `${this.path}/${name}`, { body: fields, key: own, wait, ifMatch });
  }

  /** @param {string} name @param {Record<string, any>} fields  What it would do; `agreed` is to be sent back. */
  quote(name, fields) {
    return this.florin.request('POST', `${this.path}/quote`, { body: { [name]: fields }, key: undefined });
  }

  /**
   * Quotes, then does what was quoted, for that total and no other. For the moment at which somebody agrees: a job that may
   * run twice keeps `agreed` of its quote and calls do() with it, so that its key always goes with the same content.
   * @param {string} name @param {Record<string, any>} fields @param {{key: string, wait?: number}} options
   */
  async agree(name, fields, options) {
    const quoted = await this.quote(name, fields);
    if (quoted.refused) throw new FlorinProblem({ ...quoted.refused, detail: quoted.refused.text ?? quoted.refused.detail }, 422);
    return this.do(name, { ...fields, agreed: quoted.agreed }, options);
  }

  /** @param {Record<string, any>} use */
  check(use) {
    return this.florin.request('POST', `${this.path}/check`, { body: use });
  }
  get() {
    return this.florin.request('GET', this.path);
  }
  catalog() {
    return this.florin.request('GET', `${this.path}/catalog`);
  }
  /** @param {number} order @param {number} [wait]  seconds until it changes */
  order(order, wait) {
    return this.florin.request('GET', `${this.path}/orders/${order}`, { query: { wait } });
  }
  /** Waits until nothing more happens to an order by itself. @param {number} order @param {number} [seconds] */
  async settled(order, seconds = 60) {
    const until = Date.now() + seconds * 1000;
    for (;;) {
      const now = await this.order(order, 20);
      if (!['processing', 'pending', 'unknown'].includes(now.now.state) || Date.now() > until) return now;
    }
  }
  /** @param {{member?: string, role?: string, page?: string, locale?: string, return_url?: string, kind?: 'link'|'token'}} [words] */
  portal(words = {}) {
    return this.florin.request('POST', `${this.path}/portal_sessions`, { body: words });
  }
  /** @param {'orders'|'documents'|'grants'|'refunds'|'history'} what */
  list(what) {
    return this.florin.all(`${this.path}/${what}`);
  }
}

/**
 * Whether a webhook is Florin's, by Standard Webhooks, in Node and in browsers.
 * @param {Record<string, string|undefined>} headers  names in lower case
 * @param {string} body  as it came
 * @param {string|string[]} secrets  `whsec_…`
 */
export async function verifyWebhook(headers, body, secrets, now = Date.now() / 1000) {
  const id = headers['webhook-id'] ?? '';
  const at = headers['webhook-timestamp'] ?? '';
  if (!id || !/^\d+$/.test(at) || Math.abs(now - Number(at)) > 300) return false;
  const given = (headers['webhook-signature'] ?? '').split(' ').filter((one) => one.startsWith('v1,')).map((one) => one.slice(3));
  const subtle = (globalThis.crypto ?? (await import('node:crypto')).webcrypto).subtle;
  for (const secret of [secrets].flat()) {
    const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (c) => c.charCodeAt(0));
    const key = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const mac = new Uint8Array(await subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${at}.${body}`)));
    const text = btoa(String.fromCharCode(...mac));
    if (given.some((one) => sameText(one, text))) return true;
  }
  return false;
}

/** @param {string} a @param {string} b  In a time that says nothing of where they differ. */
function sameText(a, b) {
  let differs = a.length ^ b.length;
  for (let i = 0; i < b.length; ++i) differs |= a.charCodeAt(i % (a.length || 1)) ^ b.charCodeAt(i);
  return differs === 0;
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: 'the answer is not JSON' };
  }
}

/** @param {number} tried @param {number|null} [seconds] */
function pause(tried, seconds) {
  const longest = 200 * 2 ** tried;
  return new Promise((done) => setTimeout(done, seconds != null ? seconds * 1000 : longest / 2 + Math.random() * (longest / 2)));
}
