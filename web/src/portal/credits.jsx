import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Card, Credits, Empty, Failed, Field, Loading, Strip, useShown} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {many, say} from '../lib/say.js';
import {useBilling} from './context.js';
import {Charge, Confirm, Effects, payLabel, PayWith, useQuote, whyNot} from './pay.jsx';

export function BuyCredits() {
  const {account, offer, problem} = useBilling();
  if (problem && !offer) return <Failed problem={problem} />;
  if (!offer) return <Loading lines={6} />;
  return (
    <div class="grid">
      {offer.credit_sales ? (
        <Buy sales={offer.credit_sales} />
      ) : (
        <Card title={say('Credits')}>
          <Empty action={<Link class="button primary" to="plan">{offer.add_ons.length > 0 ? say('Change plan or add-ons') : say('Change plan')}</Link>}>
            {offer.add_ons.length > 0 ? say('Credits come with the plan and its add-ons. They are not sold separately.') : say('Credits come with the plan. They are not sold separately.')}
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
      <Card title={say('Buy credits')}>
        <Empty action={<Link class="button primary" to="plan">{say('Choose a plan')}</Link>}>{say('Credits can be bought in addition to a plan.')}</Empty>
      </Card>
    );
  return (
    <Card title={say('Buy credits')}>
      <Field
        label={say('How many {credits}', {credits: names[type] ?? type})}
        hint={say('{least} to {most}, in steps of {step}', {least: format.credits(names, sales.at_least), most: format.credits(names, sales.at_most), step: format.number(count(sales.step))})}
        error={whole ? undefined : say('Enter a number.')}
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
      <Confirm name="buy_credits" body={body} quote={quote.value} fresh={quote.fresh} why={whyNot(permission)} label={payLabel(quote.value)} />
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
  const why = whyNot(may.set_auto_recharge);
  return (
    <Card title={say('Auto-recharge')}>
      <p class="soft">
        {rule.each_day > 0
          ? many('Buys credits automatically when few are left, at most {count} time a day.', 'Buys credits automatically when few are left, at most {count} times a day.', rule.each_day)
          : say('Buys credits automatically when few are left.')}
      </p>
      {now?.suspended && (
        <Strip kind="warn" title={say('Suspended.')}>
          {say('Its payments failed. Save once more to try again.')}
        </Strip>
      )}
      <Field label={say('When fewer are left than')} hint={names[ofBelow] ?? ofBelow} inputMode="decimal" value={below} onInput={(event) => setBelow(event.currentTarget.value.trim())} />
      <Field label={say('Buy')} hint={say('{credits} at least', {credits: format.credits(names, rule.amount_at_least)})} inputMode="decimal" value={amount} onInput={(event) => setAmount(event.currentTarget.value.trim())} />
      <div aria-live="polite">{done && <Strip kind="ok" title={done} />}</div>
      <Confirm name="set_auto_recharge" body={body} quote={quote.value ?? {agreed: '0'}} fresh={quote.fresh} why={why} label={now ? say('Save') : say('Turn on')} done={() => setDone(say('Saved.'))} />
      {now && (
        <Confirm kind="plain" why={why} name="set_auto_recharge" body={{active: false}} quote={{agreed: '0'}} fresh label={say('Turn off')} done={() => setDone(say('Turned off.'))} />
      )}
      {now && (
        <p class="soft small">
          {say('Now: below {below} buys {amount}', {below: <Credits value={now.below} />, amount: <Credits value={now.amount} />})}
        </p>
      )}
    </Card>
  );
}
