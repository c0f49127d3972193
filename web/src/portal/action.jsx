// What the customer has still to do for a payment, or for a payment method that is being saved, by the kind of action.
import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Copy, Field, Strip, When} from '../lib/parts.jsx';
import {mark, say, spoken} from '../lib/say.js';
import {Qr} from '../lib/qr.jsx';
import {leave} from './left.js';

const isPhone = () => matchMedia('(pointer: coarse)').matches;
const safe = (url) => (/^https:\/\//.test(url ?? '') ? url : undefined);

/// The text that apps for UPI read; none: it is no payment by UPI.
export const upiOf = (action) =>
  [action?.fields?.upi_uri, action?.url, action?.fields?.qr].find((text) => text?.startsWith('upi:')) ?? null;

/// The page of a provider's own form; none: this is no such action.
export function formOf(action) {
  const fields = action?.fields ?? {};
  if (fields.checkout === 'razorpay' && fields.key_id) return 'razorpay_checkout';
  if (fields.client_secret && fields.publishable_key) return 'stripe_elements';
  return null;
}

/// `of` says whose form it is: {tenant, account, order or set_up, token}; it stands behind the #, so that no server sees it.
const formAddress = (adapter, of) =>
  `/provider/${adapter}#${new URLSearchParams(Object.entries(of).filter(([, value]) => value))}`;

/// Where the customer goes on: the bank's page, or the page here that posts the bank's form to it; none: nowhere.
function bankOf(action, of) {
  const url = safe(action.url);
  if (url && action.kind === 'post') return formAddress(`post?to=${encodeURIComponent(new URL(url).origin)}`, of);
  return action.kind === 'redirect' ? url : undefined;
}

/// `here` is the address to which the way back leads; `back` asks the processor what became of it.
export function Action({action, of, here, total, until, proForma, back, saving = false}) {
  const [gone, setGone] = useState(false);
  const fields = action.fields ?? {};
  const upi = upiOf(action);
  const adapter = formOf(action);
  const left = until && (
    <p class="soft">
      {say('Open until {time}.', {time: <When at={until} how="time" />})} {!saving && say('Nothing has been charged yet.')}
    </p>
  );
  const went = () => leave(of.tenant, here);
  if (adapter)
    return (
      <Card title={saving ? say('Enter the details') : say('Enter how you pay')}>
        <p>{say('The next step is the payment provider’s own form. What you type there never reaches the seller.')}</p>
        {left}
        <a class="button primary wide" href={formAddress(adapter, of)} onClick={went}>
          {saving ? say('Open the form') : say('Pay {amount}', {amount: format.money(total)})}
        </a>
      </Card>
    );
  const bank = bankOf(action, of);
  if (bank)
    return (
      <Card title={say('Your bank asks you to confirm')}>
        <p>{say('Your bank’s page opens. It brings you back here.')}</p>
        {left}
        <div class="actions">
          <a class="button primary" href={bank} rel="noreferrer" onClick={went}>
            {say('Go to your bank')}
          </a>
          <Button onClick={() => back()}>{say('I have confirmed')}</Button>
        </div>
      </Card>
    );
  if (action.kind === 'enter') return <Enter fields={fields} left={left} back={back} />;
  if (upi)
    return (
      <Card title={say('Pay with your UPI app')}>
        {isPhone() ? (
          <>
            <a class="button primary wide" href={upi} onClick={() => setGone(true)}>
              {say('Open your UPI app')}
            </a>
            {gone && (
              <p aria-live="polite">{say('Waiting for your app. Come back to this page after you have paid: it shows the result automatically.')}</p>
            )}
            <details>
              <summary>{say('Pay from another phone')}</summary>
              <Qr text={upi} label={say('QR code for your UPI app')} />
            </details>
          </>
        ) : (
          <div class="scan">
            <Qr text={upi} label={say('QR code for your UPI app')} />
            <p>{say('Scan the code with any UPI app on your phone. This page shows the result automatically.')}</p>
          </div>
        )}
        <Fields of={{amount: total, ...pick(fields, ['upi_id', 'payee'])}} />
        {left}
        <Button onClick={() => back()}>{say('I have paid')}</Button>
      </Card>
    );
  if (action.kind === 'display' && isBank(fields))
    return (
      <Card title={say('Pay by bank transfer')} action={proForma && <a href={proForma}>{say('Pro forma invoice, PDF')}</a>}>
        <p>
          {say('Transfer {amount} with this reference. We send you a mail when the money has arrived; until then there is nothing else to do here.', {
            amount: <Amount value={total} />,
          })}
        </p>
        <Fields of={{amount: total, ...fields}} />
        {left}
      </Card>
    );
  if (action.kind === 'display')
    return (
      <Strip kind="wait" title={say('This payment is finished on the seller’s own page.')} action={<Button onClick={() => back()}>{say('Look again')}</Button>}>
        {say('Nothing has been charged yet.')}
      </Strip>
    );
  return (
    <Strip kind="wait" title={say('Your bank asks you to confirm this payment.')} action={<Button onClick={() => back()}>{say('Look again')}</Button>}>
      {say('Confirm it in your bank’s app. Nothing has been charged yet.')}
    </Strip>
  );
}

/// What the customer types, such as a code that was sent to them. It goes to the processor, and is nowhere to be read.
function Enter({fields, left, back}) {
  const [typed, setTyped] = useState({});
  const [sent, setSent] = useState(false);
  const names = Object.keys(fields);
  const whole = names.every((name) => typed[name]?.trim());
  return (
    <Card title={say('One more step')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!whole || sent) return;
          setSent(true);
          back(typed).finally(() => setSent(false));
        }}
      >
        {names.map((name) => (
          <Field
            key={name}
            label={fields[name] || name}
            value={typed[name] ?? ''}
            autocomplete="one-time-code"
            maxlength={200}
            onInput={(event) => setTyped({...typed, [name]: event.currentTarget.value})}
          />
        ))}
        {left}
        <Button kind="primary" type="submit" disabled={!whole} busy={sent}>
          {say('Continue')}
        </Button>
      </form>
    </Card>
  );
}

const pick = (fields, names) => Object.fromEntries(names.filter((name) => fields[name]).map((name) => [name, fields[name]]));
const isBank = (fields) => ['iban', 'account', 'account_number', 'ifsc', 'bic', 'reference'].some((name) => fields[name]);

const labels = {ifsc: 'IFSC', iban: 'IBAN', bic: 'BIC', upi_id: mark('UPI id'), account: mark('Account number'), account_number: mark('Account number'), holder: mark('Account holder'), name: mark('Account holder')};

/// Each with its own button: nobody copies an account number by eye.
export const Fields = ({of}) => (
  <dl class="rows copy">
    {Object.entries(of).map(([name, value]) => (
      <div key={name}>
        <dt>{spoken(format.nameOf(labels, name))}</dt>
        <dd>
          <bdi>{name === 'amount' ? format.money(value) : value}</bdi> <Copy label={spoken(format.nameOf(labels, name))} value={name === 'amount' ? value.split(' ')[0] : value} />
        </dd>
      </div>
    ))}
  </dl>
);
