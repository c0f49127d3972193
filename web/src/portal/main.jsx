import {render} from 'preact';
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {accountApi, exchange, onSession, ownSessions} from '../lib/api.js';
import {Button, Failed, Loading, Shown, Strip, useLoaded} from '../lib/parts.jsx';
import {Papers} from '../lib/papers.jsx';
import {Link, Routes, useRoute} from '../lib/route.jsx';
import {nameOf} from '../lib/format.js';
import {mark, say, spoken} from '../lib/say.js';
import {suggest} from '../lib/language.js';
import {Billing} from './context.js';
import {Languages, useSpoken} from './language.jsx';
import {Invited} from './invited.jsx';
import {NotFound, pages, Strips} from './pages.jsx';
import {PayLink} from './pay_link.jsx';
import {Return} from './return.jsx';
import {unfinished} from './pay.jsx';
import {Offline, SessionEnds} from '../lib/watch.jsx';

const rail = ['', 'plan', 'credits', 'usage', 'methods', 'invoices', 'members', 'manage', 'help'];

function Shell({session, api, shown}) {
  const {path, go} = useRoute();
  const [menu, setMenu] = useState(false);
  const account = useLoaded(() => api.shown(), [api]);
  const offer = useLoaded(() => api.get('/catalog'), [api], [account.value?.position]);
  const word = path.split('/')[0];
  const [name, Page] = pages[word] ?? [mark('Not found'), NotFound];
  const title = spoken(name);
  useEffect(() => {
    document.title = `${title} · ${shown.name}`;
    setMenu(false);
  }, [title, path]);
  // What was sent before a reload is looked up by its key, and never sent as another.
  useEffect(() => {
    unfinished(api).then((order) => order && go(`orders/${order}`, {replace: true}));
  }, [api]);
  const billing = useMemo(
    () => ({api, session, account: account.value, offer: offer.value, again: account.again, problem: offer.problem}),
    [api, session, account.value, offer.value, account.again, offer.problem],
  );
  const may = useMemo(() => Object.fromEntries((offer.value?.may ?? []).map((one) => [one.action, one])), [offer.value]);
  return (
    <Billing.Provider value={{...billing, may}}>
      <a class="skip" href="#main">
        {say('Skip to content')}
      </a>
      <header class="top">
        <span class="brand">
          <span class="dot" aria-hidden="true" />
          <span class="name">{shown.name}</span>
        </span>
        <span class="who soft">
          <bdi>{session.account}</bdi>
        </span>
        <Languages shown={shown} />
        <button class="button menu" type="button" aria-expanded={menu} aria-controls="rail" onClick={() => setMenu(!menu)}>
          {say('Menu')}
        </button>
        {shown.links.back && (
          <a class="back" href={session.return_url || shown.links.back}>
            {say('Back to {name}', {name: shown.name})}
          </a>
        )}
      </header>
      <div class="frame">
        <nav id="rail" class={menu ? 'rail open' : 'rail'} aria-label={say('Billing')}>
          {rail.map((to) => (
            <Link key={to} to={to} aria-current={word === to ? 'page' : undefined}>
              {spoken(pages[to][0])}
            </Link>
          ))}
        </nav>
        <main id="main">
          <Offline />
          <SessionEnds ask={api.session} />
          {shown.sandbox && (
            <Strip kind="info slim" title={say('Test mode.')}>
              {say('No money moves here.')}
            </Strip>
          )}
          {account.value && <Strips account={account.value} />}
          <h1 tabIndex={-1}>{title}</h1>
          {account.problem && account.problem.status !== 401 && <Failed problem={account.problem} again={account.again} />}
          {!account.value && !account.problem && <Loading lines={6} />}
          {account.value && <Page rest={path.split('/').slice(1)} />}
        </main>
      </div>
      <Papers />
      {(account.value || account.problem) && <Foot session={session} api={api} shown={shown} />}
    </Billing.Provider>
  );
}

function Foot({api, shown, session}) {
  const out = async () => {
    await api.signOut();
    location.assign(session.return_url || `/portal/${api.tenant}`);
  };
  return (
    <footer class="foot soft">
      {shown.seller && (
        <address>
          <bdi>
            {shown.seller.name}, {shown.seller.address.join(', ')}
          </bdi>
        </address>
      )}
      <div class="links">
        {['terms', 'privacy', 'support'].map(
          (name) =>
            shown.links[name] && (
              <a key={name} href={shown.links[name]} rel="noreferrer">
                {nameOf({}, name)}
              </a>
            ),
        )}
        <button type="button" class="text" onClick={out}>
          {say('Sign out')}
        </button>
      </div>
    </footer>
  );
}

/// Who comes by a link exchanges it; who was here has a cookie.
async function begin(tenant) {
  const words = new URLSearchParams(location.hash.slice(1));
  if (words.has('i')) {
    const session = await exchange(words.get('i'), crypto.randomUUID());
    suggest(tenant, session.locale);
    history.replaceState(null, '', `/portal/${tenant}/${session.account}`);
    return {...session, invited: true};
  }
  const code = words.get('c');
  if (code) {
    const kept = `florin-nonce-${code.slice(0, 12)}`;
    const nonce = sessionStorage.getItem(kept) ?? crypto.randomUUID();
    sessionStorage.setItem(kept, nonce);
    const session = await exchange(code, nonce);
    suggest(tenant, session.locale);
    sessionStorage.setItem(`florin-return-${tenant}`, session.return_url ?? '');
    const page = session.page && session.page !== 'billing' ? `/${session.page}` : '';
    history.replaceState(null, '', `/portal/${tenant}/${session.account}${page}`);
    return session;
  }
  const all = await ownSessions();
  const wanted = decodeURIComponent(location.pathname.split('/')[3] ?? '');
  const session = all.data.find((one) => one.tenant === tenant && (!wanted || one.account === wanted));
  if (session && !wanted) history.replaceState(null, '', `/portal/${tenant}/${session.account}`);
  return session && {...session, return_url: sessionStorage.getItem(`florin-return-${tenant}`) || null};
}

function SignedOut({shown, why}) {
  return (
    <main class="alone">
      <div class="card">
        <h1>{shown?.name ?? say('Billing')}</h1>
        <p>{why ?? say('Your session is over.')}</p>
        <p class="soft">
          {say('Open the billing page again from your account.')}{' '}
          {shown?.seller?.contact && say('Or write to {address}.', {address: <a href={`mailto:${shown.seller.contact}`}>{shown.seller.contact}</a>})}
        </p>
        {shown?.links.back && (
          <a class="button primary" href={shown.links.back}>
            {say('Back to {name}', {name: shown.name})}
          </a>
        )}
      </div>
    </main>
  );
}

/// Whatever of the portal needs no session goes first.
function Entry() {
  const words = location.pathname.split('/').map(decodeURIComponent);
  if (words[1] === 'pay') return <PayLink token={words[2]} />;
  return <Portal coming={words[3] === 'return' && words.length === 4} />;
}

function Portal({coming}) {
  const tenant = decodeURIComponent(location.pathname.split('/')[2] ?? '');
  const shown = useSpoken(tenant, (language) => accountApi(tenant, '-').presentation(language), [tenant]);
  const begun = useRef(false); // from then on another language changes the words alone
  const [session, setSession] = useState(undefined);
  const [over, setOver] = useState(null);
  useEffect(() => {
    if (coming) return undefined;
    begin(tenant).then(
      (found) => setSession(found ?? null),
      (problem) => {
        setOver(problem.message);
        setSession(null);
      },
    );
    return onSession(() => setOver(say('Your session is over. What you typed is still here; open the page again to continue.')));
  }, [tenant]);
  useEffect(() => {
    if (shown.value?.accent) document.documentElement.style.setProperty('--tenant', shown.value.accent);
  }, [shown.value]);
  const api = useMemo(() => session && accountApi(tenant, session.account), [tenant, session]);
  if (shown.problem) return <SignedOut why={say('There is no billing page at this address.')} />;
  if (coming && shown.value) return <Return tenant={tenant} shown={shown.value} />;
  if (!shown.value || session === undefined || !(shown.settled || begun.current)) return <Loading lines={4} />;
  begun.current = true;
  if (!session) return <SignedOut shown={shown.value} why={over} />;
  if (session.invited)
    return (
      <Shown.Provider value={shown.value}>
        <Invited api={api} session={session} accepted={() => setSession({...session, invited: false})} />
      </Shown.Provider>
    );
  return (
    <Shown.Provider value={shown.value}>
      <Routes base={`/portal/${tenant}/${encodeURIComponent(session.account)}`}>
        {over && (
          <Strip kind="bad" alert title={say('Your session is over.')} action={<Button onClick={() => setOver(null)}>{say('Close')}</Button>}>
            {say('Open the billing page again from your account to continue.')}
          </Strip>
        )}
        <Shell session={session} api={api} shown={shown.value} />
      </Routes>
    </Shown.Provider>
  );
}

render(<Entry />, document.getElementById('app'));
