// What became of a payment. The order says it, not this tab: reload, back and another browser show the same.
import {useEffect, useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {drawKey} from '../lib/api.js';
import {Amount, Button, Card, Loaded, Rows, Status, Strip, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link, useRoute} from '../lib/route.jsx';
import {say, spoken} from '../lib/say.js';
import {Action, upiOf} from './action.jsx';
import {useBilling} from './context.js';
import {broughtBack, tellReturn} from './left.js';
import {Charge, Confirm, lastSent, methodName, payLabel, PayWith, useQuote} from './pay.jsx';

export function OrderPage({rest}) {
  const {api, account, again, seen} = useBilling();
  const {query} = useRoute();
  const id = rest[0];
  const loaded = useLoaded(() => api.get(`/orders/${id}`), [api, id], [account.position]);
  const [waited, setWaited] = useState(0);
  const state = loaded.value?.now.state;
  const moving = ['processing', 'pending', 'unknown', 'needs_action'].includes(state);
  const most = upiOf(loaded.value?.now.action) ? 15 : 2;
  const look = () => {
    loaded.again();
    again();
  };
  /// Whoever comes back from a bank's page has its answer asked for at once.
  const back = async (answer) => {
    await tellReturn(api, Number(id), () => drawKey(api.account), answer);
    look();
  };
  useEffect(() => {
    if (loaded.value) seen?.(loaded.value);
  }, [id, state]);
  useEffect(() => {
    if (query.has('back')) {
      const answer = broughtBack();
      history.replaceState(null, '', location.pathname);
      back(answer);
    }
    const shown = (event) => event.persisted && look();
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, [api, id]);
  useEffect(() => {
    if (!moving || waited >= most) return undefined;
    let gone = false;
    api.get(`/orders/${id}?wait=20`).then(
      () => {
        if (gone) return;
        setWaited(waited + 1);
        loaded.again();
        again();
      },
      () => !gone && setWaited(waited + 1),
    );
    return () => {
      gone = true;
    };
  }, [moving, waited, id]);
  return (
    <Loaded of={loaded}>
      {(order) => (
        <>
          <Outcome order={order} look={look} back={back} />
          <Card title={say('Order {number}', {number: order.id})} action={order.invoice && <a href={api.paper(order.invoice, 'pdf')}>{say('Invoice {number}, PDF', {number: order.invoice})}</a>}>
            <Charge of={order} />
            <Rows of={[[say('Placed'), <When at={order.placed_at} how="time" />], [say('Paid'), order.paid_at && <When at={order.paid_at} how="time" />], [say('Refunded'), !format.isZero(order.refunded) && <Amount value={order.refunded} />]]} />
          </Card>
          <Tries order={order} />
          <p>
            <Link to="">{say('Plan & billing')}</Link>
          </p>
        </>
      )}
    </Loaded>
  );
}

function Outcome({order, look, back}) {
  const {api, account} = useBilling();
  const {names} = useShown();
  const now = order.now;
  const paidBy = order.payments.findLast((one) => one.state === 'captured');
  const before = order.payments.filter((one) => one.state === 'declined');
  const named = (payment) => {
    const saved = account.payment_methods.find((one) => one.slot === payment.slot && one.method === payment.method);
    return saved ? methodName(names, saved) : format.nameOf(names, payment.method);
  };
  if (now.state === 'paid')
    return (
      <Strip kind="ok" title={format.isZero(order.total) ? say('Done.') : say('Paid {amount}.', {amount: format.money(order.total)})}>
        {before.length > 0 && paidBy && `${say('{first} was declined; {second} paid.', {first: named(before[0]), second: named(paidBy)})} `}
        {order.invoice ? say('The invoice is below.') : ''}
      </Strip>
    );
  if (now.state === 'declined') return <Declined order={order} />;
  if (now.state === 'needs_action')
    return (
      <Action
        action={now.action ?? {kind: 'wait'}}
        of={{tenant: api.tenant, account: api.account, order: String(order.id)}}
        here={`/portal/${api.tenant}/${encodeURIComponent(api.account)}/orders/${order.id}?back=1`}
        total={order.total}
        until={order.open_until ?? now.action?.expires_at}
        proForma={api.paper(`pro-forma-${order.id}`, 'pdf')}
        back={back}
      />
    );
  if (['pending', 'processing', 'unknown'].includes(now.state))
    return (
      <Strip kind="wait" title={say('Your bank has not answered yet.')} action={<Button onClick={look}>{say('Look again')}</Button>}>
        {say('You can close this page. There is nothing to do, and nothing is charged twice.')}
      </Strip>
    );
  if (now.state === 'open') return <PayOrder order={order} />;
  return (
    <Strip kind="info" title={say('This order is closed.')}>
      {say('It no longer needs to be paid.')}
    </Strip>
  );
}

/// The bank's sentence, what was not charged, and another way. What was confirmed is asked again under a new key.
function Declined({order}) {
  const {api, account, offer} = useBilling();
  const sent = lastSent(api);
  const mine = sent?.order === order.id ? sent : null;
  const open = order.state === 'open';
  const tried = order.payments.at(-1)?.slot;
  const other = account.payment_methods.find((one) => one.slot !== tried)?.slot ?? tried ?? 'primary';
  const [withSlot, setWith] = useState(other);
  const name = open ? 'pay_order' : mine?.name;
  const base = open ? {order: order.id} : mine?.body;
  const {agreed: _, ...body} = base ?? {};
  const quote = useQuote(api, name, name && {...body, pay_with: withSlot});
  const onlyTried = account.payment_methods.every((one) => one.slot === tried);
  return (
    <>
      <Strip kind="bad" alert title={spoken(order.now.decline?.sentence) ?? say('The payment was declined.')}>
        {say('{amount} was not charged.', {amount: <Amount value={order.total} />})}
        {order.now.next && (
          <>
            {' '}
            {say('We try again on {time}.', {time: <When at={order.now.next} how="time" />})}
          </>
        )}
      </Strip>
      <Card title={say('Pay another way')} action={<Link class="button" to={`methods/add?for=${order.id}`}>{say('Add a card')}</Link>}>
        {name && quote.value && !(onlyTried && (offer?.methods ?? []).length === 0) ? (
          <>
            <PayWith value={withSlot} onChange={setWith} />
            <Confirm name={name} body={{...body, pay_with: withSlot}} quote={quote.value} fresh={quote.fresh} label={payLabel(quote.value)} />
          </>
        ) : (
          <p>
            {say('Nothing is open any more. {choose} when you have another way to pay.', {
              choose: <Link to={order.kind === 'purchase' || order.kind === 'recharge' ? 'credits' : 'plan'}>{say('Choose again')}</Link>,
            })}
          </p>
        )}
      </Card>
    </>
  );
}

function PayOrder({order}) {
  const {api} = useBilling();
  const [withSlot, setWith] = useState('');
  const body = withSlot ? {order: order.id, pay_with: withSlot} : {order: order.id};
  const quote = useQuote(api, 'pay_order', body);
  return (
    <Card title={say('Pay this order')} action={<a href={api.paper(`pro-forma-${order.id}`, 'pdf')}>{say('Pro forma, PDF')}</a>}>
      {order.open_until && (
        <p class="soft">
          {say('Due by {day}', {day: <When at={order.open_until} />})}
        </p>
      )}
      <PayWith value={withSlot} onChange={setWith} />
      <Confirm name="pay_order" body={body} quote={quote.value} fresh={quote.fresh} label={payLabel(quote.value ?? {agreed: order.total})} />
    </Card>
  );
}

function Tries({order}) {
  const {names} = useShown();
  if (order.payments.length < 2) return null;
  return (
    <Card title={say('Payments')}>
      <ul class="plain">
        {order.payments.map((one) => (
          <li key={one.number} class="split">
            <span>
              {format.nameOf(names, one.method)}
              {one.slot && `, ${format.wordOf(one.slot)}`} <small class="soft"><When at={one.started_at} how="time" /></small>
              {one.decline && <div class="soft">{spoken(one.decline.sentence)}</div>}
            </span>
            <span>
              <Amount value={one.amount} /> <Status kind={one.state === 'captured' ? 'ok' : one.decline ? 'bad' : 'wait'}>{one.state === 'captured' ? say('Paid') : format.nameOf({}, one.state)}</Status>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
