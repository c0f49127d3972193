import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Card, Credits, Field, Loaded, Table, useLoaded, useShown} from '../lib/parts.jsx';
import {say} from '../lib/say.js';
import {useBilling} from './context.js';

export const dayOf = (at, zone) => new Intl.DateTimeFormat('en-CA', {timeZone: zone}).format(at);

export function Usage() {
  const {api, session} = useBilling();
  const {timezone} = useShown();
  const now = new Date(session.now);
  const [from, setFrom] = useState(dayOf(new Date(now - 29 * 864e5), timezone));
  const [to, setTo] = useState(dayOf(now, timezone));
  const loaded = useLoaded(() => api.get(`/usage?from=${from}&to=${to}`), [api], [from, to]);
  return (
    <Card title={say('Usage by meter')}>
      <div class="fields">
        <Field type="date" label={say('From')} value={from} max={to} onChange={(event) => event.currentTarget.value && setFrom(event.currentTarget.value)} />
        <Field type="date" label={say('To')} value={to} min={from} onChange={(event) => event.currentTarget.value && setTo(event.currentTarget.value)} />
      </div>
      <p class="soft small">{say('Days of {zone}. The last day is not complete yet.', {zone: timezone})}</p>
      <Loaded of={loaded} lines={6}>
        {(page) => (
          <>
            <Bars rows={page.data} from={from} to={to} />
            <Rows rows={page.data} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

const most = 62; // more days than that are too narrow to be seen: then those without usage are left out
function daysOf(rows, from, to) {
  const all = [];
  for (let at = Date.parse(`${from}T00:00Z`); at <= Date.parse(`${to}T00:00Z`) && all.length <= most; at += 864e5) all.push(new Date(at).toISOString().slice(0, 10));
  return all.length <= most ? all : [...new Set(rows.map((row) => row.day))].sort().slice(-most);
}

/// A picture of the table below, for each type of credits one; who cannot see it reads the table. Heights are shares of the highest
/// day, drawn only: no amount is shown from them.
function Bars({rows, from, to}) {
  const {names} = useShown();
  if (rows.length === 0) return null;
  const typeOf = (row) => row.credits.split(' ').slice(1).join(' ');
  const days = daysOf(rows, from, to);
  return [...new Set(rows.map(typeOf))].map((type) => {
    const own = rows.filter((row) => typeOf(row) === type);
    return <Picture key={type} rows={own} days={days} meters={[...new Set(own.map((row) => row.meter))].sort()} whole={days[0] === from} names={names} />;
  });
}

function Picture({rows, days, meters, whole, names}) {
  const spent = (day, meter) => rows.filter((row) => row.day === day && row.meter === meter).reduce((sum, row) => sum + Number.parseFloat(row.credits), 0);
  const stacks = days.map((day) => meters.map((meter) => spent(day, meter)));
  const highest = Math.max(...stacks.map((stack) => stack.reduce((sum, one) => sum + one, 0))) || 1;
  const slots = Math.max(days.length, 20);
  return (
    <figure class="chart">
      <svg class="bars" viewBox={`0 0 ${slots * 14} 100`} preserveAspectRatio="none" role="img" aria-label={say('Credits spent by day, as the table below says in numbers')}>
        {days.map((day, at) => {
          let top = 100;
          return stacks[at].map((one, which) => {
            const height = (one / highest) * 96;
            top -= height;
            return height > 0 && (
              <rect key={`${day}-${meters[which]}`} class={`share-${which % 5}`} x={at * 14 + 2} width="10" y={top} height={height}>
                <title>{`${format.day(day)}, ${format.nameOf(names, meters[which])}`}</title>
              </rect>
            );
          });
        })}
      </svg>
      <figcaption class="soft small">
        {whole && days.length > 1
          ? `${format.day(days[0])} – ${format.day(days.at(-1))}`
          : days.length === 1
            ? format.day(days[0])
            : say('{from} – {to}, days with usage', {from: format.day(days[0]), to: format.day(days.at(-1))})}
        {meters.map((meter, which) => (
          <span key={meter} class="swatch">
            <i class={`share-${which % 5}`} aria-hidden="true" /> {format.nameOf(names, meter)}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function Csv({rows}) {
  const quoted = (text) => `"${String(text).replaceAll('"', '""').replace(/^[=+@-]/, "'$&")}"`;
  const save = () => {
    const text = ['day,meter,times,quantity,credits', ...rows.map((row) => [row.day, row.meter, row.times, row.quantity, row.credits].map(quoted).join(','))].join('\r\n');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type: 'text/csv'}));
    link.download = 'usage.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <button type="button" class="button small" onClick={save}>
      {say('Save as CSV')}
    </button>
  );
}

function Rows({rows}) {
  const {names} = useShown();
  return (
    <>
      <Table
        caption={say('Usage by day and meter')}
        columns={[[say('Day'), ''], [say('Meter'), ''], [say('Times'), 'n wide-only'], [say('Quantity'), 'n wide-only'], [say('Credits'), 'n']]}
        rows={[...rows].reverse().map((row) => [<span class="num">{format.day(row.day)}</span>, format.nameOf(names, row.meter), format.number(row.times), <bdi>{format.number(row.quantity.split(' ')[0])} {row.quantity.split(' ').slice(1).join(' ')}</bdi>, <Credits value={row.credits} />])}
        empty={say('Nothing was used in these days.')}
      />
      {rows.length > 0 && <Csv rows={rows} />}
    </>
  );
}
