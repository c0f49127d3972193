// A sandbox's clock stands still until somebody moves it; whatever falls due on the way happens.
import {useState} from 'preact/hooks';
import {Button, Card, Failed, Field, Strip, useLoaded, When} from '../lib/parts.jsx';
import {hostClock, moveClock} from '../lib/api.js';

const steps = [['1 hour', 3600], ['1 day', 86_400], ['7 days', 7 * 86_400], ['31 days', 31 * 86_400]];

export function ClockCard() {
  const loaded = useLoaded(() => hostClock(), []);
  const [to, setTo] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [said, setSaid] = useState('');
  if (!loaded.value?.virtual) return null;
  const now = new Date(loaded.value.now);
  const move = async (until) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    setSaid('');
    try {
      const answer = await moveClock(until.toISOString().replace(/\.\d+/, ''));
      setSaid(`${answer.entries} entries were written on the way.`);
      loaded.again();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="Clock of this sandbox">
      <p>
        It is <When at={loaded.value.now} how="time" />. It moves when you say so, and what falls due on the way happens: renewals, retries, ends of trials.
      </p>
      <div class="actions">
        {steps.map(([name, seconds]) => (
          <Button key={name} busy={busy} onClick={() => move(new Date(now.getTime() + seconds * 1000))}>
            {name} on
          </Button>
        ))}
      </div>
      <div class="under">
        <Field type="datetime-local" label="Or to, in UTC" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        <Button busy={busy} why={to ? undefined : 'Choose an instant.'} onClick={() => move(new Date(`${to}Z`))}>
          Move the clock
        </Button>
      </div>
      <div aria-live="polite">
        {said && <Strip kind="ok" title={said} />}
        {problem && <Failed problem={problem} />}
      </div>
    </Card>
  );
}
