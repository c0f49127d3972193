import {useEffect, useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import {withBrowser} from '../lib/browser.js';
import * as format from '../lib/format.js';
import {Button, Card, Empty, Failed, Field, Loading, Select, Strip, useLoaded, useShown} from '../lib/parts.jsx';
import {Link, useRoute} from '../lib/route.jsx';
import {countries, countryName} from '../lib/countries.js';
import {languageName, suggest} from '../lib/language.js';
import {localeNow, mark, refusal, say, spoken} from '../lib/say.js';
import {Action} from './action.jsx';
import {useBilling} from './context.js';
import {broughtBack, tellReturn} from './left.js';
import {methodName, whyNot} from './pay.jsx';

export function Methods({rest}) {
  const {offer, problem} = useBilling();
  if (problem && !offer) return <Failed problem={problem} />;
  if (!offer) return <Loading lines={5} />;
  if (rest[0] === 'add') return <Add />;
  return (
    <div class="grid">
      <SetUps />
      <Saved />
      <Offered />
      <BillingDetails />
    </div>
  );
}

/// One command with its own key; the account is read again behind it.
export function useCommand() {
  const {api, again} = useBilling();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [done, setDone] = useState('');
  const run = async (name, body, said) => {
    if (busy) return null;
    setBusy(true);
    setProblem(null);
    setDone('');
    try {
      const answer = await api.command(name, withBrowser(name, body), drawKey(api.account));
      await again();
      setDone(said ?? say('Done.'));
      return answer;
    } catch (failed) {
      setProblem(failed);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const said = (
    <div aria-live="polite">
      {problem && <Strip kind="bad" alert title={problem.message} />}
      {done && <Strip kind="ok" title={done} />}
    </div>
  );
  return {run, busy, problem, said};
}

function Saved() {
  const {account, may} = useBilling();
  const {names} = useShown();
  const {run, busy, said} = useCommand();
  const [asked, setAsked] = useState(null);
  const why = whyNot(may.add_payment_method);
  return (
    <Card title={say('Saved')} action={<Link class="button primary" to="methods/add">{say('Add')}</Link>}>
      {account.payment_methods.length === 0 && <Empty>{say('No payment method is saved. Renewals need one.')}</Empty>}
      {why && account.payment_methods.length > 0 && <p class="soft">{why}</p>}
      <ul class="plain">
        {account.payment_methods.map((one) => (
          <li key={one.slot} class="split">
            <span>
              <bdi>{methodName(names, one)}</bdi> <span class="tag">{format.wordOf(one.slot)}</span>
            </span>
            {asked === one.slot ? (
              <span class="actions">
                <Button kind="danger small" busy={busy} onClick={() => run('remove_payment_method', {slot: one.slot}, say('Removed.')).then(() => setAsked(null))}>
                  {say('Remove {what}', {what: methodName(names, one)})}
                </Button>
                <Button kind="small" onClick={() => setAsked(null)}>
                  {say('Keep')}
                </Button>
              </span>
            ) : (
              <Button kind="small" quiet why={why} onClick={() => setAsked(one.slot)} aria-label={say('Remove {what}', {what: methodName(names, one)})}>
                {say('Remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {asked && account.payment_methods.length === 1 && (
        <Strip kind="warn" title={say('This is the last one.')}>
          {account.next ? say('Your next renewal will fail without another.') : say('Later purchases will need another.')}
        </Strip>
      )}
      {said}
    </Card>
  );
}

function Offered() {
  const {offer} = useBilling();
  const {names} = useShown();
  const not = offer.methods.filter((one) => !one.offered);
  if (not.length === 0) return null;
  return (
    <Card title={say('Not offered to you')}>
      <dl class="rows">
        {not.map((one) => (
          <div key={one.method}>
            <dt>{format.nameOf(names, one.method)}</dt>
            <dd class="soft">{whyNotOffered(names, one.why)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/// The host's sentence has ids of the tenant's file: whoever reads it knows plans and countries by their names.
function whyNotOffered(names, why) {
  const [, word, ids] = /^'[^']+' is offered with (plan|cycle|billing_country) (.+) only\.$/.exec(why) ?? [];
  if (!word) return refusal('method_not_offered', why);
  const named = ids.split(' or ').map((id) => (word === 'billing_country' ? countryName(id) : format.nameOf(names, id)));
  return say('Only with {what}.', {what: new Intl.ListFormat(localeNow(), {type: 'disjunction'}).format(named)});
}

const trials = {
  ok: mark('A card that pays'),
  declined_soft: mark('A card without enough money'),
  declined_hard: mark('A card that is refused for good'),
  declined_data: mark('A card that has expired'),
  pending_1h: mark('Pending for an hour, then paid'),
  needs_action: mark('The bank asks its customer to confirm'),
  lost_after: mark('Paid, and the answer is lost'),
};

/// In test mode how a payment goes is chosen; live, the processor's own form asks for the number.
function Add() {
  const {offer, session, may, account} = useBilling();
  const {names} = useShown();
  const {go, query} = useRoute();
  const {run, busy, said} = useCommand();
  const kept = offer.methods.filter((one) => one.offered && one.slots.length > 0);
  const [method, setMethod] = useState(kept[0]?.method ?? '');
  const chosen = kept.find((one) => one.method === method);
  const free = chosen?.slots.find((slot) => !account.payment_methods.some((one) => one.slot === slot)) ?? chosen?.slots[0];
  const [slot, setSlot] = useState(null);
  const [token, setToken] = useState('ok');
  const [last4, setLast4] = useState('4242');
  const [brand, setBrand] = useState('');
  const why = whyNot(may.add_payment_method);
  if (kept.length === 0) return <Empty>{say('No payment method can be saved here.')}</Empty>;
  const test = session.mode === 'test';
  const save = async () => {
    const where = {method, slot: slot ?? free};
    const details = method === 'upi' ? {token, address: 'zoe@upi'} : {token, brand: brand || (chosen.brands[0] ?? 'visa'), last4};
    const answer = test ? await run('add_payment_method', {...where, details}, say('Saved.')) : await run('set_up_payment_method', where, say('Go on below.'));
    if (answer) go(test && query.get('for') ? `orders/${query.get('for')}` : 'methods');
  };
  return (
    <div class="grid">
      <Card title={say('Add a payment method')}>
        <Select label={say('Kind')} value={method} options={kept.map((one) => [one.method, format.nameOf(names, one.method)])} onChange={(event) => setMethod(event.currentTarget.value)} />
        {chosen.slots.length > 1 && (
          <Select label={say('Use as')} value={slot ?? free} options={chosen.slots.map((one) => [one, format.nameOf({}, one)])} onChange={(event) => setSlot(event.currentTarget.value)} hint={say('The backup pays when the primary is declined.')} />
        )}
        {account.payment_methods.some((one) => one.slot === (slot ?? free)) && (
          <p class="soft">{say('It takes the place of {method}.', {method: methodName(names, account.payment_methods.find((one) => one.slot === (slot ?? free)))})}</p>
        )}
        {test ? (
          <>
            <Select label={say('Test payment')} hint={say('No card number is ever typed into this page.')} value={token} options={Object.entries(trials).map(([value, text]) => [value, spoken(text)])} onChange={(event) => setToken(event.currentTarget.value)} />
            {method !== 'upi' && (
              <>
                {chosen.brands.length > 0 && <Select label={say('Brand')} value={brand || chosen.brands[0]} options={chosen.brands.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setBrand(event.currentTarget.value)} />}
                <Field label={say('Last four digits')} inputMode="numeric" maxLength={4} value={last4} onInput={(event) => setLast4(event.currentTarget.value)} />
              </>
            )}
          </>
        ) : (
          <p class="soft">{say('The next step is the payment provider’s own form. No number is typed into this page.')}</p>
        )}
        <Button kind="primary wide" busy={busy} why={why} onClick={save}>
          {test ? say('Save') : say('Continue')}
        </Button>
        {said}
      </Card>
    </div>
  );
}

/// What its customer has still to do for a method that is being saved. Who comes back has the processor asked at once.
function SetUps() {
  const {api, account, again} = useBilling();
  const {query} = useRoute();
  const back = async (answer) => {
    await tellReturn(api, null, () => drawKey(api.account), answer);
    again();
  };
  // The processor is asked for its form: it answers in a moment.
  const waits = account.set_ups.some((one) => one.state === 'started');
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!waits || turn >= 20) return undefined;
    const timer = setTimeout(() => again().then(() => setTurn(turn + 1)), 500);
    return () => clearTimeout(timer);
  }, [waits, turn]);
  useEffect(() => {
    if (!query.has('back')) return;
    const answer = broughtBack();
    history.replaceState(null, '', location.pathname);
    back(answer);
  }, [api]);
  const open = account.set_ups.filter((one) => !['saved', 'expired', 'voided'].includes(one.state));
  return open.map((one) =>
    one.decline ? (
      <Card key={one.id} title={say('Not saved')}>
        <Strip kind="bad" title={spoken(one.decline.sentence)}>
          {say('Nothing was charged. Try another one.')}
        </Strip>
      </Card>
    ) : one.state === 'started' ? (
      <Card key={one.id} title={say('One moment…')}>
        <Loading lines={2} />
      </Card>
    ) : (
      <Action
        key={one.id}
        saving
        action={one.action ?? {kind: 'wait'}}
        of={{tenant: api.tenant, account: api.account, set_up: String(one.id)}}
        here={`/portal/${api.tenant}/${encodeURIComponent(api.account)}/methods?back=1`}
        until={one.action?.expires_at}
        back={back}
      />
    ),
  );
}

const fields = [
  ['name', mark('Name'), 'name'],
  ['company', mark('Company'), 'organization'],
  ['address', mark('Address'), 'address-line1'],
  ['address_2', mark('Address, second line'), 'address-line2'],
  ['postcode', mark('Postcode'), 'postal-code'],
  ['city', mark('City'), 'address-level2'],
  ['tax_id', mark('Tax id (VAT, GSTIN)'), 'off'],
  ['email', mark('Email for invoices'), 'email'],
  ['purchase_order', mark('Purchase order'), 'off'],
];
/// What an e-invoice names beside them, where the seller has a VAT id.
const ofEInvoices = [
  ['buyer_reference', mark('Your reference on e-invoices (Leitweg-ID)'), 'off'],
  ['peppol_id', mark('Your address for e-invoices (Peppol)'), 'off'],
];

function BillingDetails() {
  const {api, account, may} = useBilling();
  const {languages, seller} = useShown();
  const asked = seller?.tax_ids.some((id) => id.kind === 'vat') ? [...fields, ...ofEInvoices] : fields;
  const {run, busy, said} = useCommand();
  const loaded = useLoaded(() => api.get('/personal_data').then((answer) => answer.personal_data, (problem) => { if (problem.status === 404) return {}; throw problem; }), [api]);
  const [changed, setChanged] = useState({});
  const [country, setCountry] = useState(account.billing_country);
  const [state, setState] = useState(account.billing_state ?? '');
  const why = whyNot(may.set_billing);
  if (loaded.problem) return <Card title={say('Billing details')}><Failed problem={loaded.problem} again={loaded.again} /></Card>;
  if (!loaded.value) return <Card title={say('Billing details')}><Loading lines={6} /></Card>;
  const save = () => run('set_billing', {billing_country: country, ...(state ? {billing_state: state} : {}), ...(Object.keys(changed).length > 0 ? {personal_data: changed} : {})}, say('Saved, from the next invoice on.')).then((answer) => answer && suggest(api.tenant, changed.language));
  return (
    <Card title={say('Billing details')} class="whole">
      <p class="soft">{say('They will appear on the next invoice. Issued invoices stay as they are.')}</p>
      <div class="fields">
        {asked.map(([name, label, complete]) => (
          <Field key={name} label={spoken(label)} autocomplete={complete} maxLength={200} value={changed[name] ?? loaded.value[name] ?? ''} onInput={(event) => setChanged({...changed, [name]: event.currentTarget.value})} />
        ))}
        <Select label={say('Country')} autocomplete="country" value={country} options={countries(country)} onChange={(event) => setCountry(event.currentTarget.value)} />
        <Field label={say('State or region')} autocomplete="address-level1" maxLength={40} value={state} onInput={(event) => setState(event.currentTarget.value)} />
        {languages.length > 1 && (
          <Select
            label={say('Language of mails and invoices')}
            value={changed.language ?? loaded.value.language ?? languages[0]}
            options={languages.map((one) => [one, languageName(one)])}
            onChange={(event) => setChanged({...changed, language: event.currentTarget.value})}
          />
        )}
      </div>
      <Button kind="primary" busy={busy} why={why} onClick={save}>
        {say('Save billing details')}
      </Button>
      {said}
    </Card>
  );
}
