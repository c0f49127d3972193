import {render} from 'preact';
import {useEffect, useMemo, useState} from 'preact/hooks';
import {accountApi, drawKey, exchange, onSession, ownSessions, tenantApi} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Copy, Credits, Empty, Failed, Field, Figure, Loaded, Loading, Name, Pages, Rows, Select, Shown, Status, Strip, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Papers} from '../lib/papers.jsx';
import {Link, Routes, useRoute} from '../lib/route.jsx';
import {BankPage} from './bank.jsx';
import {CatalogPage} from './catalog.jsx';
import {ClockCard} from './clock.jsx';
import {PaymentsPage} from './payments.jsx';
import {ChangeFor, Messages, PayLinkOf} from './support.jsx';
import {KeysPage, WebhooksPage} from './machines.jsx';

const pages = {
  '': ['Home', Home],
  accounts: ['Accounts', Accounts],
  cases: ['Cases', Cases],
  payments: ['Payments', Payments],
  bank: ['Bank', Bank],
  upcoming: ['Upcoming', Upcoming],
  catalog: ['Catalog', Catalog],
  months: ['Months', Months],
  webhooks: ['Webhooks', Webhooks],
  keys: ['Keys', Keys],
};

let api = null;  // of the tenant that is shown
function Bank() {
  return <BankPage api={api} Act={Act} AccountLink={AccountLink} />;
}
function Payments() {
  return <PaymentsPage api={api} Act={Act} AccountLink={AccountLink} />;
}
function Catalog({session}) {
  return <CatalogPage api={api} session={session} AccountLink={AccountLink} />;
}
function Keys() {
  return <KeysPage api={api} />;
}
function Webhooks() {
  return <WebhooksPage api={api} />;
}

function Console() {
  const [session, setSession] = useState(undefined);
  const [tenant, setTenant] = useState(null);
  const [over, setOver] = useState(null);
  useEffect(() => {
    begin().then(
      (found) => {
        setSession(found ?? null);
        if (found) setTenant(new URLSearchParams(location.search).get('tenant') ?? location.pathname.split('/')[2] ?? found.tenants[0]);
      },
      (problem) => {
        setOver(problem.message);
        setSession(null);
      },
    );
    return onSession(() => setOver('Your session is over.'));
  }, []);
  if (session === undefined) return <Loading lines={4} />;
  if (!session)
    return (
      <main class="alone">
        <div class="card">
          <h1>Console</h1>
          <p>{over ?? 'You are not signed in.'}</p>
          <p class="soft">
            Open it by your company's sign-in, or by <code>florin console --as NAME</code>.
          </p>
        </div>
      </main>
    );
  const known = session.tenants.includes(tenant) ? tenant : session.tenants[0];
  return <Tenant key={known} session={session} tenant={known} choose={setTenant} over={over} />;
}

async function begin() {
  const code = new URLSearchParams(location.hash.slice(1)).get('c');
  if (code) {
    const session = await exchange(code, crypto.randomUUID());
    history.replaceState(null, '', `/console/${session.tenants[0]}`);
    return session;
  }
  return (await ownSessions()).data.find((one) => one.kind === 'staff');
}

function Tenant({session, tenant, choose, over}) {
  api = useMemo(() => tenantApi(tenant), [tenant]);
  const shown = useLoaded(() => api.presentation(), [tenant]);
  useEffect(() => {
    if (!location.pathname.startsWith(`/console/${tenant}`)) history.replaceState(null, '', `/console/${tenant}`);
    document.body.classList.add('console');
  }, [tenant]);
  if (shown.problem) return <Failed problem={shown.problem} />;
  if (!shown.value) return <Loading lines={4} />;
  return (
    <Shown.Provider value={shown.value}>
      <Routes base={`/console/${tenant}`}>
        {over && <Strip kind="bad" alert title={over} />}
        <Shell session={session} tenant={tenant} choose={choose} shown={shown.value} />
      </Routes>
    </Shown.Provider>
  );
}

function Shell({session, tenant, choose, shown}) {
  const {path, go} = useRoute();
  const [menu, setMenu] = useState(false);
  const [wanted, setWanted] = useState('');
  const words = path.split('/');
  const [title, Page] = words[0] === 'accounts' && words[1] ? [decodeURIComponent(words[1]), Account] : (pages[words[0]] ?? ['Not found', NotFound]);
  useEffect(() => {
    document.title = `${title} · ${shown.name} console`;
    setMenu(false);
  }, [title]);
  // `/` searches, `g` and a letter goes, `j` and `k` walk through rows, `?` lists them; never while something is typed.
  useEffect(() => {
    let before = '';
    const pressed = (event) => {
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.metaKey || event.ctrlKey) return;
      if (event.key === '/') {
        event.preventDefault();
        document.getElementById('search')?.focus();
      }
      const to = {a: 'accounts', c: 'cases', p: 'payments', b: 'bank', h: ''}[event.key];
      if (before === 'g' && to !== undefined) go(to);
      if (event.key === '?') document.getElementById('keys')?.showModal();
      if (event.key === 'j' || event.key === 'k') walk(event.key === 'j' ? 1 : -1);
      before = event.key;
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <span class="brand">
          <span class="dot" aria-hidden="true" />
          {shown.name}
          {shown.sandbox && <span class="tag">sandbox</span>}
        </span>
        <form
          class="search"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            go(`accounts?q=${encodeURIComponent(wanted)}`);
          }}
        >
          <input id="search" type="search" aria-label="Search accounts and documents" placeholder="Account or number of a document ( / )" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        </form>
        <button class="button menu" type="button" aria-expanded={menu} aria-controls="rail" onClick={() => setMenu(!menu)}>
          Menu
        </button>
        {session.tenants.length > 1 && (
          <select aria-label="Tenant" value={tenant} onChange={(event) => choose(event.currentTarget.value)}>
            {session.tenants.map((one) => (
              <option key={one} value={one} selected={one === tenant}>
                {one}
              </option>
            ))}
          </select>
        )}
        <span class="who soft">staff:{session.member}</span>
      </header>
      <div class="frame">
        <nav id="rail" class={menu ? 'rail open' : 'rail'} aria-label="Console">
          {Object.entries(pages).map(([to, [name]]) => (
            <Link key={to} to={to} aria-current={words[0] === to ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <main id="main">
          <h1 tabIndex={-1}>
            <bdi>{title}</bdi>
          </h1>
          <Page words={words} session={session} />
        </main>
      </div>
      <Papers shows={Failed} />
      <dialog id="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <Rows of={[['/', 'Search'], ['g, then h a c p b', 'Home, accounts, cases, payments, bank'], ['j, k', 'Next and previous link of a table'], ['Enter', 'Open it'], ['Esc', 'Close this']]} />
        <form method="dialog">
          <button class="button">Close</button>
        </form>
      </dialog>
    </>
  );
}

/// To the next row of what is listed: its link, its button or what opens it.
function walk(by) {
  const rows = [...document.querySelectorAll('tbody a, .entry > summary, .pick')];
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

const NotFound = () => <Empty>There is no such page.</Empty>;
const AccountLink = ({id}) => (id ? <Link to={`accounts/${encodeURIComponent(id)}`}><bdi>{id}</bdi></Link> : <span class="soft">–</span>);

/// A command of staff on an account, with its reason. `answers`: [label, what it adds, kind], each with its own button; refusals name the operator's line.
function Act({account, name, fields = [], fixed = {}, label, kind = 'primary', answers = [[label, {}, kind]], done, reason = true}) {
  const [values, setValues] = useState({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [said, setSaid] = useState('');
  const {names} = useShown();
  const send = async (more) => {
    setBusy(true);
    setProblem(null);
    setSaid('');
    const body = {...fixed, ...values, ...more};
    try {
      const answer = account
        ? await accountApi(api.tenant, account).command(name, body, drawKey(account))
        : await api.post(`/${name}`, body, drawKey('console'));
      setSaid('Done.');
      setValues({});
      done?.(answer);
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  const all = reason ? [...fields, ['reason', 'Reason, for the books']] : fields;
  return (
    <div class="act">
      <div class="fields">
        {all.map(([key, text, options]) =>
          options ? (
            <Select key={key} label={text} value={values[key] ?? options[0]} options={options.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setValues({...values, [key]: event.currentTarget.value})} />
          ) : (
            <Field key={key} label={text} value={values[key] ?? ''} maxLength={key === 'qr' ? 2000 : 300} onInput={(event) => setValues({...values, [key]: event.currentTarget.value})} />
          ),
        )}
      </div>
      <div class="actions">
        {answers.map(([text, more, its]) => (
          <Button key={text} kind={its} busy={busy} onClick={() => send(more)}>
            {text}
          </Button>
        ))}
      </div>
      <div aria-live="polite">
        {problem && <Failed problem={problem} />}
        {said && <Strip kind="ok" title={said} />}
      </div>
    </div>
  );
}

// ---- Home

function Home() {
  const cases = useLoaded(() => api.get('/cases'), [api]);
  const payments = useLoaded(() => api.get('/payments'), [api]);
  const overdue = useLoaded(() => api.get('/accounts?past_due=true&limit=50'), [api]);
  const bank = useLoaded(() => api.get('/bank_receipts'), [api]);
  const {sandbox} = useShown();
  const open = payments.value && ((payments.value.data ?? payments.value).payments ?? []);
  const money = bank.value && (bank.value.data ?? bank.value);
  const count = (list, more) => (list ? `${list.length}${more ? '+' : ''}` : '…');
  return (
    <>
      <div class="figures">
        <Link to="cases"><Figure name="Cases" kind={cases.value && listOf(cases.value).length > 0 ? 'warn' : ''}>{count(cases.value && listOf(cases.value))}</Figure></Link>
        <Link to="accounts?past_due=true"><Figure name="Past due" kind={overdue.value?.data.length > 0 ? 'bad' : ''}>{count(overdue.value?.data, overdue.value?.next)}</Figure></Link>
        <Link to="payments"><Figure name="Payments under way" kind={open?.some((one) => one.state === 'unknown') ? 'warn' : ''}>{count(open)}</Figure></Link>
        <Link to="bank"><Figure name="Receipts to apply">{count(money && [...(money.unmatched ?? []), ...(money.unapplied ?? [])])}</Figure></Link>
      </div>
      <Card title="Cases" action={<Link to="cases">All</Link>}>
        <Loaded of={cases}>{(list) => <CaseTable list={listOf(list).slice(0, 8)} />}</Loaded>
      </Card>
      <Card title="Past due">
        <Loaded of={overdue}>
          {(page) => (
            <Table
              caption="Accounts whose payment is due"
              columns={[['Account', ''], ['Plan', ''], ['Since', ''], ['Open', 'n']]}
              rows={page.data.map((one) => [<AccountLink id={one.account} />, one.plan ? <Name id={one.plan} /> : '–', <When at={one.past_due_since} />, <Amount value={one.open} />])}
              empty="Nobody is past due."
            />
          )}
        </Loaded>
      </Card>
      {sandbox && <ClockCard />}
    </>
  );
}

const listOf = (answer) => (Array.isArray(answer) ? answer : Array.isArray(answer?.data) ? answer.data : []);

function CaseTable({list}) {
  return (
    <Table
      caption="What waits for a person, soonest due first"
      columns={[['What', ''], ['Account', ''], ['Due', ''], ['About', '']]}
      rows={list.map((one) => [
        <Status kind={one.kind === 'dispute' || one.kind === 'document_incomplete' ? 'warn' : 'info'}>{format.nameOf({}, one.kind)}</Status>,
        <AccountLink id={one.account} />,
        one.due_at ? <When at={one.due_at} how="time" /> : <span class="soft">no date</span>,
        <span>{[one.order && `order ${one.order}`, one.reason && format.nameOf({}, one.reason), one.ref, one.amount && format.money(one.amount), one.why, one.duplicate_of ? `looks like order ${one.duplicate_of}` : ''].filter(Boolean).join(' · ')}</span>,
      ])}
      empty="Nothing waits for a person."
    />
  );
}

// ---- Accounts

const stateKinds = {paid: 'ok', trial: 'info', past_due: 'bad', blocked: 'bad', paused: 'info', limited: 'warn'};

function Accounts() {
  const {query, go} = useRoute();
  const filter = {q: query.get('q') ?? '', state: query.get('state') ?? '', past_due: query.get('past_due') ?? ''};
  const [after, setAfter] = useState('');
  const text = new URLSearchParams([...Object.entries(filter).filter(([, value]) => value), ['limit', '100'], ...(after ? [['after', after]] : [])]);
  const loaded = useLoaded(() => api.get(`/accounts?${text}`), [api], [String(text)]);
  const set = (change) => {
    setAfter('');
    go(`accounts?${new URLSearchParams(Object.entries({...filter, ...change}).filter(([, value]) => value))}`, {replace: true});
  };
  return (
    <Card>
      <div class="fields">
        <Field label="Account or document" value={filter.q} onChange={(event) => set({q: event.currentTarget.value})} />
        <Select label="State" value={filter.state} options={[['', 'All'], ...Object.keys(stateKinds).map((one) => [one, format.nameOf({}, one)])]} onChange={(event) => set({state: event.currentTarget.value})} />
      </div>
      <Loaded of={loaded} lines={8}>
        {(page) => (
          <>
            <Table
              caption="Accounts"
              columns={[['Account', ''], ['State', ''], ['Plan', ''], ['Credits', 'n'], ['Open', 'n'], ['Since', '']]}
              rows={page.data.map((one) => [
                <AccountLink id={one.account} />,
                <Status kind={stateKinds[one.state]}>{format.nameOf({}, one.state)}</Status>,
                one.plan ? <><Name id={one.plan} /> <span class="soft">{one.cycle}</span></> : <span class="soft">–</span>,
                one.credits.map((its) => <div key={its.type}><Credits value={its.available} /></div>),
                <Amount value={one.open} />,
                <When at={one.opened_at} />,
              ])}
              empty={filter.q || filter.state ? 'No account is like this.' : 'There are no accounts yet.'}
              onOpen={(index) => go(`accounts/${encodeURIComponent(page.data[index].account)}`)}
            />
            <div class="actions">
              {after && <Button onClick={() => setAfter('')}>From the beginning</Button>}
              {page.next && <Button onClick={() => setAfter(page.next)}>More</Button>}
            </div>
          </>
        )}
      </Loaded>
    </Card>
  );
}

const tabs = {'': ['Overview', AccountOverview], history: ['History', History], orders: ['Orders & payments', Orders], documents: ['Documents', Documents], messages: ['Messages', Messages], people: ['Members & person', People], act: ['Act', Acts]};

function Account({words}) {
  const id = decodeURIComponent(words[1]);
  const tab = words[2] ?? '';
  const of = useMemo(() => accountApi(api.tenant, id), [api, id]);
  const loaded = useLoaded(() => of.get(), [of]);
  const [, Tab] = tabs[tab] ?? tabs[''];
  return (
    <>
      <nav class="tabs" aria-label="Of this account">
        {Object.entries(tabs).map(([to, [name]]) => (
          <Link key={to} to={`accounts/${encodeURIComponent(id)}${to ? `/${to}` : ''}`} aria-current={tab === to ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <Loaded of={loaded} lines={8}>{(account) => <Tab id={id} of={of} account={account} again={loaded.again} />}</Loaded>
    </>
  );
}

function AccountOverview({account}) {
  const plan = account.subscription;
  return (
    <div class="grid">
      <Card title="State" action={<Status kind={stateKinds[account.state]}>{format.nameOf({}, account.state)}</Status>}>
        <Rows
          of={[
            ['Opened', <When at={account.opened_at} how="time" />],
            ['Billed in', [account.billing_state, account.billing_country].filter(Boolean).join(', ')],
            account.past_due_since && ['Past due since', <When at={account.past_due_since} how="time" />],
            ['Blocked', account.blocked && 'yes'],
            ['Frozen', account.frozen && 'yes'],
            ['Account money', <Amount value={account.account_money} />],
            ['Journal position', account.position],
          ]}
        />
      </Card>
      <Card title="Plan">
        {plan ? (
          <Rows of={[['Plan', <Name id={plan.plan} />], ['Cycle', plan.cycle], ['Licences', plan.licences], ['Period', <><When at={plan.period_from} /> – <When at={plan.period_to} /></>], account.next && ['Next charge', <><Amount value={account.next.total} /> on <When at={account.next.at} /></>], plan.cancelled && ['Cancelled', 'yes']]} />
        ) : (
          <Empty>No plan.</Empty>
        )}
      </Card>
      <Card title="Credits" class="whole">
        <Table caption="Grants in spending order" columns={[['Grant', ''], ['Source', ''], ['Remaining', 'n'], ['Granted', 'n'], ['Issued', ''], ['Ends', '']]} rows={account.grants.map((one) => [one.id, format.nameOf({}, one.source), <Credits value={one.remaining} />, format.number(one.granted.split(' ')[0]), <When at={one.issued_at} />, one.ends_at ? <When at={one.ends_at} /> : 'never'])} empty="No credits." />
      </Card>
    </div>
  );
}

/// What came of it, in words: the facts by their names, each once.
function Followed({entry}) {
  const names = [...new Set((entry.facts ?? []).flatMap((fact) => Object.keys(fact)))].map((name) => format.nameOf({}, name).toLowerCase());
  return names.length > 0 ? <small class="followed soft">{names.slice(0, 6).join(' · ')}{names.length > 6 && ` and ${names.length - 6} more`}</small> : null;
}

function History({of}) {
  const [after, setAfter] = useState('');
  const loaded = useLoaded(() => of.get(`/history?limit=100${after ? `&after=${after}` : ''}`), [of], [after]);
  return (
    <Card title="Everything that was asked, newest first">
      <Loaded of={loaded} lines={10}>
        {(page) => (
          <>
            {page.data.map((one) => (
              <details key={one.position} class="entry">
                <summary>
                  <When at={one.at} how="time" />
                  <bdi class="soft">{[one.role, one.actor].filter(Boolean).join(':')}</bdi>
                  <span>
                    {format.nameOf({}, one.command)} <span class="soft">#{one.position}</span> {one.refused && <Status kind="bad">{format.nameOf({}, one.refused)}</Status>}
                    <Followed entry={one.entry} />
                  </span>
                </summary>
                {one.entry.refusal && (
                  <p>
                    {one.entry.refusal.text} {one.entry.refusal.rule && <small class="soft">rule {one.entry.refusal.rule}</small>}
                  </p>
                )}
                {one.key && <p class="soft small">Key <bdi>{one.key}</bdi></p>}
                <p>
                  <Copy label={`entry ${one.position} as JSON`} value={JSON.stringify(one.entry)}>Copy as JSON</Copy>
                </p>
                <pre tabIndex={0}>{JSON.stringify(one.entry, null, 1)}</pre>
              </details>
            ))}
            <Pages page={page} after={after} onTurn={setAfter} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Orders({of}) {
  const loaded = useLoaded(() => of.get('/orders?limit=100'), [of]);
  const {names} = useShown();
  return (
    <Card title="Orders and payments">
      <Loaded of={loaded} lines={8}>
        {(page) =>
          page.data.length === 0 ? (
            <Empty>No orders yet.</Empty>
          ) : (
            page.data.map((order) => (
              <details key={order.id} class="entry">
                <summary>
                  <When at={order.placed_at} how="time" />
                  <Amount value={order.total} />
                  <span>
                    {format.line(names, order.lines[0]?.text ?? order.kind)} <span class="soft">order {order.id}</span> <Status kind={order.now.state === 'paid' ? 'ok' : order.now.state === 'declined' ? 'bad' : 'wait'}>{format.nameOf({}, order.now.state)}</Status>
                  </span>
                </summary>
                <Table
                  caption={`Payments of order ${order.id}`}
                  columns={[['#', ''], ['Method', ''], ['State', ''], ['Amount', 'n'], ['Processor', ''], ['Reference', ''], ['Why', '']]}
                  rows={order.payments.map((one) => [one.number, [one.slot, one.method].filter(Boolean).join(' '), format.nameOf({}, one.state), <Amount value={one.amount} />, one.staff?.processor, <bdi>{one.staff?.reference}</bdi>, [one.decline?.kind, one.staff?.decline_code, one.staff?.raw].filter(Boolean).join(' · ')])}
                  empty="It was never tried."
                />
                {order.state === 'open' && <PayLinkOf of={of} order={order} />}
              </details>
            ))
          )
        }
      </Loaded>
    </Card>
  );
}

function Documents({of, id}) {
  const loaded = useLoaded(() => of.get('/documents?limit=200'), [of]);
  const {seller} = useShown();
  const registers = seller?.tax_ids.some((one) => one.kind === 'gstin');
  return (
    <>
      <Card title="Documents">
        <Loaded of={loaded}>
          {(page) => (
            <Table caption="Invoices and credit notes" columns={[['Number', ''], ['Kind', ''], ['Date', ''], ['Total', 'n'], ['State', ''], ...(registers ? [['IRN', 'wide-only']] : []), ['', '']]} rows={page.data.map((one) => [<a href={of.paper(one.number, 'html')}>{one.number}</a>, format.nameOf({}, one.kind), <When at={one.issued_at} />, <Amount value={one.total} />, one.state ? <Status kind={one.state === 'paid' ? 'ok' : one.state === 'open' ? 'warn' : 'info'}>{format.nameOf({}, one.state)}</Status> : '–', ...(registers ? [one.irn ? <span>{one.irn.slice(0, 8)}… <Copy label={`IRN of ${one.number}`} value={one.irn} /></span> : 'not recorded'] : []), <span class="actions end"><a href={of.paper(one.number, 'pdf')} aria-label={`${one.number} as PDF`}>PDF</a>{registers && <a href={of.paper(one.number, 'inv01')} aria-label={`${one.number} as INV-01`}>INV-01</a>}</span>])} empty="Nothing was issued yet." />
          )}
        </Loaded>
      </Card>
      {registers && loaded.value?.data.some((one) => !one.irn) && <RecordIrn id={id} documents={loaded.value.data.filter((one) => !one.irn)} done={loaded.again} />}
    </>
  );
}

/// What India's registration portal answered, copied from there. A backend does the same by `record_irn`.
function RecordIrn({id, documents, done}) {
  const [number, setNumber] = useState('');
  const chosen = documents.find((one) => one.number === number) ?? documents[0];
  return (
    <Card title="Record a registration">
      <p class="soft">The registration portal’s answer to the INV-01 of a document. It is stored with the document permanently.</p>
      <Select label="Document" value={chosen.number} options={documents.map((one) => [one.number, `${one.number}: ${format.money(one.total)}`])} onChange={(event) => setNumber(event.currentTarget.value)} />
      <Act account={id} name="record_irn" reason={false} fixed={{document: chosen.number}} fields={[['irn', 'IRN, 64 digits'], ['ack_no', 'Acknowledgement number'], ['ack_at', 'Acknowledged at (ISO 8601)'], ['qr', 'Signed text of the QR code']]} label={`Record the IRN of ${chosen.number}`} done={done} />
    </Card>
  );
}

function People({of}) {
  const members = useLoaded(() => of.get('/members'), [of]);
  const [asked, setAsked] = useState(false);
  const person = useLoaded(() => (asked ? of.get('/personal_data') : Promise.resolve({personal_data: null})), [of, asked]);
  return (
    <div class="grid">
      <Card title="Members" class="whole">
        <Loaded of={members}>{(list) => <Table caption="Members" columns={[['Member', ''], ['Role', ''], ['State', ''], ['Since', '']]} rows={list.data.map((one) => [<bdi>{one.member}</bdi>, format.nameOf({}, one.role), <Status kind={one.state === 'active' ? 'ok' : 'wait'}>{one.state}</Status>, <When at={one.since} />])} empty="Nobody is listed." />}</Loaded>
      </Card>
      <Card title="Personal data">
        {!asked && <Button onClick={() => setAsked(true)}>Show it</Button>}
        {asked && <Loaded of={person}>{(answer) => (answer.personal_data ? <Rows of={Object.entries(answer.personal_data).map(([name, value]) => [format.nameOf({}, name), <bdi>{value}</bdi>])} /> : <Loading lines={2} />)}</Loaded>}
      </Card>
    </div>
  );
}

/// What cannot be undone names its object, and has it typed.
function Erase({id, done}) {
  const [typed, setTyped] = useState('');
  return (
    <>
      <p class="soft">Erases who the customer is. Ids and amounts stay in the books; invoices stay readable as long as the law requires it.</p>
      <Field label={`Type ${id} to erase its personal data`} autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      {typed === id ? <Act account={id} name="erase_personal_data" reason={false} kind="danger" label={`Erase the personal data of ${id}`} done={done} /> : <Button kind="danger" why="The account’s name is not typed yet.">Erase the personal data of {id}</Button>}
    </>
  );
}

function Acts({id, account, again, of}) {
  const {names} = useShown();
  const offer = useLoaded(() => of.get('/catalog'), [of]);
  const [name, setName] = useState('');
  const done = () => again();
  return (
    <div class="grid">
      <Card title="Change the plan or its cycle">
        <ChangeFor id={id} of={of} account={account} done={done} />
      </Card>
      <Card title="Adjust credits">
        <Act account={id} name="adjust_credits" fields={[['amount', `Amount, as ${account.credits[0]?.available.replace(/^[^ ]+/, '100') ?? '100 message'}`]]} answers={[[`Give credits to ${id}`, {}, 'primary'], [`Take credits from ${id}`, {take: true}, 'danger']]} done={done} />
      </Card>
      <Loaded of={offer}>
        {(catalog) =>
          catalog.approvals.length > 0 && (
            <Card title="Approvals">
              <Rows of={account.approvals.map((one) => [format.nameOf(names, one.approval), one.state])} />
              <Act account={id} name="set_approval" reason={false} fixed={{approval: name || catalog.approvals[0], state: 'approved'}} label={`Approve ${format.nameOf(names, name || catalog.approvals[0])}`} done={done} />
              {catalog.approvals.length > 1 && <Select label="Which" value={name || catalog.approvals[0]} options={catalog.approvals.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setName(event.currentTarget.value)} />}
              <Act account={id} name="set_approval" reason={false} fixed={{approval: name || catalog.approvals[0], state: 'rejected'}} label="Reject it" kind="danger" done={done} />
            </Card>
          )
        }
      </Loaded>
      {account.blocked && (
        <Card title="Blocked">
          <Act account={id} name="unblock" label={`Unblock ${id}`} done={done} />
        </Card>
      )}
      <Card title="Erase personal data">
        <Erase id={id} done={done} />
      </Card>
      <Card title="Refund an order">
        <RefundOrder id={id} of={of} done={done} />
      </Card>
    </div>
  );
}

function RefundOrder({id, of, done}) {
  const {names} = useShown();
  const orders = useLoaded(() => of.get('/orders?limit=100'), [of]);
  const [order, setOrder] = useState('');
  return (
    <Loaded of={orders}>
      {(page) => {
        const paid = page.data.filter((one) => one.state === 'paid' && !format.isZero(one.total));
        if (paid.length === 0) return <Empty>Nothing was paid.</Empty>;
        const chosen = paid.find((one) => String(one.id) === order) ?? paid[0];
        return (
          <>
            <Select label="Order" value={String(chosen.id)} options={paid.map((one) => [String(one.id), `${one.id}: ${format.money(one.total)}, ${format.line(names, one.lines[0]?.text ?? '')}`])} onChange={(event) => setOrder(event.currentTarget.value)} />
            <Act account={id} name="refund_order" fixed={{order: chosen.id}} answers={[[`Refund the unused share of order ${chosen.id}`, {gives_back: 'unused_share'}, 'primary'], [`Refund ${format.money(chosen.total)} to ${id}`, {gives_back: 'whole'}, 'danger']]} done={done} />
          </>
        );
      }}
    </Loaded>
  );
}

// ---- What waits

function Cases() {
  const cases = useLoaded(() => api.get('/cases'), [api]);
  return (
    <Loaded of={cases} lines={8}>
      {(answer) => {
        const list = listOf(answer);
        return (
          <>
            <Card>
              <CaseTable list={list} />
            </Card>
            {list
              .filter((one) => ['review', 'guarantee', 'late_money', 'delivery', 'document_incomplete'].includes(one.kind))
              .map((one) => (
                <Card key={`${one.kind}-${one.account}-${one.review ?? one.order ?? ''}`} title={one.account ? `${format.nameOf({}, one.kind)} of ${one.account}` : format.nameOf({}, one.kind)} action={<AccountLink id={one.account} />}>
                  <Decide one={one} done={cases.again} />
                </Card>
              ))}
          </>
        );
      }}
    </Loaded>
  );
}

function Decide({one, done}) {
  if (one.kind === 'document_incomplete') return <Complete one={one} done={done} />;
  if (one.kind === 'review')
    return (
      <>
        <About one={one} />
        <Act account={one.account} name="decide_review" fixed={{review: one.review}} answers={[[`Approve review ${one.review} of ${one.account}`, {approve: true}, 'primary'], [`Decline review ${one.review}`, {approve: false}, 'danger']]} done={done} />
      </>
    );
  if (one.kind === 'guarantee')
    return (
      <>
        <Back one={one} />
        <Act account={one.account} name="decide_refund" answers={[[`Refund ${one.account}`, {approve: true}, 'primary'], [`Decline the refund of ${one.account}`, {approve: false}, 'danger']]} done={done} />
      </>
    );
  if (one.kind === 'late_money')
    return <Act account={one.account} name="decide_late_money" fixed={{order: one.order}} answers={[[`Deliver order ${one.order} of ${one.account}`, {deliver: true}, 'primary'], [`Give ${format.money(one.amount)} back to ${one.account}`, {deliver: false}, 'danger']]} done={done} />;
  return <Act account={one.account} name="deliver_order" fixed={{order: one.order}} label={`Deliver order ${one.order} now`} reason={false} done={done} />;
}

/// The charge that is complained of.
function About({one}) {
  const of = useMemo(() => accountApi(api.tenant, one.account), [one.account]);
  const order = useLoaded(() => of.get(`/orders/${one.order}`), [of, one.order]);
  const reviews = useLoaded(() => of.get('/reviews?limit=200'), [of]);
  const {names} = useShown();
  const said = reviews.value?.data.find((its) => its.id === one.review)?.said;
  if (!order.value) return null;
  return <Rows of={[['Charge', <><Amount value={order.value.total} /> · {format.line(names, order.value.lines[0]?.text ?? '')}</>], ['Paid', <When at={order.value.paid_at} how="time" />], ['Reason', format.nameOf(names, one.reason)], said && ['The customer says', <bdi>{said}</bdi>], one.duplicate_of > 0 && ['Looks like', `order ${one.duplicate_of}`], ['Answer by', <When at={one.due_at} how="time" />]]} />;
}

/// What an approval would give back, by the quotation.
function Back({one}) {
  const of = useMemo(() => accountApi(api.tenant, one.account), [one.account]);
  const quote = useLoaded(() => of.quote('decide_refund', {approve: true}), [of]);
  if (!quote.value?.refunds?.length) return null;
  return <Rows of={quote.value.refunds.map((back) => [`Goes back for order ${back.order}`, <Amount value={back.amount} />])} />;
}

/// What the law asks for on a document, and nobody gave: of the tenant's file, or of one customer.
function Complete({one, done}) {
  const fields = [['name', 'Name or company'], ['address', 'Address'], ['postcode', 'Postcode'], ['city', 'City'], ['tax_id', 'Tax id, where it is asked for']];
  const [values, setValues] = useState({});
  return (
    <>
      <p>{one.why}</p>
      {one.account ? (
        <>
          <div class="fields">
            {fields.map(([name, label]) => (
              <Field key={name} label={label} maxLength={200} value={values[name] ?? ''} onInput={(event) => setValues({...values, [name]: event.currentTarget.value})} />
            ))}
          </div>
          <Act account={one.account} name="set_billing" reason={false} fixed={{personal_data: Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim()))}} label={`Set the billing details of ${one.account}`} done={done} />
        </>
      ) : (
        <p class="soft">It is a block of the tenant’s file: set it there, then run `florin plan` and `florin apply`. Until then, no document is shown.</p>
      )}
    </>
  );
}

function Upcoming() {
  const {timezone} = useShown();
  const [day, setDay] = useState(new Intl.DateTimeFormat('en-CA', {timeZone: timezone}).format(new Date()));
  const session = useLoaded(() => api.get('/session'), [api]);
  useEffect(() => {
    if (session.value?.now) setDay(new Intl.DateTimeFormat('en-CA', {timeZone: timezone}).format(new Date(session.value.now)));
  }, [session.value]);
  const loaded = useLoaded(() => api.get(`/upcoming?day=${day}`), [api], [day]);
  return (
    <>
      <Card>
        <Field type="date" label="Day" value={day} onChange={(event) => event.currentTarget.value && setDay(event.currentTarget.value)} />
        <Loaded of={loaded}>
          {(answer) => <Table caption={`Charges of ${day}`} columns={[['At', ''], ['Account', ''], ['For', ''], ['With', ''], ['Amount', 'n']]} rows={listOf(answer).map((one) => [<When at={one.at} how="time" />, <AccountLink id={one.account} />, one.what, one.waits ? <Status kind="warn">charges are stopped</Status> : one.method || <span class="soft">none</span>, <Amount value={one.amount} />])} empty="Nothing is charged on this day." />}
        </Loaded>
      </Card>
      <Card title="Stop all charges">
        <p class="soft">From then on nothing is charged: renewals and recharges wait, and continue when the stop is lifted.</p>
        <Act name="stop_charges" fixed={{scope: 'tenant'}} label={`Stop charges of ${api.tenant}`} kind="danger" />
        <Act name="lift_charges" fixed={{scope: 'tenant'}} label={`Lift the stop of ${api.tenant}`} />
      </Card>
    </>
  );
}

/// A closed month never changes again: it is asked twice.
function CloseMonth({month, done}) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState(null);
  const close = () => api.post(`/months/${month}/close`, {}, drawKey('console')).then(done, setProblem);
  return (
    <div class="under">
      <div class="actions">
        {asked ? (
          <>
            <Button kind="danger" onClick={close}>
              Close {month} for good
            </Button>
            <Button onClick={() => setAsked(false)}>Leave it open</Button>
          </>
        ) : (
          <Button onClick={() => setAsked(true)}>Close {month}</Button>
        )}
      </div>
      {asked && <p class="soft">A closed month never changes; later entries are booked into the next one.</p>}
      {problem && <Failed problem={problem} />}
    </div>
  );
}

function Months() {
  const loaded = useLoaded(() => api.get('/months'), [api]);
  return (
    <Loaded of={loaded} lines={8}>
      {(answer) => (
        <Card title="Credits owed, used and gone">
          <Table
            caption="Months"
            columns={[['Month', ''], ['Credits', ''], ['Before', 'n'], ['Issued', 'n'], ['Used', 'n'], ['Gone', 'n'], ['After', 'n']]}
            rows={listOf(answer.months ?? answer).flatMap((month) => (month.lines ?? []).map((one) => [<>{month.month} {month.closed && <span class="tag">closed</span>}</>, <Name id={one.type} />, ...[one.before, one.issued, one.used, one.gone, one.after].map((cell) => <bdi>{format.number(cell)}</bdi>)]))}
            empty="No month is over yet."
          />
          {listOf(answer.months ?? answer).filter((one) => !one.closed).slice(0, 1).map((one) => (
            <CloseMonth key={one.month} month={one.month} done={loaded.again} />
          ))}
        </Card>
      )}
    </Loaded>
  );
}

render(<Console />, document.getElementById('app'));
