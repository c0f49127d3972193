// The parts that all pages are made of.
import {createContext} from 'preact';
import {useCallback, useContext, useEffect, useId, useRef, useState} from 'preact/hooks';
import * as format from './format.js';
import {say} from './say.js';

export const Shown = createContext({names: {}, timezone: 'UTC'});
export const useShown = () => useContext(Shown);

export function Amount({value, free = false}) {
  if (free && format.isZero(value)) return <span>{say('Free')}</span>;
  return (
    <bdi class="num" title={value}>
      {format.money(value)}
    </bdi>
  );
}

export function When({at, how}) {
  const {timezone} = useShown();
  if (!at) return null;
  return (
    <time dateTime={at} title={format.instant(at, timezone, 'time')}>
      {format.instant(at, timezone, how)}
    </time>
  );
}

export const Name = ({id}) => <bdi>{format.nameOf(useShown().names, id)}</bdi>;
export const Credits = ({value}) => <bdi class="num">{format.credits(useShown().names, value)}</bdi>;

/// `why` says why it may not be pressed; it can be reached by Tab all the same, so that everybody hears why. `quiet`: it
/// is written once above a list, and heard at each of its buttons.
export function Button({kind = 'plain', why, quiet = false, busy, onClick, children, ...rest}) {
  const id = useId();
  const off = Boolean(why) || busy;
  return (
    <>
      <button
        type="button"
        {...rest}
        class={`button ${kind}`}
        aria-disabled={off || undefined}
        aria-busy={busy || undefined}
        aria-describedby={why ? id : undefined}
        onClick={(event) => {
          if (off) event.preventDefault();
          else onClick?.(event);
        }}
      >
        {children}
      </button>
      {why && (
        <small class={quiet ? 'hidden' : 'why'} id={id}>
          {why}
        </small>
      )}
    </>
  );
}

/// From a page of a list to the newest, and to the one behind it.
export function Pages({page, after, onTurn}) {
  return (
    <div class="actions">
      {after && <Button onClick={() => onTurn('')}>{say('Newest')}</Button>}
      {page.next && <Button onClick={() => onTurn(page.next)}>{say('Older')}</Button>}
    </div>
  );
}

/// How much is left of something. It is a picture: the words beside it say the same.
export const Bar = ({left, of}) => {
  const share = Math.max(0, Math.min(100, (Number.parseFloat(left) / Number.parseFloat(of)) * 100 || 0)); // of a drawing: no amount is shown from it
  return (
    <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="4" rx="2" class="whole" />
      <rect width={share} height="4" rx="2" />
    </svg>
  );
};

/// A figure that leads to its page.
export const Figure = ({name, children, kind}) => (
  <div class={`figure ${kind ?? ''}`}>
    <span class="soft">{name}</span>
    <span class="big num">{children}</span>
  </div>
);

export function Card({title, action, children, class: more = '', ...rest}) {
  const id = useId();
  return (
    <section class={`card ${more}`} aria-labelledby={title ? id : undefined} {...rest}>
      {(title || action) && (
        <header>
          {title && <h2 id={id}>{title}</h2>}
          {action && <div class="actions">{action}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

const icons = {ok: '✓', warn: '!', bad: '✕', wait: '…', info: 'i'};
export const Status = ({kind = 'info', children}) => (
  <span class={`status ${kind}`}>
    <span aria-hidden="true">{icons[kind]}</span> {children}
  </span>
);

export function Strip({kind = 'info', title, action, children, alert = false}) {
  return (
    <div class={`strip ${kind}`} role={alert ? 'alert' : undefined}>
      <span class="mark" aria-hidden="true">
        {icons[kind.split(' ')[0]]}
      </span>
      <div class="body">
        {title && <strong>{title}</strong>} {children}
      </div>
      {action && <div class="actions">{action}</div>}
    </div>
  );
}

export function Field({label, hint, error, children, ...input}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const shared = {id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined};
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
      {children ? children(shared) : <input dir={input.value ? 'auto' : undefined} {...input} {...shared} />}
      {error && (
        <small id={`${id}-error`} class="error">
          {error}
        </small>
      )}
    </div>
  );
}

export const Select = ({label, hint, error, options, ...select}) => (
  <Field label={label} hint={hint} error={error}>
    {(shared) => (
      <select {...select} {...shared}>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === select.value}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Field>
);

/// A number by slider, by keyboard or by its buttons.
export function Stepper({label, value, min = 0, max = 100, step = 1, unit, onChange, hint}) {
  const id = useId();
  const set = (next) => {
    const whole = Math.round(Number(next));
    if (Number.isFinite(whole)) onChange(Math.min(max, Math.max(min, whole)));
  };
  return (
    <div class="stepper" role="group" aria-labelledby={id}>
      <span id={id} class="label">
        {label}
      </span>
      <div class="controls">
        <button type="button" class="round" aria-label={say('Less: {what}', {what: label})} onClick={() => set(value - step)}>
          −
        </button>
        <input
          type="number"
          inputMode="numeric"
          aria-label={label}
          min={min}
          max={max}
          step={step}
          value={value}
          onChange={(event) => set(event.currentTarget.value)}
        />
        <button type="button" class="round" aria-label={say('More: {what}', {what: label})} onClick={() => set(value + step)}>
          +
        </button>
        <input
          type="range"
          aria-label={say('{what}, slider', {what: label})}
          aria-valuetext={`${value} ${unit ?? ''}`.trim()}
          min={min}
          max={max}
          step={step}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      </div>
      {hint && <small class="hint">{hint}</small>}
    </div>
  );
}

export function Copy({label, value, children = say('Copy')}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <button type="button" class="button small" onClick={copy} aria-label={say('Copy {what}', {what: label})}>
      {copied ? say('Copied') : children}
    </button>
  );
}

export const Empty = ({children, action}) => (
  <div class="empty">
    <p>{children}</p>
    {action}
  </div>
);

/// Bars of the final size, and only when it takes a moment.
export function Loading({lines = 3}) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status" aria-busy="true" aria-label={say('Loading')}>
      {late && Array.from({length: lines}, (_, index) => <div key={index} class="bar" />)}
    </div>
  );
}

export function Failed({problem, again}) {
  // What is gone for good is no error, and asking again brings nothing.
  if (problem.status === 410) return <Empty>{problem.message}{/[.!?।؟]$/.test(problem.message) ? '' : '.'}</Empty>;
  return (
    <Strip kind="bad" alert title={problem.message} action={again && <Button onClick={again}>{say('Try again')}</Button>}>
      {problem.request && <small class="soft">{say('Request {number}', {number: problem.request})}</small>}
      {problem.rule && <small class="soft"> · {say('rule {place}', {place: problem.rule})}</small>}
    </Strip>
  );
}

const same = (one, other) => one.length === other.length && one.every((key, index) => key === other[index]);

/// `keys` say whose answer it is: an answer of others is never shown, not even for a moment. When `refresh` changes, the same is
/// asked again, and what was there stays until then. An answer that comes too late is dropped.
export function useLoaded(load, keys, refresh = []) {
  const [state, setState] = useState({value: null, problem: null, loading: true, of: keys});
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    setState((before) => ({...before, loading: true}));
    try {
      const value = await load();
      if (mine === turn.current) setState({value, problem: null, loading: false, of: keys});
    } catch (problem) {
      if (mine === turn.current) setState((before) => ({value: same(before.of, keys) ? before.value : null, problem, loading: false, of: keys}));
    }
  }, [...keys, ...refresh]);
  useEffect(() => void again(), [again]);
  const own = same(state.of, keys);
  return {value: own ? state.value : null, problem: own ? state.problem : null, loading: state.loading || !own, again};
}

/// What `useLoaded` gave, in its states. What could not be read anew stays, and it is said.
export function Loaded({of, lines, children}) {
  if (!of.value) return of.problem ? <Failed problem={of.problem} again={of.again} /> : <Loading lines={lines} />;
  return (
    <>
      {of.problem && <Failed problem={of.problem} again={of.again} />}
      {children(of.value)}
    </>
  );
}

/// A table that scrolls inside on a narrow screen. columns: [title, kind].
export function Table({caption, columns, rows, empty, onOpen}) {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(([title, kind]) => (
              <th key={title} scope="col" class={kind}>
                {title || <span class="hidden">{say('Actions')}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index} onDblClick={onOpen && (() => onOpen(index))}>
              {cells.map((cell, column) => (
                <td key={column} class={columns[column][1]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Rows({of}) {
  return (
    <dl class="rows">
      {of
        .filter((row) => row && ![null, undefined, '', false].includes(row[1]))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
