// What became of a payment. The order says it, not this tab: reload, back and another browser show the same.
import {useEffect, useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Copy, Loaded, Rows, Strip, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';
import {Charge, Confirm, lastSent, methodName, payLabel, PayWith, useQuote} from './pay.jsx';

export function OrderPage({rest}) {
  const {api, again} = useBilling();
  const id = rest[0];
  const loaded = useLoaded(() => api.get(`/orders/${id}`), [api, id]);
  const [waited, setWaited] = useState(0);
  const state = loaded.value?.now.state;
  const moving = ['processing', 'pending', 'unknown', 'needs_action'].includes(state);
  useEffect(() => {
    if (!moving || waited >= 2) return undefined;
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
          <Outcome order={order} look={() => { loaded.again(); again(); }} />
          <Card title={`Order ${order.id}`} action={order.invoice && <a href={api.paper(order.invoice, 'pdf')}>Invoice {order.invoice}, PDF</a>}>
            <Charge of={order} />
            <Rows of={[['Placed', <When at={order.placed_at} how="time" />], ['Paid', order.paid_at && <When at={order.paid_at} how="time" />], ['Refunded', !format.isZero(order.refunded) && <Amount value={order.refunded} />]]} />
          </Card>
          <Tries order={order} />
          <p>
            <Link to="">Plan &amp; billing</Link>
          </p>
        </>
      )}
    </Loaded>
  );
}

function Outcome({order, look}) {
  const {account} = useBilling();
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
      <Strip kind="ok" title={format.isZero(order.total) ? 'Done.' : `Paid ${format.money(order.total)}.`}>
        {before.length > 0 && paidBy && `${named(before[0])} was declined; ${named(paidBy)} paid. `}
        {order.invoice ? 'The invoice is below.' : ''}
      </Strip>
    );
  if (now.state === 'declined') return <Declined order={order} />;
  if (now.state === 'needs_action') return <Action order={order} look={look} />;
  if (['pending', 'processing', 'unknown'].includes(now.state))
    return (
      <Strip kind="wait" title="Your bank has not answered yet." action={<Button onClick={look}>Look again</Button>}>
        You can close this page. There is nothing to do, and nothing is charged twice.
      </Strip>
    );
  if (now.state === 'open') return <PayOrder order={order} />;
  return (
    <Strip kind="info" title="This order is closed.">
      Nothing is asked for it any more.
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
      <Strip kind="bad" alert title={order.now.decline?.sentence ?? 'The payment was declined.'}>
        <Amount value={order.total} /> was not charged.
        {order.now.next && (
          <>
            {' '}
            We try again on <When at={order.now.next} how="time" />.
          </>
        )}
      </Strip>
      <Card title="Pay another way" action={<Link class="button" to={`methods/add?for=${order.id}`}>Add a card</Link>}>
        {name && quote.value && !(onlyTried && (offer?.methods ?? []).length === 0) ? (
          <>
            <PayWith value={withSlot} onChange={setWith} />
            <Confirm name={name} body={{...body, pay_with: withSlot}} quote={quote.value} fresh={quote.fresh} label={payLabel(quote.value)} />
          </>
        ) : (
          <p>
            Nothing is open any more. <Link to={order.kind === 'purchase' || order.kind === 'recharge' ? 'credits' : 'plan'}>Choose once more</Link> when you have another way to pay.
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
    <Card title="Pay this order" action={<a href={api.paper(`pro-forma-${order.id}`, 'pdf')}>Pro forma, PDF</a>}>
      {order.open_until && (
        <p class="soft">
          Due by <When at={order.open_until} />
        </p>
      )}
      <PayWith value={withSlot} onChange={setWith} />
      <Confirm name="pay_order" body={body} quote={quote.value} fresh={quote.fresh} label={payLabel(quote.value ?? {agreed: order.total})} />
    </Card>
  );
}

const isPhone = () => matchMedia('(pointer: coarse)').matches;

/// What the customer has to do, by the kind of action.
function Action({order, look}) {
  const {api} = useBilling();
  const action = order.now.action ?? {kind: 'wait'};
  const fields = action.fields ?? {};
  const until = order.open_until ?? action.expires_at;
  const returned = async () => {
    await api.command('customer_returned', {order: order.id}, `${api.account}:back-${order.id}-${Date.now()}`).catch(() => {});
    look();
  };
  const left = until && (
    <p class="soft">
      Open until <When at={until} how="time" />. Nothing has been charged.
    </p>
  );
  if (action.kind === 'redirect')
    return (
      <Card title="Your bank asks you to confirm">
        {left}
        <div class="actions">
          <a class="button primary" href={safe(action.url)}>
            Go to your bank
          </a>
          <Button onClick={returned}>I have confirmed</Button>
        </div>
      </Card>
    );
  if (action.kind === 'display' && (fields.upi_uri || action.url?.startsWith('upi:'))) {
    const uri = fields.upi_uri ?? action.url;
    return (
      <Card title="Pay with your UPI app">
        {left}
        {isPhone() ? (
          <a class="button primary wide" href={uri.startsWith('upi:') ? uri : undefined}>
            Open your UPI app
          </a>
        ) : (
          <p>Scan the code in your app, or pay to the address below.</p>
        )}
        <Fields of={fields} />
        <Button onClick={returned}>I have paid</Button>
      </Card>
    );
  }
  if (action.kind === 'display')
    return (
      <Card title="Pay by bank transfer" action={<a href={api.paper(`pro-forma-${order.id}`, 'pdf')}>Pro forma invoice, PDF</a>}>
        <p>
          Transfer <Amount value={order.total} /> and write the reference. You will hear from us when the money is here.
        </p>
        <Fields of={{amount: order.total, ...fields}} />
        {left}
      </Card>
    );
  return (
    <Strip kind="wait" title="Your bank asks you to confirm this payment." action={<Button onClick={returned}>Look again</Button>}>
      Confirm it in your bank's app. Nothing has been charged yet.
    </Strip>
  );
}

const safe = (url) => (/^https:\/\//.test(url ?? '') ? url : undefined);

const Fields = ({of}) => (
  <dl class="rows copy">
    {Object.entries(of).map(([name, value]) => (
      <div key={name}>
        <dt>{format.nameOf({ifsc: 'IFSC', iban: 'IBAN', bic: 'BIC'}, name)}</dt>
        <dd>
          <bdi>{value}</bdi> <Copy label={name} value={value} />
        </dd>
      </div>
    ))}
  </dl>
);

function Tries({order}) {
  const {names} = useShown();
  if (order.payments.length < 2) return null;
  return (
    <Card title="Payments">
      <ul class="plain">
        {order.payments.map((one) => (
          <li key={one.number}>
            <When at={one.started_at} how="time" /> · {format.nameOf(names, one.method)} · <Amount value={one.amount} /> ·{' '}
            {one.state === 'captured' ? 'paid' : one.decline ? one.decline.sentence : format.nameOf({}, one.state)}
          </li>
        ))}
      </ul>
    </Card>
  );
}
