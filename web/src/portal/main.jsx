import {render} from 'preact';
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {accountApi, exchange, onSession, ownSessions} from '../lib/api.js';
import {Amount, Button, Failed, Loading, Shown, Strip, useLoaded} from '../lib/parts.jsx';
import {Link, Routes, useRoute} from '../lib/route.jsx';
import {When} from '../lib/parts.jsx';
import {nameOf} from '../lib/format.js';
import {mark, say, spoken} from '../lib/say.js';
import {suggest} from '../lib/language.js';
import {Billing} from './context.js';
import {Languages, useSpoken} from './language.jsx';
import {Overview} from './overview.jsx';
import {ChangePlan} from './plan.jsx';
import {BuyCredits} from './credits.jsx';
import {Methods} from './methods.jsx';
import {Invoices} from './invoices.jsx';
import {Usage} from './usage.jsx';
import {Members} from './members.jsx';
import {Help} from './help.jsx';
import {Manage} from './manage.jsx';
import {OrderPage} from './order.jsx';
import {Invited} from './invited.jsx';
import {PayLink} from './pay_link.jsx';
import {Return} from './return.jsx';
import {unfinished} from './pay.jsx';
import {Offline, SessionEnds} from '../lib/watch.jsx';

const pages = {
  '': [mark('Plan & billing'), Overview],
  plan: [mark('Change plan'), ChangePlan],
  credits: [mark('Credits'), BuyCredits],
  usage: [mark('Usage'), Usage],
  methods: [mark('Payment methods'), Methods],
  invoices: [mark('Invoices'), Invoices],
  members: [mark('Members'), Members],
  manage: [mark('Cancel, pause, refunds'), Manage],
  help: [mark('Help'), Help],
  orders: [mark('Payment'), OrderPage],
};
const rail = ['', 'plan', 'credits', 'usage', 'methods', 'invoices', 'members', 'manage', 'help'];

/// What stops when, by the tenant's schedule.
function Then({dunning}) {
  if (!dunning) return null;
  return (
    <>
      {dunning.usage_stopped && <> {say('Usage is stopped until it is paid.')}</>}
      {!dunning.usage_stopped && dunning.usage_stops_at && <> {say('Usage stops on {day}.', {day: <When at={dunning.usage_stops_at} />})}</>}
      {dunning.plan_ends_at && <> {say('The plan ends on {day}.', {day: <When at={dunning.plan_ends_at} />})}</>}
    </>
  );
}

function Strips({account}) {
  const strips = [];
  const overdue = account.open_orders.find((order) => account.past_due_since && order.now.state !== 'paid');
  if (account.blocked)
    strips.push(
      <Strip key="blocked" kind="bad" title={say('This account is blocked.')}>
        {say('A payment was disputed. Write to us so that we can sort it out.')}
      </Strip>,
    );
  if (overdue)
    strips.push(
      <Strip
        key="due"
        kind="bad"
        title={say('{amount} could not be paid.', {amount: <Amount value={overdue.total} />})}
        action={
          <Link class="button primary" to={`orders/${overdue.id}`}>
            {say('Pay now')}
          </Link>
        }
      >
        {say('A payment is due since {day}.', {day: <When at={account.past_due_since} />})}
        <Then dunning={account.dunning} />
      </Strip>,
    );
  if (account.frozen)
    strips.push(
      <Strip key="frozen" kind="warn" title={say('A refund is being decided.')}>
        {say('Nothing is charged and nothing can be used until then.')}
      </Strip>,
    );
  if (account.subscription?.paused_since)
    strips.push(
      <Strip key="paused" kind="info" title={say('Your plan is paused.')} action={<Link to="manage">{say('Resume')}</Link>}>
        {say('It goes on by itself on {day}.', {day: <When at={account.subscription.resumes_at} />})}
      </Strip>,
    );
  if (account.subscription?.ends_at)
    strips.push(
      <Strip key="ends" kind="warn" title={say('Your plan is cancelled.')} action={<Link to="manage">{say('Undo')}</Link>}>
        {say('It works until {day}.', {day: <When at={account.subscription.ends_at} />})}
      </Strip>,
    );
  if (account.deleted)
    strips.unshift(
      <Strip key="deleted" kind="info" title={say('This account is closed.')}>
        {say('Nothing is charged any more. Invoices can still be read here.')}
      </Strip>,
    );
  return strips.slice(0, 2);
}

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
          {shown.name}
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

const NotFound = () => <p>{say('There is no such page.')} <Link to="">{say('Plan & billing')}</Link></p>;

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
          {say('Open the billing page once more from your account.')}{' '}
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
    return onSession(() => setOver(say('Your session is over. What you typed is still here; open the page once more to go on.')));
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
            {say('Open the billing page once more from your account to go on.')}
          </Strip>
        )}
        <Shell session={session} api={api} shown={shown.value} />
      </Routes>
    </Shown.Provider>
  );
}

render(<Entry />, document.getElementById('app'));
