// Payments that are under way or unknown, what Florin does next about each, and what a person says after looking.
import {useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Empty, Failed, Field, Loaded, Select, Status, Strip, Table, useLoaded, When} from '../lib/parts.jsx';

const kinds = {needs_action: 'wait', pending: 'wait', unknown: 'warn', started: 'wait', captured: 'ok', declined: 'bad'};

export function PaymentsPage({api, Act, AccountLink}) {
  const loaded = useLoaded(() => api.get('/payments'), [api]);
  const [chosen, setChosen] = useState(null);
  return (
    <Loaded of={loaded} lines={8}>
      {(answer) => {
        const all = answer.data ?? answer;
        return (
          <>
            <UnderWay list={all.payments ?? []} AccountLink={AccountLink} choose={setChosen} />
            {chosen && <Resolve key={`${chosen.account}-${chosen.order}-${chosen.attempt}`} of={chosen} Act={Act} done={loaded.again} leave={() => setChosen(null)} />}
            <Discrepancies api={api} list={all.discrepancies ?? []} again={loaded.again} AccountLink={AccountLink} />
            {(all.refunds ?? []).length > 0 && (
              <Card title="Refunds under way">
                <Table caption="Refunds that have not arrived" columns={[['Account', ''], ['Order', 'n'], ['Amount', 'n'], ['State', ''], ['Why', '']]} rows={all.refunds.map((one) => [<AccountLink id={one.account} />, one.order, <Amount value={one.amount} />, <Status kind={kinds[one.state]}>{format.nameOf({}, one.state)}</Status>, <bdi>{one.why}</bdi>])} empty="" />
              </Card>
            )}
            {(all.deliveries ?? []).length > 0 && (
              <Card title="Paid, and not delivered">
                <Table caption="Orders whose money came and whose delivery failed" columns={[['Account', ''], ['Order', 'n'], ['Amount', 'n'], ['Paid', ''], ['Why', '']]} rows={all.deliveries.map((one) => [<AccountLink id={one.account} />, one.order, <Amount value={one.amount} />, <When at={one.paid_at} how="time" />, <bdi>{one.why ?? one.problem}</bdi>])} empty="" />
              </Card>
            )}
            <Processors all={all} />
          </>
        );
      }}
    </Loaded>
  );
}

function UnderWay({list, AccountLink, choose}) {
  return (
    <Card title="Under way">
      <Table
        caption="Payments without an end yet"
        columns={[['Account', ''], ['Order', 'n'], ['Amount', 'n'], ['State', ''], ['What is done', 'wide'], ['', '']]}
        rows={list.map((one) => [
          <AccountLink id={one.account} />,
          one.order,
          <Amount value={one.amount} />,
          <Status kind={kinds[one.state]}>{format.nameOf({}, one.state)}</Status>,
          <>
            {one.why && one.why.charAt(0).toUpperCase() + one.why.slice(1)}.
            <br />
            <small class="soft">
              {one.processor} <bdi>{one.ref}</bdi> · since <When at={one.since} how="time" />
              {one.ask_at && (
                <>
                  {' '}
                  · asked again <When at={one.ask_at} how="time" />
                </>
              )}
            </small>
          </>,
          <Button kind="small" onClick={() => choose(one)} aria-label={`Resolve payment ${one.attempt} of order ${one.order} of ${one.account}`}>
            Resolve
          </Button>,
        ])}
        empty="No payment waits."
      />
    </Card>
  );
}

/// In two steps: what the processor's own pages say, and then the button that names the payment.
function Resolve({of, Act, done, leave}) {
  const [outcome, setOutcome] = useState('');
  const name = `payment ${of.attempt} of order ${of.order} of ${of.account}`;
  return (
    <Card title={`Resolve ${name}`} action={<Button kind="small" onClick={leave}>Leave it</Button>}>
      <p class="soft">
        Look at the pages of {of.processor} first{of.ref && <>: it is <bdi>{of.ref}</bdi> there</>}. What do they say?
      </p>
      <Select label={`I looked at ${of.processor}: the payment`} value={outcome} options={[['', 'Choose'], ['captured', `was paid: ${format.money(of.amount)}`], ['never_happened', 'never happened']]} onChange={(event) => setOutcome(event.currentTarget.value)} />
      {outcome && <Act account={of.account} name="resolve_payment" fixed={{order: of.order, attempt: of.attempt, outcome}} fields={[['ref', 'The processor’s id']]} label={outcome === 'captured' ? `${format.money(of.amount)} of ${of.account} was paid` : `No money moved for ${of.account}`} done={done} />}
    </Card>
  );
}

function Discrepancies({api, list, again, AccountLink}) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState(null);
  const close = (one) => api.post('/close_discrepancy', {discrepancy: one.discrepancy ?? one.id, reason}, drawKey('console')).then(() => { setProblem(null); again(); }, setProblem);
  if (list.length === 0) return null;
  return (
    <Card title="Our ledger and the provider’s records differ">
      <Table
        caption="Discrepancies"
        columns={[['Account', ''], ['What', ''], ['Amount', 'n'], ['', '']]}
        rows={list.map((one) => [one.account ? <AccountLink id={one.account} /> : '–', <bdi>{[one.kind && format.nameOf({}, one.kind), one.why, one.ref].filter(Boolean).join(' · ')}</bdi>, <Amount value={one.amount ?? one.theirs ?? one.ours} />, <Button kind="small" why={reason.trim() ? undefined : 'Write why first.'} quiet onClick={() => close(one)}>Close it</Button>])}
        empty=""
      />
      <Field label="Why it is closed" maxLength={300} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      {problem && <Failed problem={problem} />}
    </Card>
  );
}

function Processors({all}) {
  const books = Object.fromEntries((all.books ?? []).map((one) => [one.processor, one]));
  const fees = Object.fromEntries((all.fees ?? []).map((one) => [one.processor, one]));
  const list = all.processors ?? [];
  return (
    <Card title="Processors">
      {(all.books ?? []).filter((one) => one.problem).map((one) => (
        <Strip key={one.processor} kind="warn" title={`The records of ${one.processor} cannot be compared.`}>
          <bdi>{one.problem}</bdi>
        </Strip>
      ))}
      {list.length === 0 && <Empty>No processor is named.</Empty>}
      {list.length > 0 && (
        <Table
          caption="Processors"
          columns={[['Processor', ''], ['State', ''], ['Compared until', ''], ['Payments', 'n'], ['Fees', 'n']]}
          rows={list.map((one) => [
            one.processor,
            one.rests ? <Status kind="warn">in cooldown until <When at={one.cooldown_until} how="clock" /></Status> : one.failures > 0 ? <Status kind="info">{one.failures} failed</Status> : <Status kind="ok">well</Status>,
            books[one.processor]?.reconciled_until ? <When at={books[one.processor].reconciled_until} how="time" /> : <span class="soft">not yet</span>,
            fees[one.processor]?.payments ?? 0,
            fees[one.processor]?.kept ? <Amount value={fees[one.processor].kept} /> : <span class="soft">–</span>,
          ])}
          empty=""
        />
      )}
    </Card>
  );
}
