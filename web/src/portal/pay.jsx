// Every payment: the price as the server quotes it, one key for what was confirmed, and the truth from the order.
import {ofTab} from '../lib/kept.js';
import {useEffect, useRef, useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import {withBrowser} from '../lib/browser.js';
import * as format from '../lib/format.js';
import {Amount, Button, Credits, Failed, Select, Strip, useShown, When} from '../lib/parts.jsx';
import {useRoute} from '../lib/route.jsx';
import {refusal, say} from '../lib/say.js';
import {useBilling} from './context.js';

const kept = (api) => `florin-sent-${api.tenant}-${api.account}`;

/// What was confirmed last in this tab: its command, its key, and the order once it is known.
export const lastSent = (api) => JSON.parse(ofTab.getItem(kept(api)) ?? 'null');
export const keepSent = (api, sent) => ofTab.setItem(kept(api), JSON.stringify(sent));

/// The order of what was sent and never answered: the same key gives its answer, and nothing is charged a second time.
export async function unfinished(api) {
  const sent = lastSent(api);
  if (!sent || sent.answered) return null;
  try {
    const answer = await api.command(sent.name, sent.body, sent.key);
    keepSent(api, {...sent, answered: true, order: answer.order?.id ?? null});
    return answer.order?.id ?? null;
  } catch (problem) {
    if (!problem.unsure) keepSent(api, {...sent, answered: true});
    return null;
  }
}

/// Asks what a command would cost, 150 ms after the last change; an older answer never replaces a newer one.
export function useQuote(api, name, body) {
  const [quote, setQuote] = useState({value: null, problem: null, of: null});
  const turn = useRef(0);
  const text = body && JSON.stringify(body);
  useEffect(() => {
    const mine = ++turn.current;
    if (!text) return undefined;
    const timer = setTimeout(async () => {
      try {
        const value = await api.quote(name, JSON.parse(text));
        if (mine === turn.current) setQuote({value, problem: null, of: text});
      } catch (problem) {
        if (mine === turn.current) setQuote((before) => ({...before, problem, of: text}));
      }
    }, 150);
    return () => clearTimeout(timer);
  }, [api, name, text]);
  return {...quote, fresh: Boolean(text) && quote.of === text};
}

/// Lines, taxes and total, as they will stand on the invoice.
export function Charge({of, title, stale}) {
  const {names} = useShown();
  return (
    <div class="charge" aria-busy={stale || undefined}>
      {title && <h3>{title}</h3>}
      <dl>
        {of.lines.map((one, index) => (
          <div key={index}>
            <dt>
              {format.line(names, one.text)}
              {one.quantity > 1 && <small class="soft"> × {one.quantity}</small>}
            </dt>
            <dd>
              <Amount value={one.amount} />
            </dd>
          </div>
        ))}
        {(of.taxes ?? []).map((tax) => (
          <div key={tax.name} class="soft">
            <dt>{tax.name}</dt>
            <dd>
              <Amount value={tax.amount ?? tax.tax} />
            </dd>
          </div>
        ))}
        <div class="total">
          <dt>{say('Total')}</dt>
          <dd>
            <Amount value={of.total} free />
          </dd>
        </div>
      </dl>
    </div>
  );
}

/// What becomes of credits that leave.
function goneBecause(how, slots) {
  if (how === 'forfeited') return say('{credits} are lost on {day}', slots);
  if (how === 'expired') return say('{credits} end on {day}', slots);
  if (how === 'rolled') return say('{credits} roll over on {day}', slots);
  if (how === 'refunded') return say('{credits} go back on {day}', slots);
  if (how === 'owed') return say('{credits} pay what is owed on {day}', slots);
  return say('{credits} leave on {day}', slots);
}
const isLoss = (how) => how === 'forfeited' || how === 'expired';

/// Why the reader may not, as `may` of the catalog says; nothing: who reads may.
export const whyNot = (may) => (may?.allowed === false ? refusal(may.code, may.why) : undefined);

/// What a change does beyond money: credits that come and go, by the quotation alone.
export function Effects({quote}) {
  const items = [];
  for (const come of quote.credits ?? [])
    items.push(
      <li key={`come-${items.length}`}>
        {come.ends_at
          ? say('You get {credits} until {day}', {credits: <Credits value={come.amount} />, day: <When at={come.ends_at} />})
          : say('You get {credits}', {credits: <Credits value={come.amount} />})}
      </li>,
    );
  for (const gone of quote.leave ?? [])
    if (gone.amount)
      items.push(
        <li key={`gone-${items.length}`} class={isLoss(gone.how) ? 'warn-text' : undefined}>
          {goneBecause(gone.how, {credits: <Credits value={gone.amount} />, day: <When at={gone.at} />})}
          {gone.until && <>, {say('until {day}', {day: <When at={gone.until} />})}</>}
        </li>,
      );
  for (const back of quote.refunds ?? [])
    items.push(
      <li key={`back-${items.length}`}>
        {say('{amount} goes back for order {number}', {amount: <Amount value={back.amount} />, number: back.order})}
      </li>,
    );
  return items.length > 0 ? <ul class="effects">{items}</ul> : null;
}

export function methodName(names, method) {
  const brand = method.brand || method.method;
  const masked = method.masked?.startsWith(brand) ? method.masked.slice(brand.length).trim() : method.masked;
  return `${format.nameOf(names, brand)}${masked ? ` ${masked}` : ''}`;
}

/// With which of the account's own, or there and then.
export function PayWith({value, onChange}) {
  const {account, offer} = useBilling();
  const {names} = useShown();
  const options = account.payment_methods.map((one) => [
    one.slot,
    one.slot === 'backup' ? say('{method}, backup', {method: methodName(names, one)}) : methodName(names, one),
  ]);
  for (const method of offer?.methods ?? [])
    if (method.offered && !account.payment_methods.some((one) => one.method === method.method))
      for (const brand of method.brands.length > 0 && method.slots.length === 0 ? method.brands : [null])
        options.push([brand ? `${method.method}/${brand}` : method.method, format.nameOf(names, method.method) + (brand ? `, ${brand}` : '')]);
    else if (method.offered && !method.by_invoice) options.push([`${method.method}/`, say('Another {method}, used once', {method: format.nameOf(names, method.method)})]);
  // Where nothing is kept, what is shown first is what pays.
  const first = account.payment_methods.length === 0 ? options[0]?.[0] : undefined;
  useEffect(() => {
    if (!value && first) onChange(first);
  }, [value, first]);
  if (options.length === 0) return null;
  return <Select label={say('Pay with')} value={value || options[0][0]} options={options} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/// The one button that charges. `body` is what was quoted; `agreed` is the figure beside the button.
/// `why`: whoever reads may not; the button stays where it is and says so.
export function Confirm({name, body, quote, fresh, label, done, why, kind = 'primary'}) {
  const {api, account, again} = useBilling();
  const {go} = useRoute();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const sending = useRef(false);
  const refused = quote?.refused;

  const send = async () => {
    if (sending.current) return;  // a second tap
    sending.current = true;
    setBusy(true);
    setProblem(null);
    const charges = ['subscribe', 'change_plan', 'buy_credits', 'pay_order', 'resume', 'set_licences', 'set_add_on'];
    const whole = charges.includes(name) && quote?.agreed ? {...body, agreed: quote.agreed} : body;
    const sent = {name, body: withBrowser(name, whole), key: drawKey(api.account), answered: false};
    keepSent(api, sent);
    try {
      const answer = await attempt(sent);
      keepSent(api, {...sent, answered: true, order: answer.order?.id ?? null});
      await again();
      if (answer.order) go(`orders/${answer.order.id}`);
      else done?.(answer);
    } catch (failed) {
      if (!failed.unsure) keepSent(api, {...sent, answered: true});
      setProblem(failed);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  /// Another payment that was made since the page was read, in another tab or by somebody else, stops this one.
  const attempt = async (sent) => {
    let etag = account.etag;
    for (let turn = 0; ; ++turn) {
      try {
        return await api.command(sent.name, sent.body, sent.key, etag);
      } catch (failed) {
        if (failed.code !== 'moved_on' || turn === 4) throw failed;
        const newest = (await api.get('/orders?limit=1')).data[0]?.id ?? 0;
        if (newest !== account.newest_order) throw failed;
        etag = (await api.get()).etag;
      }
    }
  };

  const retry = async () => {
    setBusy(true);
    const order = await unfinished(api);
    setBusy(false);
    const sent = lastSent(api);
    if (sent?.answered) {
      setProblem(null);
      await again();
      if (order) go(`orders/${order}`);
      else done?.({});
    }
  };

  return (
    <div class="confirm">
      {problem?.unsure && (
        <Strip kind="warn" alert title={say('We don’t know yet whether this went through.')} action={<Button onClick={retry}>{say('Look again')}</Button>}>
          {say('Checking again does not charge you a second time.')}
        </Strip>
      )}
      {problem && !problem.unsure && problem.code === 'moved_on' && (
        <Strip kind="warn" alert title={say('Something else was paid or changed in the meantime.')} action={<Button onClick={() => location.reload()}>{say('Show it')}</Button>}>
          {say('Nothing was charged by this page.')}
        </Strip>
      )}
      {problem && !problem.unsure && problem.code !== 'moved_on' && (
        <Strip kind="bad" alert title={problem.message}>
          {say('Nothing was charged.')}
        </Strip>
      )}
      <Button
        kind={`${kind} wide`}
        busy={busy || (!fresh && !why)}
        why={why ? why : refused ? refusal(refused.code, refused.text) : problem?.unsure ? say('Check its result first.') : undefined}
        onClick={send}
      >
        {busy ? say('One moment…') : label}
      </Button>
    </div>
  );
}

export const payLabel = (quote) =>
  format.isZero(quote?.agreed) ? say('Confirm') : say('Confirm and pay {amount}', {amount: format.money(quote.agreed)});

export const QuoteProblem = ({quote}) => (quote.problem && quote.fresh ? <Failed problem={quote.problem} /> : null);
