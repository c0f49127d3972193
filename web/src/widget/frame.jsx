// The portal's pages in a frame of the tenant's own app: the same parts, without a shell. docs/widget.md
import {render} from 'preact';
import {useCallback, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {accountApi, askWith, onSession} from '../lib/api.js';
import {suggest} from '../lib/language.js';
import {Button, Failed, Loading, Shown, Strip, useLoaded} from '../lib/parts.jsx';
import {PaperProblem} from '../lib/papers.jsx';
import {InMemory, Link, useRoute} from '../lib/route.jsx';
import {say, spoken} from '../lib/say.js';
import {Offline} from '../lib/watch.jsx';
import {Billing} from '../portal/context.js';
import {useSpoken} from '../portal/language.jsx';
import {NotFound, pages, Strips} from '../portal/pages.jsx';
import {unfinished} from '../portal/pay.jsx';
import {guard} from './seen.js';

let outer = null; // the origin that has handed a token over; everything else is told there alone
const tell = (what, more = {}) => outer && parent.postMessage({florin: what, ...more}, outer);

/// What the page around this one gives: a token, a page, a language. Nothing else is taken, and from nobody else.
function useGiven() {
  const [given, setGiven] = useState(null);
  useEffect(() => {
    const heard = ({source, origin, data}) => {
      if (source !== parent || data?.florin !== 'token' || typeof data.token !== 'string' || !data.token.startsWith('fls_')) return;
      if (outer && origin !== outer) return;
      outer = origin;
      askWith(data.token);
      setGiven({token: data.token, page: String(data.page ?? ''), locale: String(data.locale ?? '')});
    };
    addEventListener('message', heard);
    parent.postMessage({florin: 'ready'}, '*'); // says nothing but that it listens
    return () => removeEventListener('message', heard);
  }, []);
  return given;
}

/// The frame is as high as what is in it.
function useHeight() {
  useEffect(() => {
    const observer = new ResizeObserver(() => tell('height', {height: Math.ceil(document.body.getBoundingClientRect().height)}));
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
}

/// A paper is fetched with the token and saved; what is somebody else's page opens in a tab of its own.
function useLinks(token) {
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const pressed = async (event) => {
      const link = event.target.closest?.('a[href]');
      if (!link || event.defaultPrevented) return;
      const href = link.getAttribute('href');
      if (href.startsWith('#') || href.startsWith('blob:')) return;
      event.preventDefault();
      if (!href.startsWith('/v1/')) return void open(href.startsWith('/provider/') ? `${href}&bearer=${encodeURIComponent(token)}` : href, '_blank', 'noopener,noreferrer');
      try {
        const {blob, name} = await accountApi('-', '-').bytes(href.replace(/\/html(?=$|\?)/, '/pdf'));
        const saved = Object.assign(document.createElement('a'), {href: URL.createObjectURL(blob), download: name});
        document.body.append(saved);
        saved.click();
        saved.remove();
        setTimeout(() => URL.revokeObjectURL(saved.href), 1000);
        setProblem(null);
      } catch (failed) {
        setProblem(failed);
      }
    };
    addEventListener('click', pressed);
    return () => removeEventListener('click', pressed);
  }, [token]);
  return problem;
}

function Frame() {
  const tenant = decodeURIComponent(location.pathname.split('/')[2] ?? '');
  const given = useGiven();
  useHeight();
  useEffect(() => suggest(tenant, given?.locale), [tenant, given?.locale]);
  const shown = useSpoken(tenant, (language) => accountApi(tenant, '-').presentation(language), [tenant]);
  useEffect(() => {
    if (shown.value?.accent) document.documentElement.style.setProperty('--tenant', shown.value.accent);
  }, [shown.value]);
  if (shown.problem) return <Failed problem={shown.problem} again={shown.again} />;
  if (!shown.value || !given) return <Loading lines={4} />;
  return (
    <Shown.Provider value={shown.value}>
      <InMemory key={given.page} first={given.page}>
        <Inside tenant={tenant} given={given} />
      </InMemory>
    </Shown.Provider>
  );
}

function Inside({tenant, given}) {
  const session = useLoaded(() => accountApi(tenant, '-').session(), [tenant], [given.token]);
  const [over, setOver] = useState(false);
  useEffect(
    () =>
      onSession(() => {
        setOver(true);
        tell('session_over');
      }),
    [],
  );
  useEffect(() => setOver(false), [given.token]);
  const kept = useRef(null);
  if (session.value) kept.current = session.value;
  return (
    <>
      <div aria-live="polite">
        {over && (
          <Strip kind="warn" title={say('Your session is over.')}>
            {say('Open the billing page again from your account to continue.')}
          </Strip>
        )}
      </div>
      {kept.current && <Page tenant={tenant} given={given} session={kept.current} />}
      {!kept.current && !over && (session.problem ? <Failed problem={session.problem} again={session.again} /> : <Loading lines={4} />)}
    </>
  );
}

function Page({tenant, given, session}) {
  const {path, go} = useRoute();
  const api = useMemo(() => accountApi(tenant, session.account), [tenant, session.account]);
  const account = useLoaded(() => api.shown(), [api]);
  const offer = useLoaded(() => api.get('/catalog'), [api], [account.value?.position]);
  const [refused, setRefused] = useState(null);
  const problem = useLinks(given.token);
  useEffect(() => guard(document.getElementById('app'), setRefused), []);
  useEffect(() => setRefused(null), [path]);
  useEffect(() => {
    unfinished(api).then((order) => order && go(`orders/${order}`));
  }, [api]);
  const told = useRef(new Set());
  const seen = useCallback((order) => {
    if (order.now.state !== 'paid' || told.current.has(order.id)) return;
    told.current.add(order.id);
    tell('done', {order: order.id});
  }, []);
  const billing = useMemo(
    () => ({api, session, account: account.value, offer: offer.value, again: account.again, problem: offer.problem, seen}),
    [api, session, account.value, offer.value, account.again, offer.problem],
  );
  const may = useMemo(() => Object.fromEntries((offer.value?.may ?? []).map((one) => [one.action, one])), [offer.value]);
  const [name, Shows] = pages[path.split('/')[0]] ?? [null, NotFound];
  const first = pages[given.page.split('/')[0]]?.[0];
  return (
    <Billing.Provider value={{...billing, may}}>
      <main id="main" class="widget">
        <Offline />
        {account.value && <Strips account={account.value} />}
        {path !== given.page && first && (
          <p>
            <Link to={given.page}>{spoken(first)}</Link>
          </p>
        )}
        <h1 tabIndex={-1}>{name ? spoken(name) : say('Not found')}</h1>
        {refused === 'early' && <Strip kind="warn" alert title={say('Please check the amount, then press again.')} />}
        {refused === 'blind' && (
          <Strip kind="warn" alert title={say('This browser does not say whether another page covers this one, so nothing is charged here.')} action={<Button onClick={() => tell('outside', {page: path})}>{say('Pay on the billing page')}</Button>} />
        )}
        {problem && <PaperProblem problem={problem} />}
        {account.problem && account.problem.status !== 401 && <Failed problem={account.problem} again={account.again} />}
        {!account.value && !account.problem && <Loading lines={6} />}
        {account.value && <Shows rest={path.split('/').slice(1)} />}
      </main>
    </Billing.Provider>
  );
}

document.body.classList.add('framed');
render(<Frame />, document.getElementById('app'));
