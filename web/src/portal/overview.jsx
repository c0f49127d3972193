import * as format from '../lib/format.js';
import {Amount, Bar, Card, Credits, Empty, Name, Rows, Status, Strip, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';
import {Charge, methodName} from './pay.jsx';

const sources = {
  plan: 'From your plan',
  rollover: 'Rolled over',
  purchase: 'Bought',
  recharge: 'Auto-recharge',
  addon: 'Add-on',
  trial: 'Trial',
  transfer: 'Transferred',
  correction: 'Given by us',
};
const states = {
  paid: ['ok', 'Active'],
  trial: ['info', 'Trial'],
  past_due: ['bad', 'Payment due'],
  limited: ['warn', 'No plan'],
  opened: ['info', 'No plan yet'],
  ended: ['info', 'Ended'],
  paused: ['info', 'Paused'],
  cancelled: ['warn', 'Cancelled'],
  blocked: ['bad', 'Blocked'],
  deleted: ['bad', 'Closed'],
};
export const StateWord = ({state}) => {
  const [kind, text] = states[state] ?? ['info', format.nameOf({}, state)];
  return <Status kind={kind}>{text}</Status>;
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
      <Card title="Plan" action={<StateWord state={stateOf(account)} />}>
        <Empty action={!account.deleted && <Link class="button primary" to="plan">Choose a plan</Link>}>
          {account.deleted ? (
            'There is no plan any more.'
          ) : account.trial_ends_at ? (
            <>
              Your trial runs until <When at={account.trial_ends_at} />.
            </>
          ) : (
            'You have no plan yet.'
          )}
        </Empty>
      </Card>
    );
  return (
    <Card title="Plan" action={<StateWord state={stateOf(account)} />}>
      <p class="big">
        <Name id={plan.plan} /> <span class="soft">· {format.nameOf({}, plan.cycle).toLowerCase()}</span>
      </p>
      <Rows
        of={[
          plan.licences > 1 && ['Licences', plan.licences],
          plan.add_ons.length > 0 && ['Add-ons', plan.add_ons.map((one) => <span key={one.add_on}>{one.count} × <Name id={one.add_on} /> </span>)],
          ['This period', <><When at={plan.period_from} /> until <When at={plan.period_to} /></>],
          account.next && !plan.cancelled && ['Renews', <><When at={account.next.at} /> for <Amount value={account.next.total} /></>],
          plan.ends_at && ['Ends', <When at={plan.ends_at} />],
          plan.agreement_ends && ['Agreement until', <When at={plan.agreement_ends} />],
          pending && ['From the next period', <Name id={pending.plan} />],
        ]}
      />
      {account.next && account.next.lines.length > 1 && (
        <details>
          <summary>What the renewal is made of</summary>
          <Charge of={{...account.next, taxes: []}} />
        </details>
      )}
      <div class="actions">
        <Link class="button primary" to="plan">
          Change plan
        </Link>
        <Link class="button" to="manage">
          {plan.cancelled ? 'Undo cancellation' : plan.paused_since ? 'Resume' : offer?.longest_pause ? 'Cancel or pause' : 'Cancel'}
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
    <Card title="Credits" action={<Link to="usage">Usage</Link>}>
      <ul class="balances">
        {account.credits.map((one) => (
          <li key={one.type}>
            <span class="big num">{format.number(one.available.split(' ')[0])}</span>
            <span class="soft">{names[one.type] ?? one.type}</span>
          </li>
        ))}
      </ul>
      {none && !used && <p class="soft">Credits come with a plan{offer?.credit_sales ? ', and more can be bought' : ''}.</p>}
      {used && (
        <Strip kind="warn" title="Your credits are used up.">
          Buy some, or choose a larger plan.
        </Strip>
      )}
      {account.grants.length > 0 && (
        <>
          <p class="soft small">Spent in this order</p>
          <ol class="lots">
            {account.grants.map((grant) => (
              <li key={grant.id}>
                <span>
                  <Credits value={grant.remaining} />
                  <small class="soft"> of {format.number(grant.granted.split(' ')[0])}</small>
                  {soon(grant.ends_at) && <span class="tag warn">ends soon</span>}
                </span>
                <span class="soft">
                  {sources[grant.source] ?? grant.source}
                  {grant.ends_at ? (
                    <>
                      , until <When at={grant.ends_at} />
                    </>
                  ) : (
                    ', until used'
                  )}
                </span>
                <Bar left={grant.remaining} of={grant.granted} />
              </li>
            ))}
          </ol>
          {account.more_grants > 0 && <p class="soft small">and {account.more_grants} more</p>}
        </>
      )}
      <div class="actions">
        {offer?.credit_sales && !account.deleted && (account.subscription || !offer.credit_sales.needs_plan) && (
          <Link class="button primary" to="credits">
            Buy credits
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
    <Card title="How you pay" action={<Link to="methods">Edit</Link>}>
      {account.payment_methods.length === 0 ? (
        <Empty action={<Link class="button" to="methods/add">Add a payment method</Link>}>No payment method yet.</Empty>
      ) : (
        <Rows of={account.payment_methods.map((one) => [format.nameOf({}, one.slot), <bdi>{methodName(names, one)}</bdi>])} />
      )}
      <Rows
        of={[
          offer?.auto_recharge && ['Auto-recharge', recharge ? <>below <Credits value={recharge.below} /> buys <Credits value={recharge.amount} /></> : <>off · <Link to="credits">set up</Link></>],
          !format.isZero(account.account_money) && ['Your balance with us', <Amount value={account.account_money} />],
        ]}
      />
      {recharge?.suspended && (
        <Strip kind="warn" title="Auto-recharge is suspended." action={<Link to="credits">Try again</Link>}>
          Its payments failed.
        </Strip>
      )}
    </Card>
  );
}

function OpenOrders({account}) {
  const {names} = useShown();
  return (
    <Card title="To be paid" class="due">
      <ul class="plain">
        {account.open_orders.map((order) => (
          <li key={order.id} class="split">
            <span>
              {format.line(names, order.lines[0]?.text ?? '')}
              <small class="soft"> · order {order.id}</small>
            </span>
            <span>
              <Amount value={order.total} />{' '}
              <Link class="button small primary" to={`orders/${order.id}`}>
                {order.now.state === 'pending' ? 'Look' : 'Pay'}
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
