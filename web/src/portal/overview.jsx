import * as format from '../lib/format.js';
import {many, mark, refusal, say, spoken} from '../lib/say.js';
import {Amount, Bar, Card, Credits, Empty, Name, Rows, Status, Strip, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';
import {Charge, methodName} from './pay.jsx';

const sources = {
  plan: mark('From your plan'),
  rollover: mark('Rolled over'),
  purchase: mark('Bought'),
  recharge: mark('Auto-recharge'),
  addon: mark('Add-on'),
  trial: mark('Trial'),
  transfer: mark('Transferred'),
  correction: mark('Given by us'),
};
const states = {
  paid: ['ok', mark('Active')],
  trial: ['info', mark('Trial')],
  past_due: ['bad', mark('Payment due')],
  limited: ['warn', mark('No plan')],
  opened: ['info', mark('No plan yet')],
  ended: ['info', mark('Ended')],
  paused: ['info', mark('Paused')],
  cancelled: ['warn', mark('Cancelled')],
  blocked: ['bad', mark('Blocked')],
  deleted: ['bad', mark('Closed')],
};
export const StateWord = ({state}) => {
  const [kind, text] = states[state] ?? ['info', format.nameOf({}, state)];
  return <Status kind={kind}>{spoken(text)}</Status>;
};

export function Overview() {
  const {account} = useBilling();
  return (
    <div class="overview">
      <div>
        {account.open_orders.length > 0 && <OpenOrders account={account} />}
        <Plan />
        <Ways account={account} />
      </div>
      <div>
        <CreditsCard account={account} />
      </div>
    </div>
  );
}

/// What the reader has to know first.
const stateOf = (account) =>
  account.deleted ? 'deleted' : account.blocked ? 'blocked' : account.past_due_since ? 'past_due' : account.subscription?.paused_since ? 'paused' : account.subscription?.cancelled ? 'cancelled' : account.state;

function Plan() {
  const {account, offer} = useBilling();
  const plan = account.subscription;
  const pending = plan?.from_next_period;
  if (!plan)
    return (
      <Card title={say('Plan')} action={<StateWord state={stateOf(account)} />}>
        <Empty action={!account.deleted && <Link class="button primary" to="plan">{say('Choose a plan')}</Link>}>
          {account.deleted ? (
            say('There is no plan any more.')
          ) : account.trial_ends_at ? (
            say('Your trial runs until {day}.', {day: <When at={account.trial_ends_at} />})
          ) : (
            say('You have no plan yet.')
          )}
        </Empty>
      </Card>
    );
  return (
    <Card title={say('Plan')} action={<StateWord state={stateOf(account)} />}>
      <p class="big">
        <Name id={plan.plan} /> <span class="soft">· {format.nameOf({}, plan.cycle).toLocaleLowerCase()}</span>
      </p>
      <Rows
        of={[
          plan.licences > 1 && [say('Licences'), plan.licences],
          plan.add_ons.length > 0 && [say('Add-ons'), plan.add_ons.map((one) => <span key={one.add_on}>{one.count} × <Name id={one.add_on} /> </span>)],
          [say('This period'), say('{from} until {to}', {from: <When at={plan.period_from} />, to: <When at={plan.period_to} />})],
          account.next && !plan.cancelled && [say('Renews'), say('{day} for {amount}', {day: <When at={account.next.at} />, amount: <Amount value={account.next.total} />})],
          plan.ends_at && [say('Ends'), <When at={plan.ends_at} />],
          plan.agreement_ends && [say('Agreement until'), <When at={plan.agreement_ends} />],
          pending && [say('From the next period'), <Name id={pending.plan} />],
        ]}
      />
      {account.next && account.next.lines.length > 1 && (
        <details>
          <summary>{say('Details of the renewal')}</summary>
          <Charge of={account.next} />
        </details>
      )}
      <div class="actions">
        <Link class="button primary" to="plan">
          {say('Change plan')}
        </Link>
        <Link class="button" to="manage">
          {plan.cancelled ? say('Undo cancellation') : plan.paused_since ? say('Resume') : offer?.longest_pause ? say('Cancel or pause') : say('Cancel')}
        </Link>
      </div>
    </Card>
  );
}

const days = 24 * 3600 * 1000;

function CreditsCard({account}) {
  const {names} = useShown();
  const {offer, session} = useBilling();
  const none = account.credits.length > 0 && account.credits.every((one) => format.isZero(one.available));
  const used = none && (account.subscription || account.trial_ends_at);
  const soon = (at) => at && new Date(at) - new Date(session.now) < 7 * days;
  return (
    <Card title={say('Credits')} action={<Link to="usage">{say('Usage')}</Link>}>
      <ul class="balances">
        {account.credits.map((one) => (
          <li key={one.type}>
            <span class="big num">{format.number(one.available.split(' ')[0])}</span>
            <span class="soft">{names[one.type] ?? one.type}</span>
          </li>
        ))}
      </ul>
      {none && !used && <p class="soft">{offer?.credit_sales ? say('Credits come with a plan, and more can be bought.') : say('Credits come with a plan.')}</p>}
      {used && (
        <Strip kind="warn" title={say('Your credits are used up.')}>
          {say('Buy some, or choose a larger plan.')}
        </Strip>
      )}
      {account.grants.length > 0 && (
        <>
          <p class="soft small">{say('Spent in this order')}</p>
          <ol class="lots">
            {account.grants.map((grant) => (
              <li key={grant.id}>
                <span>
                  {say('{left} of {all}', {left: <Credits value={grant.remaining} />, all: <small class="soft">{format.number(grant.granted.split(' ')[0])}</small>})}
                  {soon(grant.ends_at) && <span class="tag warn">{say('ends soon')}</span>}
                </span>
                <span class="soft">
                  {grant.ends_at
                    ? say('{source}, until {day}', {source: spoken(sources[grant.source] ?? grant.source), day: <When at={grant.ends_at} />})
                    : say('{source}, until used', {source: spoken(sources[grant.source] ?? grant.source)})}
                </span>
                <Bar left={grant.remaining} of={grant.granted} />
              </li>
            ))}
          </ol>
          {account.more_grants > 0 && <p class="soft small">{many('and {count} more', 'and {count} more lots', account.more_grants)}</p>}
        </>
      )}
      <div class="actions">
        {offer?.credit_sales && !account.deleted && (account.subscription || !offer.credit_sales.needs_plan) && (
          <Link class="button primary" to="credits">
            {say('Buy credits')}
          </Link>
        )}
      </div>
    </Card>
  );
}

function Ways({account}) {
  const {names} = useShown();
  const {offer} = useBilling();
  const recharge = account.auto_recharge;
  return (
    <Card title={say('How you pay')} action={<Link to="methods">{say('Edit')}</Link>}>
      {account.payment_methods.length === 0 ? (
        <Empty action={<Link class="button" to="methods/add">{say('Add a payment method')}</Link>}>{say('No payment method yet.')}</Empty>
      ) : (
        <Rows of={account.payment_methods.map((one) => [format.nameOf({}, one.slot), <bdi>{methodName(names, one)}</bdi>])} />
      )}
      <Rows
        of={[
          offer?.auto_recharge && [say('Auto-recharge'), recharge ? say('below {below} buys {amount}', {below: <Credits value={recharge.below} />, amount: <Credits value={recharge.amount} />}) : <>{say('off')} · <Link to="credits">{say('set up')}</Link></>],
          !format.isZero(account.account_money) && [say('Your balance with us'), <Amount value={account.account_money} />],
        ]}
      />
      {recharge?.suspended && (
        <Strip kind="warn" title={say('Auto-recharge is suspended.')} action={<Link to="credits">{say('Try again')}</Link>}>
          {say('Its payments failed.')}
        </Strip>
      )}
    </Card>
  );
}

function OpenOrders({account}) {
  const {names} = useShown();
  return (
    <Card title={say('To be paid')} class="due">
      <ul class="plain">
        {account.open_orders.map((order) => (
          <li key={order.id} class="split">
            <span>
              {format.line(names, order.lines[0]?.text ?? '')}
              <small class="soft"> · {say('order {number}', {number: order.id})}</small>
            </span>
            <span>
              <Amount value={order.total} />{' '}
              <Link class="button small primary" to={`orders/${order.id}`}>
                {order.now.state === 'pending' ? say('Look') : say('Pay')}
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
