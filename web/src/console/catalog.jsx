// What is sold: the offer as customers see it, the versions of the tenant's file, and the next one: first what it would
// change, then in force. The host reads and compares the file; this page shows its answer.
import {useRef, useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Credits, Empty, Failed, Field, Loaded, Name, Rows, Status, Strip, Table, useLoaded, When} from '../lib/parts.jsx';

const most = 200; // rows at first: a tenant may have a hundred thousand subscriptions

export function CatalogPage({api, session, AccountLink}) {
  const may = session.scopes.includes('operate');
  const offer = useLoaded(() => api.get('/offer'), [api]);
  const versions = useLoaded(async () => (may ? await api.get('/catalog/versions') : {data: []}), [api]);
  const again = () => {
    offer.again();
    versions.again();
  };
  const why = may ? undefined : 'Only staff with the scope “operate” can change what is sold. Ask the person who gave you access.';
  return (
    <>
      <Loaded of={offer} lines={8}>{(found) => <Offer offer={found} />}</Loaded>
      {may && (
        <Card title="Versions">
          <Loaded of={versions}>{(found) => <Versions api={api} list={found.data} done={again} />}</Loaded>
        </Card>
      )}
      <Card title="A new version">
        <NewVersion api={api} why={why} AccountLink={AccountLink} done={again} />
      </Card>
    </>
  );
}

function Offer({offer}) {
  return (
    <Card title="What customers are offered">
      <Table caption="Plans" columns={[['Plan', ''], ['Cycle', ''], ['Price', 'n'], ['Gives', '']]} rows={offer.plans.flatMap((plan) => plan.cycles.map((cycle) => [<Name id={plan.plan} />, cycle.cycle, <Amount value={cycle.price} free />, cycle.gives.map((one) => <div key={one}><Credits value={one} /></div>)]))} empty="No plans are sold." />
      {offer.add_ons.length > 0 && <Table caption="Add-ons" columns={[['Add-on', ''], ['Cycle', ''], ['Price', 'n'], ['Renews', '']]} rows={offer.add_ons.flatMap((one) => one.prices.map((price) => [<Name id={one.add_on} />, price.cycle, <Amount value={price.price} />, one.renews ? 'yes' : 'no']))} empty="" />}
    </Card>
  );
}

/// What was in force, newest first. To go back is a new version that says the same as an old one: it is asked twice.
function Versions({api, list, done}) {
  const [asked, setAsked] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const back = async (version) => {
    setBusy(true);
    setProblem(null);
    try {
      await api.post('/catalog/apply_again', {version}, drawKey('console'));
      setAsked(0);
      done();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  const choice = (one) =>
    asked === one.version ? (
      <span class="actions">
        <Button kind="danger small" busy={busy} onClick={() => back(one.version)}>
          Go back to version {one.version}
        </Button>
        <Button kind="small" onClick={() => setAsked(0)}>
          Stay
        </Button>
      </span>
    ) : (
      <Button kind="small" onClick={() => setAsked(one.version)} aria-label={`Go back to what version ${one.version} says`}>
        Go back
      </Button>
    );
  return (
    <>
      <Table
        caption="Versions of the tenant’s file, newest first"
        columns={[['Version', ''], ['Since', ''], ['By', ''], ['Subscriptions', 'n'], ['State', ''], ['', '']]}
        rows={[...list].reverse().map((one) => [
          <>
            {one.version} {one.again > 0 && <small class="soft">says what {one.again} says</small>}
          </>,
          <When at={one.at} how="time" />,
          <bdi>{one.by}</bdi>,
          one.subscriptions,
          one.in_force ? <Status kind="ok">in force</Status> : <span class="soft">earlier</span>,
          !one.in_force && choice(one),
        ])}
        empty="There is no version yet."
      />
      {problem && <Failed problem={problem} />}
    </>
  );
}

/// The text of a file, then what it would change, then in force. What is applied is the text whose changes were shown.
function NewVersion({api, why, AccountLink, done}) {
  const area = useRef(null);
  const [text, setText] = useState('');
  const [shown, setShown] = useState(null); // {text, plan} or {text, problem}
  const [busy, setBusy] = useState('');
  const [applied, setApplied] = useState(null);
  const [refused, setRefused] = useState(null);
  const write = (next) => {
    setText(next);
    setApplied(null);
    setRefused(null);
  };
  const look = async () => {
    setBusy('plan');
    setApplied(null);
    setRefused(null);
    try {
      setShown({text, plan: await api.file('/catalog/plan', text)});
    } catch (problem) {
      setShown({text, problem});
    } finally {
      setBusy('');
    }
  };
  const apply = async () => {
    setBusy('apply');
    setRefused(null);
    try {
      const answer = await api.file(`/catalog/apply?next=${shown.plan.next}`, shown.text);
      setApplied(answer.version);
      setShown(null);
      done();
    } catch (problem) {
      setRefused(problem);
    } finally {
      setBusy('');
    }
  };
  const toLine = (line, column) => {
    const lines = text.split('\n');
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
    if (area.current) area.current.scrollTop = Math.max(0, (line - 4) * (area.current.scrollHeight / Math.max(1, lines.length)));
  };
  const fresh = shown && shown.text === text;
  return (
    <>
      <p class="soft">The whole file of {api.tenant}. Nothing changes before you have seen what it would do.</p>
      <Field label="File" type="file" accept=".yaml,.yml" hint="Choose it here, or put its text in below." onChange={async (event) => event.currentTarget.files[0] && write(await event.currentTarget.files[0].text())} />
      <Field label="Its text">
        {(its) => <textarea {...its} ref={area} class="code" rows={14} spellcheck={false} autocapitalize="off" dir="ltr" value={text} onInput={(event) => write(event.currentTarget.value)} />}
      </Field>
      <Button kind={fresh ? 'plain' : 'primary'} busy={busy === 'plan'} why={why ?? (text.trim() ? undefined : 'Choose the file, or paste its text.')} onClick={look}>
        See what changes
      </Button>
      <div aria-live="polite" class="under">
        {applied && <Strip kind="ok" title={`Version ${applied} of ${api.tenant} is in force.`} />}
        {shown && !fresh && <Strip kind="info" title="The text is another one now." >See what changes again.</Strip>}
        {fresh && shown.problem && <Wrong problem={shown.problem} toLine={toLine} />}
        {fresh && shown.plan && <Changes plan={shown.plan} tenant={api.tenant} AccountLink={AccountLink} />}
        {refused && <Failed problem={refused} />}
      </div>
      {fresh && shown.plan?.changes.length > 0 && (
        <div class="confirm">
          <Button kind="primary" busy={busy === 'apply'} onClick={apply}>
            Put version {shown.plan.next} of {api.tenant} into force
          </Button>
        </div>
      )}
    </>
  );
}

/// `callloop.yaml:41:5: …` as its line, its column and the sentence.
function placed(message) {
  const found = message.match(/^[^\s:]+:(\d+)(?::(\d+))?: ([\s\S]*)$/);
  return found ? {line: Number(found[1]), column: Number(found[2] ?? 1), said: found[3]} : {line: 0, column: 0, said: message};
}

/// Errors of the file, each with the place that it is about; nothing was changed.
function Wrong({problem, toLine}) {
  if (problem.errors.length === 0) return <Failed problem={problem} />;
  return (
    <>
      <Strip kind="bad" alert title={problem.errors.length === 1 ? 'There is an error in the file. Nothing was changed.' : `There are ${problem.errors.length} errors in the file. Nothing was changed.`} />
      <Table
        caption="Errors of the file"
        columns={[['Line', ''], ['Column', 'n'], ['What is wrong', 'wide']]}
        rows={problem.errors
          .slice(0, most)
          .map((one) => placed(one.message))
          .sort((one, other) => one.line - other.line)
          .map(({line, column, said}) => [
            line ? (
              <button type="button" class="text" onClick={() => toLine(line, column)} aria-label={`Go to line ${line}, column ${column}`}>
                {line}
              </button>
            ) : (
              '–'
            ),
            column || '–',
            <bdi>{said}</bdi>,
          ])}
        empty=""
      />
    </>
  );
}

const lineOf = (place) => place.split(':').pop();

function Changes({plan, tenant, AccountLink}) {
  const [rows, setRows] = useState(most);
  if (plan.changes.length === 0) return <Empty>The file says the same as version {plan.version}, which is in force.</Empty>;
  const moving = plan.subscriptions.filter((one) => one.how !== 'keeps_price');
  return (
    <>
      <h3>What version {plan.next} changes</h3>
      <Table
        caption={`Keys that version ${plan.next} of ${tenant} changes`}
        columns={[['Key', ''], ['Now', 'wide'], ['Then', 'wide'], ['Line', 'n']]}
        rows={plan.changes.slice(0, rows).map((one) => [<code>{one.path}</code>, one.before ? <bdi>{one.before}</bdi> : <span class="soft">not there</span>, one.after ? <bdi>{one.after}</bdi> : <span class="soft">taken out</span>, one.after ? lineOf(one.at) : '–'])}
        empty=""
      />
      <Rows of={[['Running subscriptions', format.nameOf({}, plan.running_subscriptions)], ['Meters', format.nameOf({}, plan.meters)], ['On a plan', `${plan.subscriptions.length} of ${plan.accounts} accounts`], ['Of these not as before', String(moving.length)]]} />
      {plan.subscriptions.length > 0 && (
        <Table
          caption="What it means for who is on a plan"
          columns={[['Account', ''], ['Plan', ''], ['Now', 'n'], ['Then', 'n'], ['What happens', 'wide']]}
          rows={[...moving, ...plan.subscriptions.filter((one) => one.how === 'keeps_price')].slice(0, rows).map((one) => [<AccountLink id={one.account} />, <><Name id={one.plan} />, {one.cycle}</>, <Amount value={one.before} />, <Amount value={one.after} />, <What one={one} />])}
          empty=""
        />
      )}
      {Math.max(plan.changes.length, plan.subscriptions.length) > rows && <Button onClick={() => setRows(rows + most)}>Show {most} more rows</Button>}
    </>
  );
}

function What({one}) {
  if (one.how === 'keeps_price') return 'Keeps its price.';
  if (one.how === 'under_agreement') return 'Keeps its price until its agreement ends.';
  if (one.how === 'not_sold') return 'Keeps what it has: the new file does not sell it.';
  if (one.how === 'has_changed')
    return (
      <>
        Changes <When at={one.at} how="time" />, as the customer agreed.
      </>
    );
  return (
    <>
      Moves at its renewal, <When at={one.at} how="time" />.
    </>
  );
}
