// One order, paid by whoever has its link: nobody signs in, nothing is kept, and nothing else is seen.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {drawKey, payApi, sentLink} from '../lib/api.js';
import {withBrowser} from '../lib/browser.js';
import * as format from '../lib/format.js';
import {Button, Card, Loading, Rows, Select, Shown, Strip, useLoaded, useShown, When} from '../lib/parts.jsx';
import {PaperProblem} from '../lib/papers.jsx';
import {say, spoken, refusal} from '../lib/say.js';
import {inTheBrowsersWords, Languages, useSpoken} from './language.jsx';
import {Action, upiOf} from './action.jsx';
import {broughtBack, tellReturn} from './left.js';
import {Charge, lastSent, keepSent, unfinished} from './pay.jsx';

const moving = ['processing', 'pending', 'unknown', 'needs_action'];

export function PayLink({token}) {
  const link = useLoaded(() => inTheBrowsersWords(sentLink(token)), [token]);
  if (link.problem)
    return (
      <main class="alone">
        <div class="card">
          <h1>{link.problem.status ? say('This link does not work any more') : say('The page could not be loaded')}</h1>
          <p>{link.problem.status ? say('It was for one payment and for a time. Nothing was charged by opening it.') : say('Nothing was charged.')}</p>
          {link.problem.status ? <p class="soft">{say('Ask the sender for a new one.')}</p> : <Button onClick={link.again}>{say('Try again')}</Button>}
        </div>
      </main>
    );
  if (!link.value) return <Loading lines={5} />;
  return <Seller link={link.value} token={token} />;
}

function Seller({link, token}) {
  const api = useMemo(() => payApi(link, token), [link, token]);
  const shown = useSpoken(link.tenant, (language) => api.presentation(language), [api]);
  useEffect(() => {
    if (shown.value?.accent) document.documentElement.style.setProperty('--tenant', shown.value.accent);
    if (shown.value) document.title = `${say('Pay')} · ${shown.value.name}`;
  }, [shown.value]);
  if (!shown.value) return <Loading lines={5} />;
  const {seller} = shown.value;
  return (
    <Shown.Provider value={shown.value}>
      <header class="top">
        <span class="brand">
          <span class="dot" aria-hidden="true" />
          {shown.value.name}
        </span>
        <Languages shown={shown.value} />
      </header>
      <main class="narrow" id="main">
        {shown.value.sandbox && (
          <Strip kind="info" title={say('Test mode.')}>
            {say('No money moves here.')}
          </Strip>
        )}
        <OneOrder api={api} link={link} token={token} />
        <p class="soft small">
          {seller && (
            <>
              <bdi>
                {seller.name}, {seller.address.join(', ')}
              </bdi>
              {seller.contact && (
                <>
                  {' · '}
                  <a href={`mailto:${seller.contact}`}>{seller.contact}</a>
                </>
              )}
            </>
          )}
        </p>
      </main>
    </Shown.Provider>
  );
}

function OneOrder({api, link, token}) {
  const loaded = useLoaded(() => api.get('/checkout'), [api]);
  const [waited, setWaited] = useState(0);
  const order = loaded.value?.order;
  const state = order?.now.state;
  const most = upiOf(order?.now.action) ? 15 : 2;
  const back = async (answer) => {
    await tellReturn(api, link.order, () => drawKey('pay'), answer);
    loaded.again();
  };
  // What was sent before a reload is looked up by its key; who comes back from a bank's page asks what became of it.
  useEffect(() => {
    unfinished(api).then(() => {
      if (!new URLSearchParams(location.search).has('back')) return loaded.again();
      const answer = broughtBack();
      history.replaceState(null, '', location.pathname);
      return back(answer);
    });
    const shown = (event) => event.persisted && loaded.again();
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, [api]);
  useEffect(() => {
    if (!moving.includes(state) || waited >= most) return undefined;
    let gone = false;
    const done = () => {
      if (gone) return;
      setWaited(waited + 1);
      loaded.again();
    };
    api.get('/checkout?wait=20').then(done, done);
    return () => {
      gone = true;
    };
  }, [state, waited, api]);
  if (loaded.problem && !loaded.value)
    return (
      <Strip kind="bad" alert title={loaded.problem.message} action={<Button onClick={loaded.again}>{say('Try again')}</Button>}>
        {say('Nothing was charged.')}
      </Strip>
    );
  if (!loaded.value) return <Loading lines={5} />;
  if (state === 'paid')
    return (
      <>
        <h1 tabIndex={-1}>{say('Paid {amount}', {amount: format.money(order.total)})}</h1>
        <Strip kind="ok" title={say('Thank you.')}>
          {say('The invoice goes to the account’s own address. This link is no longer needed.')}
        </Strip>
      </>
    );
  if (order.state !== 'open')
    return (
      <>
        <h1 tabIndex={-1}>{say('Nothing is to be paid here')}</h1>
        <p>{say('This order was closed. It no longer needs to be paid.')}</p>
      </>
    );
  return (
    <>
      <h1 tabIndex={-1}>{say('Pay {amount}', {amount: format.money(order.total)})}</h1>
      {state === 'declined' && (
        <Strip kind="bad" alert title={spoken(order.now.decline?.sentence) ?? say('The payment was declined.')}>
          {say('Nothing was charged. You can pay another way.')}
        </Strip>
      )}
      {['pending', 'processing', 'unknown'].includes(state) && (
        <Strip kind="wait" title={say('Your bank has not answered yet.')} action={<Button onClick={loaded.again}>{say('Look again')}</Button>}>
          {say('You can close this page. There is nothing to do, and nothing is charged twice.')}
        </Strip>
      )}
      {state === 'needs_action' && (
        <Action
          action={order.now.action ?? {kind: 'wait'}}
          of={{tenant: link.tenant, account: link.account, order: String(link.order), token}}
          here={`/pay/${token}?back=1`}
          total={order.total}
          until={order.open_until ?? order.now.action?.expires_at}
          back={back}
        />
      )}
      {(state === 'open' || state === 'declined') && <Pay api={api} order={order} methods={loaded.value.methods} look={loaded.again} />}
      <Card title={say('What it is for')} action={<PaperLink api={api} order={order} />}>
        <Charge of={order} />
        <Rows of={[[say('Order'), String(order.id)], [say('Placed'), <When at={order.placed_at} />], order.open_until && [say('Due by'), <When at={order.open_until} />]]} />
      </Card>
    </>
  );
}

/// A link is no cookie: what it may read is asked for with its token, and kept by the reader.
function PaperLink({api, order}) {
  const [problem, setProblem] = useState(null);
  const save = async () => {
    try {
      const url = URL.createObjectURL(await api.paperBytes(`pro-forma-${order.id}`, 'pdf'));
      Object.assign(document.createElement('a'), {href: url, download: `pro-forma-${order.id}.pdf`}).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      setProblem(null);
    } catch (failed) {
      setProblem(failed);
    }
  };
  return (
    <>
      <Button kind="small" onClick={save}>
        {say('Pro forma, PDF')}
      </Button>
      {problem && <PaperProblem problem={problem} />}
    </>
  );
}

function Pay({api, order, methods, look}) {
  const {names} = useShown();
  const offered = methods.filter((one) => one.offered);
  const ways = offered.flatMap((one) =>
    one.brands.length > 0 && one.slots.length === 0
      ? one.brands.map((brand) => [`${one.method}/${brand}`, `${format.nameOf(names, one.method)}, ${brand}`])
      : [[one.method, format.nameOf(names, one.method)]],
  );
  const [way, setWay] = useState(ways[0]?.[0]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const sending = useRef(false);
  const send = async () => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setProblem(null);
    const sent = {name: 'pay_order', body: withBrowser('pay_order', {order: order.id, pay_with: way, agreed: order.total}), key: drawKey('pay'), answered: false};
    keepSent(api, sent);
    try {
      await api.command(sent.name, sent.body, sent.key);
      keepSent(api, {...sent, answered: true});
      look();
    } catch (failed) {
      if (!failed.unsure) keepSent(api, {...sent, answered: true});
      // Somebody else was faster: the order says how it stands.
      if (['payment_under_way', 'nothing_to_pay'].includes(failed.code)) look();
      else setProblem(failed);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  const lookAgain = async () => {
    setBusy(true);
    await unfinished(api);
    setBusy(false);
    if (lastSent(api)?.answered) {
      setProblem(null);
      look();
    }
  };
  if (ways.length === 0)
    return (
      <Strip kind="warn" title={say('This order cannot be paid by a link.')}>
        {methods.filter((one) => one.why).map((one) => refusal('method_not_offered', one.why))[0]}
      </Strip>
    );
  return (
    <Card>
      {ways.length > 1 && <Select label={say('Pay with')} value={way} options={ways} onChange={(event) => setWay(event.currentTarget.value)} />}
      {problem?.unsure && (
        <Strip kind="warn" alert title={say('We don’t know yet whether this went through.')} action={<Button onClick={lookAgain}>{say('Look again')}</Button>}>
          {say('Checking again does not charge you a second time.')}
        </Strip>
      )}
      {problem && !problem.unsure && (
        <Strip kind="bad" alert title={problem.message}>
          {say('Nothing was charged.')}
        </Strip>
      )}
      <Button kind="primary wide" busy={busy} why={problem?.unsure ? say('Check its result first.') : undefined} onClick={send}>
        {busy ? say('One moment…') : say('Pay {amount} by {method}', {amount: format.money(order.total), method: format.nameOf(names, way.split('/')[0])})}
      </Button>
      <p class="soft small under">{say('It is used once and not saved.')}</p>
    </Card>
  );
}
