import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Card, Credits, Empty, Failed, Field, Loading, Strip, useShown} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';
import {Charge, Confirm, Effects, payLabel, PayWith, useQuote} from './pay.jsx';

export function BuyCredits() {
  const {account, offer, problem} = useBilling();
  if (problem && !offer) return <Failed problem={problem} />;
  if (!offer) return <Loading lines={6} />;
  return (
    <div class="grid">
      {offer.credit_sales ? (
        <Buy sales={offer.credit_sales} />
      ) : (
        <Card title="Credits">
          <Empty action={<Link class="button primary" to="plan">{offer.add_ons.length > 0 ? 'Change plan or add-ons' : 'Change plan'}</Link>}>
            Credits come with the plan{offer.add_ons.length > 0 ? ' and its add-ons' : ''}. They are not sold apart.
          </Empty>
        </Card>
      )}
      {offer.auto_recharge && <Recharge rule={offer.auto_recharge} now={account.auto_recharge} />}
    </div>
  );
}

const unit = (text) => text.split(' ')[1];
const count = (text) => text.split(' ')[0];

function Buy({sales}) {
  const {api, account, may} = useBilling();
  const {names} = useShown();
  const [amount, setAmount] = useState(format.plain(count(sales.at_least)));
  const [withSlot, setWith] = useState('');
  const type = unit(sales.at_least);
  const whole = /^[0-9]+(\.[0-9]+)?$/.test(amount);
  const body = whole ? {amount: `${amount} ${type}`, ...(withSlot ? {pay_with: withSlot} : {})} : null;
  const quote = useQuote(api, 'buy_credits', body);
  const permission = may.buy_credits;
  if (sales.needs_plan && !account.subscription)
    return (
      <Card title="Buy credits">
        <Empty action={<Link class="button primary" to="plan">Choose a plan</Link>}>Credits are bought on top of a plan.</Empty>
      </Card>
    );
  return (
    <Card title="Buy credits">
      <Field
        label={`How many ${names[type] ?? type}`}
        hint={`${format.credits(names, sales.at_least)} to ${format.credits(names, sales.at_most)}, in steps of ${format.number(count(sales.step))}`}
        error={whole ? undefined : 'Write a number.'}
        inputMode="decimal"
        value={amount}
        onInput={(event) => setAmount(event.currentTarget.value.trim())}
      />
      {quote.problem && quote.fresh && <Failed problem={quote.problem} />}
      {quote.value && !quote.value.refused && (
        <div class={quote.fresh ? '' : 'stale'} aria-live="polite">
          <Charge of={quote.value.today} stale={!quote.fresh} />
          <Effects quote={quote.value} />
        </div>
      )}
      <PayWith value={withSlot} onChange={setWith} />
      <Confirm name="buy_credits" body={body} quote={quote.value} fresh={quote.fresh} why={permission?.allowed === false ? permission.why : undefined} label={payLabel(quote.value)} />
    </Card>
  );
}

function Recharge({rule, now}) {
  const {api, may} = useBilling();
  const {names} = useShown();
  const [below, setBelow] = useState(format.plain(count(now?.below ?? rule.below_at_least)));
  const [amount, setAmount] = useState(format.plain(count(now?.amount ?? rule.amount_at_least)));
  const [done, setDone] = useState('');
  const ofBelow = unit(rule.below_at_least);
  const ofAmount = unit(rule.amount_at_least);
  const body = {active: true, below: `${below} ${ofBelow}`, amount: `${amount} ${ofAmount}`};
  const quote = useQuote(api, 'set_auto_recharge', body);
  const why = may.set_auto_recharge?.allowed === false ? may.set_auto_recharge.why : undefined;
  return (
    <Card title="Auto-recharge">
      <p class="soft">
        Buys credits by itself when few are left{rule.each_day > 0 ? `, at most ${rule.each_day} times a day` : ''}.
      </p>
      {now?.suspended && (
        <Strip kind="warn" title="Suspended.">
          Its payments failed. Save once more to try again.
        </Strip>
      )}
      <Field label="When fewer are left than" hint={names[ofBelow] ?? ofBelow} inputMode="decimal" value={below} onInput={(event) => setBelow(event.currentTarget.value.trim())} />
      <Field label="Buy" hint={`${format.credits(names, rule.amount_at_least)} at least`} inputMode="decimal" value={amount} onInput={(event) => setAmount(event.currentTarget.value.trim())} />
      <div aria-live="polite">{done && <Strip kind="ok" title={done} />}</div>
      <Confirm name="set_auto_recharge" body={body} quote={quote.value ?? {agreed: '0'}} fresh={quote.fresh} why={why} label={now ? 'Save' : 'Turn on'} done={() => setDone('Saved.')} />
      {now && (
        <Confirm quiet why={why} name="set_auto_recharge" body={{active: false}} quote={{agreed: '0'}} fresh label="Turn off" done={() => setDone('Turned off.')} />
      )}
      {now && (
        <p class="soft small">
          Now: below <Credits value={now.below} /> buys <Credits value={now.amount} />
        </p>
      )}
    </Card>
  );
}
