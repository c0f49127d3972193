// The pages of the portal by their address, and what stands above each of them. The portal and the widget show the same.
import {Amount, Strip, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {mark, say} from '../lib/say.js';
import {BuyCredits} from './credits.jsx';
import {Help} from './help.jsx';
import {Invoices} from './invoices.jsx';
import {Manage} from './manage.jsx';
import {Members} from './members.jsx';
import {Methods} from './methods.jsx';
import {OrderPage} from './order.jsx';
import {Overview} from './overview.jsx';
import {ChangePlan} from './plan.jsx';
import {Usage} from './usage.jsx';

export const pages = {
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

export function Strips({account}) {
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
        {say('Until then, nothing is charged and nothing can be used.')}
      </Strip>,
    );
  if (account.subscription?.paused_since)
    strips.push(
      <Strip key="paused" kind="info" title={say('Your plan is paused.')} action={<Link to="manage">{say('Resume')}</Link>}>
        {say('It resumes automatically on {day}.', {day: <When at={account.subscription.resumes_at} />})}
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

export const NotFound = () => <p>{say('There is no such page.')} <Link to="">{say('Plan & billing')}</Link></p>;
