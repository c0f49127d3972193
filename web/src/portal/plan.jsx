import {useEffect, useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Card, Credits, Empty, Failed, Field, Loading, Name, Stepper, useShown, When} from '../lib/parts.jsx';
import {many, say} from '../lib/say.js';
import {useBilling} from './context.js';
import {Charge, Confirm, Effects, payLabel, PayWith, useQuote, whyNot} from './pay.jsx';

/// One page: choose, see what it costs today and from when, confirm. What is confirmed is what is charged.
export function ChangePlan() {
  const {account, offer, problem} = useBilling();
  if (problem && !offer) return <Failed problem={problem} />;
  if (!offer) return <Loading lines={6} />;
  if (offer.plans.length === 0) return <Card><Empty>{say('There are no plans to choose from: credits are sold without a plan.')}</Empty></Card>;
  return <Choose key={account.position === 0} />;
}

function Choose() {
  const {api, account, offer, may} = useBilling();
  const {names, about} = useShown();
  const running = account.subscription;
  const cycles = [...new Set(offer.plans.flatMap((plan) => plan.cycles.map((one) => one.cycle)))];
  const [cycle, setCycle] = useState(running?.cycle ?? cycles[0]);
  const [plan, setPlan] = useState(running?.plan ?? null);
  const [licences, setLicences] = useState(running?.licences ?? 1);
  const [addOns, setAddOns] = useState(Object.fromEntries((running?.add_ons ?? []).map((one) => [one.add_on, one.count])));
  const [withSlot, setWith] = useState('');
  const [first, setFirst] = useState(null);
  const chosen = offer.plans.find((one) => one.plan === plan);
  const needed = !running && chosen?.first_credits; // money: how many credits that is, the quotation says
  const firstType = offer.credit_sales?.type ?? offer.credits[0]?.type;
  useEffect(() => setFirst(needed ? format.plain(needed.split(' ')[0]) : null), [plan, needed]);
  const whole = !needed || /^[0-9]+(\.[0-9]+)?$/.test(first ?? '');

  const command = running ? 'change_plan' : 'subscribe';
  const sold = offer.add_ons.filter((one) => one.prices.some((price) => price.cycle === cycle || price.cycle === 'monthly'));
  const counts = Object.fromEntries(sold.map((one) => [one.add_on, addOns[one.add_on] ?? 0]));
  const body = plan && whole && {
    plan,
    cycle,
    ...(chosen?.by_licence ? {licences} : {}),
    ...(sold.length > 0 && Object.values(counts).some((count) => count > 0) ? {add_ons: counts} : {}),
    ...(running && sold.length > 0 && Object.values(counts).every((count) => count === 0) && running.add_ons.length > 0 ? {add_ons: counts} : {}),
    ...(needed ? {first_credits: `${first} ${firstType}`} : {}),
    ...(withSlot ? {pay_with: withSlot} : {}),
  };
  const same =
    running && plan === running.plan && cycle === running.cycle && licences === running.licences &&
    sold.every((one) => (counts[one.add_on] ?? 0) === (running.add_ons.find((had) => had.add_on === one.add_on)?.count ?? 0));
  const quote = useQuote(api, command, same ? null : body);
  const permission = may[command];
  return (
    <div class="two-columns">
      <div>
        {cycles.length > 1 && (
          <fieldset class="choice">
            <legend>{say('Billing')}</legend>
            {cycles.map((one) => (
              <label key={one} class={one === cycle ? 'chosen' : ''}>
                <input type="radio" name="cycle" value={one} checked={one === cycle} onChange={() => setCycle(one)} />
                {format.nameOf(names, one)}
              </label>
            ))}
          </fieldset>
        )}
        <fieldset class="plans">
          <legend class="hidden">{say('Plan')}</legend>
          {offer.plans.map((one) => {
            const price = one.cycles.find((its) => its.cycle === cycle);
            return (
              <label key={one.plan} class={one.plan === plan ? 'card chosen' : 'card'}>
                <input type="radio" name="plan" value={one.plan} checked={one.plan === plan} disabled={!price} onChange={() => setPlan(one.plan)} />
                <span class="plan-name">
                  <Name id={one.plan} />
                  {one.running && <span class="tag">{say('yours')}</span>}
                </span>
                {about[one.plan] && <small class="soft">{about[one.plan]}</small>}
                <span class="price">
                  {price ? <Amount value={price.price} free /> : <span class="soft">{say('not sold in this cycle')}</span>}
                  {price && !format.isZero(price.price) && <small class="soft"> {one.by_licence ? `${say('a licence')} ` : ''}{format.each(cycle)}</small>}
                </span>
                {price?.gives.map((gives) => (
                  <small key={gives}>
                    <Credits value={gives} />
                  </small>
                ))}
                {one.credit_price && <small class="soft">{say('More credits at {price} each', {price: format.money(one.credit_price)})}</small>}
              </label>
            );
          })}
        </fieldset>
        {needed && (
          <Card title={say('First credits')}>
            <Field label={say('How many {credits} to begin with', {credits: names[firstType] ?? firstType})} hint={say('This plan begins with a purchase of {amount} at least', {amount: format.money(needed)})} error={whole ? undefined : say('Enter a number.')} inputMode="decimal" maxLength={20} value={first ?? ''} onInput={(event) => setFirst(event.currentTarget.value.trim())} />
          </Card>
        )}
        {(chosen?.by_licence || sold.length > 0) && (
        <Card title={chosen?.by_licence ? (sold.length > 0 ? say('Licences and add-ons') : say('Licences')) : say('Add-ons')} class="steppers">
        {chosen?.by_licence && (
          <Stepper label={say('Licences')} value={licences} min={1} max={Math.max(200, licences)} unit={many('licence', 'licences', licences)} onChange={setLicences} />
        )}
        {sold.map((one) => {
          const price = one.prices.find((its) => its.cycle === cycle) ?? one.prices[0];
          return (
            <Stepper
              key={one.add_on}
              label={format.nameOf(names, one.add_on)}
              hint={one.renews ? say('{price} each {often}', {price: format.money(price.price), often: format.each(price.cycle)}) : say('{price} each, for this period only', {price: format.money(price.price)})}
              value={counts[one.add_on]}
              max={Math.max(20, counts[one.add_on])}
              onChange={(count) => setAddOns({...addOns, [one.add_on]: count})}
            />
          );
        })}
        </Card>
        )}
        <Compare cycle={cycle} />
      </div>
      <aside class="summary" aria-label={say('Summary')}>
        <Card title={say('Summary')}>
          {!plan && <p class="soft">{say('Choose a plan to see what it costs.')}</p>}
          {same && <p class="soft">{say('This is your current plan.')}</p>}
          {quote.problem && quote.fresh && <Failed problem={quote.problem} />}
          {plan && !same && !quote.value && !quote.problem && <Loading lines={4} />}
          {plan && !same && quote.value && (
            <div class={quote.fresh ? '' : 'stale'} aria-live="polite" aria-busy={!quote.fresh}>
              <Charge of={quote.value.today} title={say('Today')} stale={!quote.fresh} />
              <Effects quote={quote.value} />
              {quote.value.next && (
                <>
                  <h3>
                    {say('From {day}', {day: <When at={quote.value.next.at} />})}
                  </h3>
                  <Charge of={quote.value.next} />
                </>
              )}
            </div>
          )}
          {plan && !same && (
            <>
              <PayWith value={withSlot} onChange={setWith} />
              <Confirm name={command} body={body} quote={quote.value} fresh={quote.fresh} why={whyNot(permission)} label={payLabel(quote.value)} done={() => location.reload()} />
            </>
          )}
          {(!plan || same) && permission?.allowed === false && <p class="soft">{whyNot(permission)}</p>}
        </Card>
      </aside>
    </div>
  );
}

/// The price page: a row a thing, a column a plan.
function Compare({cycle}) {
  const {offer} = useBilling();
  const {names} = useShown();
  const rows = [...new Set(offer.plans.flatMap((plan) => plan.entitlements.map((one) => one.entitlement)))];
  if (rows.length === 0) return null;
  const word = (value) => ({true: say('yes'), false: say('no')})[value] ?? format.nameOf(names, value ?? '–');
  return (
    <details class="compare">
      <summary>{say('Compare the plans')}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('What the plans include')}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">{say('What')}</span>
              </th>
              {offer.plans.map((plan) => (
                <th key={plan.plan} scope="col">
                  <Name id={plan.plan} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{format.nameOf(names, row)}</th>
                {offer.plans.map((plan) => (
                  <td key={plan.plan}>{word(plan.entitlements.find((one) => one.entitlement === row)?.value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

