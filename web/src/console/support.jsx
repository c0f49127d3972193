// What support does for a customer: a link to pay, a message once more, another plan or cycle. In the books it is staff.
import {useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Button, Card, Copy, Credits, Empty, Failed, Loaded, Select, Status, Strip, Table, useLoaded, useShown, When} from '../lib/parts.jsx';

/// A link that pays this order and opens nothing else: support never sends a customer's sign-in.
export function PayLinkOf({of, order}) {
  const [link, setLink] = useState(null);
  const [problem, setProblem] = useState(null);
  const make = () => of.post(`/orders/${order.id}/pay_link`, {}).then(setLink, setProblem);
  return (
    <div class="under">
      {link ? (
        <Strip kind="ok" title="A link to pay this order" action={<Copy label={`the link to pay order ${order.id}`} value={link.url}>Copy the link</Copy>}>
          It works until <When at={link.expires_at} how="time" />, or until the order is paid.
        </Strip>
      ) : (
        <Button kind="small" onClick={make}>
          Make a link to pay order {order.id}
        </Button>
      )}
      {problem && <Failed problem={problem} />}
    </div>
  );
}

const kinds = {sent: 'ok', waiting: 'wait', sending: 'wait', failed: 'bad', undeliverable: 'bad', unknown: 'warn', void: 'info'};

export function Messages({of}) {
  const loaded = useLoaded(() => of.get('/messages'), [of]);
  const [said, setSaid] = useState(null);
  const again = async (one) => {
    setSaid(null);
    try {
      await of.post(`/messages/${encodeURIComponent(one.id)}/send_again`, {});
      setSaid({ok: `${format.nameOf({}, one.kind)} is sent once more.`});
      loaded.again();
    } catch (problem) {
      setSaid({problem});
    }
  };
  return (
    <Card title="Messages sent" action={<Button kind="small" onClick={loaded.again}>Look again</Button>}>
      <div aria-live="polite">
        {said?.ok && <Strip kind="ok" title={said.ok} />}
        {said?.problem && <Failed problem={said.problem} />}
      </div>
      <Loaded of={loaded}>
        {(page) => (
          <Table
            caption="Mail about this account, newest first"
            columns={[['Message', ''], ['At', ''], ['State', ''], ['Why', ''], ['', '']]}
            rows={page.data.map((one) => [
              format.nameOf({}, one.kind),
              <When at={one.at} how="time" />,
              <Status kind={kinds[one.state]}>{format.nameOf({}, one.state)}</Status>,
              <bdi>{one.problem}</bdi>,
              one.kind === 'invitation' ? <span class="soft">sent anew from Members</span> : <Button kind="small" onClick={() => again(one)} aria-label={`Send ${format.nameOf({}, one.kind)} again`}>Send again</Button>,
            ])}
            empty="No mail was sent about this account."
          />
        )}
      </Loaded>
    </Card>
  );
}

/// The same quotation that the customer would see; what the staff confirms is what is charged.
export function ChangeFor({id, of, account, done}) {
  const {names} = useShown();
  const offer = useLoaded(() => of.get('/catalog'), [of], [account.position]);
  const plan = account.subscription;
  const [chosen, setChosen] = useState('');
  const [quote, setQuote] = useState(null);
  const [problem, setProblem] = useState(null);
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  if (!plan) return <Empty>There is no plan to change.</Empty>;
  const body = () => {
    const [to, cycle] = chosen.split('/');
    return {...(to === plan.plan ? {} : {plan: to}), cycle};
  };
  const ask = async (value) => {
    setChosen(value);
    setQuote(null);
    setProblem(null);
    setSaid('');
    const [to, cycle] = value.split('/');
    if (value) await of.quote('change_plan', {...(to === plan.plan ? {} : {plan: to}), cycle}).then(setQuote, setProblem);
  };
  const send = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await of.command('change_plan', {...body(), agreed: quote.agreed}, drawKey(id));
      setSaid('Done.');
      setQuote(null);
      setChosen('');
      done();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Loaded of={offer}>
      {(catalog) => {
        const options = catalog.plans.flatMap((one) => one.cycles.map((cycle) => [`${one.plan}/${cycle.cycle}`, `${format.nameOf(names, one.plan)}, ${cycle.cycle}, ${format.money(cycle.price)}`])).filter(([value]) => value !== `${plan.plan}/${plan.cycle}`);
        return (
          <>
            <Select label="To" value={chosen} options={[['', 'Choose'], ...options]} onChange={(event) => ask(event.currentTarget.value)} />
            {quote && !quote.refused && (
              <p aria-live="polite">
                Today {format.isZero(quote.agreed) ? 'nothing' : format.money(quote.agreed)}
                {quote.next && (
                  <>
                    , then {format.money(quote.next.total)} on <When at={quote.next.at} />
                  </>
                )}
                .{' '}
                {(quote.leave ?? []).filter((one) => one.amount && ['forfeited', 'expired'].includes(one.how)).map((one) => (
                  <span class="warn-text">
                    <Credits value={one.amount} /> are lost.{' '}
                  </span>
                ))}
              </p>
            )}
            {quote?.refused && <Strip kind="warn" title={quote.refused.text}>{quote.refused.rule && <small class="soft">rule {quote.refused.rule}</small>}</Strip>}
            {problem && <Failed problem={problem} />}
            {said && <Strip kind="ok" title={said} />}
            <Button kind="primary" busy={busy} why={!quote ? 'Choose a plan and a cycle.' : quote.refused ? 'This change is refused.' : undefined} onClick={send}>
              {quote && !quote.refused && !format.isZero(quote.agreed) ? `Change it and charge ${format.money(quote.agreed)} to ${id}` : `Change it for ${id}`}
            </Button>
          </>
        );
      }}
    </Loaded>
  );
}
