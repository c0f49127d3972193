// The page of a provider's own form. It has a policy of its own, in which the provider's script may run; what is typed
// stays between the customer and the provider. docs/decisions/0151-provider-forms.md
import {drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {wantedLanguage} from '../lib/language.js';
import {refusal, say, speak, spoken} from '../lib/say.js';

const words = new URLSearchParams(location.hash.slice(1));
const tenant = words.get('tenant') ?? '';
const account = words.get('account') ?? '';
const token = words.get('token');
const bearer = words.get('bearer'); // of the widget, whose frame has no cookie; it stands behind the #, as that of a link to pay
const base = `/v1/${encodeURIComponent(tenant)}/accounts/${encodeURIComponent(account)}`;
const order = Number(words.get('order') ?? 0);
const home = token ? `/pay/${token}` : bearer ? `/portal/${encodeURIComponent(tenant)}/return` : `/portal/${encodeURIComponent(tenant)}/${encodeURIComponent(account)}/${order ? `orders/${order}` : 'methods'}`;

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(token || bearer ? {Authorization: `Bearer ${token ?? bearer}`} : {}),
      ...(body ? {'Content-Type': 'application/json', 'Idempotency-Key': drawKey('form')} : {}),
    },
    body: body && JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(refusal(json.code, json.detail));
  return json;
}

const part = (tag, text, more = {}) => {
  const made = Object.assign(document.createElement(tag), more);
  if (text) made.textContent = text;
  return made;
};

/// What is to be filled in: its action, its amount, the seller. Null: it is over, or never was.
async function read() {
  const wanted = wantedLanguage(tenant);
  const seller = await ask(`/v1/${encodeURIComponent(tenant)}/presentation${wanted ? `?language=${wanted}` : ''}`);
  await speak(seller.language, seller.messages, seller.gates);
  if (!order) {
    const of = await ask(base);
    const setUp = of.set_ups.find((one) => String(one.id) === words.get('set_up'));
    return setUp?.action ? {seller, action: setUp.action, fields: setUp.action.fields, total: null} : null;
  }
  const found = await ask(token ? `${base}/orders/${order}/checkout` : `${base}/orders/${order}`);
  const shown = found.order ?? found;
  return shown.now.action ? {seller, action: shown.now.action, fields: shown.now.action.fields, total: shown.total} : null;
}

function load(src) {
  return new Promise((resolve, reject) => {
    const script = part('script', '', {src, onload: resolve, onerror: () => reject(new Error(say('The payment form could not be loaded.')))});
    document.head.append(script);
  });
}

/// The processor is asked at once; then the order says how it stands.
export async function finish() {
  await ask(`${base}/customer_returned`, order ? {order} : {}).catch(() => {});
  location.replace(home);
}
export const returnAddress = `${location.origin}/return/${encodeURIComponent(tenant)}`;

/// `script` is the provider's, or none. `mount` puts the form into its box and gives what its button does; that gives a
/// sentence, or nothing when all is well.
export async function open(script, mount, named) {
  const app = document.getElementById('app');
  const main = part('main', '', {className: 'narrow', id: 'main'});
  const title = part('h1', '', {tabIndex: -1});
  const said = part('div', '', {className: 'strip bad', hidden: true});
  said.setAttribute('role', 'alert');
  const card = part('section', '', {className: 'card'});
  const box = part('div', '', {id: 'form', className: 'provider'});
  const button = part('button', '', {type: 'button', className: 'button primary wide'});
  const back = part('a', '', {href: home});
  card.append(said, box, button);
  main.append(title, card, back);
  app.append(main);
  let busy = true;
  const wait = (on, text) => {
    busy = on;
    button.toggleAttribute('aria-busy', on);
    if (on) button.setAttribute('aria-disabled', 'true');
    else button.removeAttribute('aria-disabled');
    button.textContent = text;
  };
  const tell = (text) => {
    said.hidden = !text;
    said.textContent = text;
  };
  /// In English until the seller's page says in which language.
  const name = (title_, back_) => {
    title.textContent = title_;
    back.textContent = back_;
  };
  name(say('Payment'), say('Back without paying'));
  wait(true, say('One moment…'));
  try {
    const of = await read();
    if (!of) return location.replace(home);
    const payment = of.total ? say('Pay {amount}', {amount: format.money(of.total)}) : say('Save');
    const label = named ? spoken(named) : payment;
    if (of.total) name(payment, say('Back without paying'));
    else name(say('Save a payment method'), say('Back without saving'));
    wait(true, say('One moment…'));
    document.title = `${title.textContent} · ${of.seller.name}`;
    if (of.seller.accent) document.documentElement.style.setProperty('--tenant', of.seller.accent);
    if (script) await load(script);
    const act = await mount({...of, box, back: () => wait(false, label)});
    wait(false, label);
    button.addEventListener('click', async () => {
      if (busy) return;
      wait(true, say('One moment…'));
      tell('');
      const problem = await act().catch((failed) => failed.message || say('The payment form did not answer.'));
      // Nothing: the provider goes on in its own window, or the page is left.
      if (problem) tell(problem);
      if (problem !== undefined) wait(false, label);
    });
  } catch (failed) {
    tell(`${failed.message} ${say('Nothing was charged.')}`);
    wait(false, say('Try again'));
    button.addEventListener('click', () => location.reload());
  }
  return undefined;
}
