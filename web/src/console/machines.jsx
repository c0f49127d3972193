// Keys of backends, and who is told what happens.
import {useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Button, Card, Copy, Empty, Failed, Field, Loaded, Select, Status, Strip, Table, useLoaded, When} from '../lib/parts.jsx';

/// What was asked, said once; a second tap asks nothing.
function useAsk(again) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [done, setDone] = useState(null);
  const run = async (ask, said) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    setDone(null);
    try {
      const answer = await ask();
      setDone({said, answer});
      again();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return {run, busy, problem, done};
}

export function KeysPage({api}) {
  const loaded = useLoaded(() => api.get('/keys'), [api]);
  const {run, busy, problem, done} = useAsk(loaded.again);
  const [name, setName] = useState('');
  const [preset, setPreset] = useState('backend');
  const [asked, setAsked] = useState('');
  return (
    <>
      <div aria-live="polite">
        {problem && <Failed problem={problem} />}
        {done?.answer?.key && (
          <Strip kind="warn" title="The key is shown this once." action={<Copy label="the key" value={done.answer.key}>Copy the key</Copy>}>
            <code class="secret">{done.answer.key}</code>
          </Strip>
        )}
        {done && !done.answer?.key && <Strip kind="ok" title={done.said} />}
      </div>
      <Card title="Keys">
        <Loaded of={loaded}>
          {(answer) => (
            <Table
              caption="Keys of this tenant, without their secrets"
              columns={[['Key', ''], ['Name', ''], ['May', ''], ['Issued', ''], ['State', ''], ['', '']]}
              rows={answer.data.map((one) => [
                one.id,
                <bdi>{one.name}</bdi>,
                <small>{one.scopes.join(', ')}</small>,
                <>
                  <When at={one.issued_at} /> <small class="soft">by {one.issued_by}</small>
                </>,
                one.works ? <Status kind="ok">{one.ends_at ? <>until <When at={one.ends_at} /></> : 'works'}</Status> : <Status kind="bad">ended</Status>,
                one.works &&
                  (asked === one.id ? (
                    <span class="actions">
                      <Button kind="danger small" busy={busy} onClick={() => run(() => api.post(`/keys/${one.id}/revoke`, {}, drawKey('console')), `${one.id} is revoked.`).then(() => setAsked(''))}>
                        Revoke {one.id}
                      </Button>
                      <Button kind="small" onClick={() => setAsked('')}>
                        Keep
                      </Button>
                    </span>
                  ) : (
                    <span class="actions">
                      <Button kind="small" busy={busy} onClick={() => run(() => api.post(`/keys/${one.id}/roll`, {old_ends_in: '24 hours'}, drawKey('console')))} aria-label={`Roll ${one.id}: the old one works for 24 hours`}>
                        Roll
                      </Button>
                      <Button kind="small" onClick={() => setAsked(one.id)} aria-label={`Revoke ${one.id}`}>
                        Revoke
                      </Button>
                    </span>
                  )),
              ])}
              empty="There are no keys yet."
            />
          )}
        </Loaded>
      </Card>
      <Card title="A new key">
        <div class="fields">
          <Field label="Name" maxLength={64} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <Select label="What it may" value={preset} options={['backend', 'usage', 'readonly', 'support', 'staff'].map((one) => [one, format.nameOf({}, one)])} onChange={(event) => setPreset(event.currentTarget.value)} />
        </div>
        <Button kind="primary" busy={busy} why={name.trim() ? undefined : 'Write what it is for.'} onClick={() => run(() => api.post('/keys', {name: name.trim(), preset}, drawKey('console'))).then(() => setName(''))}>
          Issue a key
        </Button>
      </Card>
    </>
  );
}

export function WebhooksPage({api}) {
  const loaded = useLoaded(() => api.get('/webhook_endpoints'), [api]);
  return (
    <Loaded of={loaded}>
      {(answer) =>
        answer.data.length === 0 ? (
          <Card>
            <Empty>There are no webhook endpoints. Add them under serve.webhooks in florin.yaml.</Empty>
          </Card>
        ) : (
          answer.data.map((one) => <Endpoint key={one.name} api={api} one={one} again={loaded.again} />)
        )
      }
    </Loaded>
  );
}

function Endpoint({api, one, again}) {
  const name = one.name;
  const at = `/webhook_endpoints/${encodeURIComponent(name)}`;
  const log = useLoaded(() => api.get(`${at}/deliveries`), [api, name]);
  const {run, busy, problem, done} = useAsk(() => {
    again();
    log.again();
  });
  const [from, setFrom] = useState('');
  const on = one.enabled;
  return (
    <Card title={<bdi>{name}</bdi>} action={<Status kind={on ? 'ok' : 'bad'}>{on ? 'sends' : 'stopped'}</Status>}>
      <p class="soft">
        <bdi>{one.url}</bdi> · {one.pending} wait{one.why_not && ` · ${one.why_not}`}
      </p>
      <div class="actions">
        <Button busy={busy} onClick={() => run(() => api.post(`${at}/test`, {}), 'webhook.test is on its way.')}>
          Send a test
        </Button>
        <Button busy={busy} onClick={() => run(() => api.post(`${at}/${on ? 'disable' : 'enable'}`, {}), on ? 'It is stopped.' : 'It continues where it stopped.')}>
          {on ? `Stop ${name}` : `Go on with ${name}`}
        </Button>
      </div>
      <Field label="Send again from this position on" inputMode="numeric" value={from} onInput={(event) => setFrom(event.currentTarget.value.trim())} />
      <Button busy={busy} why={/^[1-9][0-9]*$/.test(from) ? undefined : 'A position is a number, as in the history.'} onClick={() => run(() => api.post(`${at}/replay`, {from}), 'Events are sent again.')}>
        Send again to {name}
      </Button>
      <div aria-live="polite">
        {problem && <Failed problem={problem} />}
        {done && <Strip kind="ok" title={done.said} />}
      </div>
      <Loaded of={log}>
        {(list) => (
          <Table
            caption={`Deliveries to ${name}, newest first`}
            columns={[['Event', ''], ['At', ''], ['Outcome', ''], ['Tries', 'n'], ['Answer', '']]}
            rows={list.data.slice(0, 50).map((it) => [it.type, <When at={it.at} how="time" />, format.nameOf({}, it.outcome), it.tries, <bdi>{[it.status, it.problem, it.answer].filter(Boolean).join(' · ').slice(0, 200)}</bdi>])}
            empty="Nothing was sent yet."
          />
        )}
      </Loaded>
    </Card>
  );
}
