// Stand-ins of two providers: their API on loopback for the host, and their scripts and pages under the real names for the
// browser, so that the policies of the pages hold or break as they would.
import {createServer} from 'node:http';

let made = 0;
const draw = (prefix) => `${prefix}_${String(++made).padStart(24, '0')}`;
const words = (text) => {
  const form = Object.fromEntries(new URLSearchParams(text));
  const metadata = {};
  for (const [name, value] of Object.entries(form)) if (name.startsWith('metadata[')) metadata[name.slice(9, -1)] = value;
  return {...form, metadata};
};

async function served(handle) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      const [status, answer] = handle(request.method, request.url, body);
      response.writeHead(status, {'Content-Type': 'application/json'}).end(JSON.stringify(answer));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {address: `127.0.0.1:${server.address().port}`, end: () => new Promise((resolve) => server.close(resolve))};
}

export async function stripe() {
  const intents = new Map();
  const now = () => Math.floor(Date.now() / 1000);
  const handle = (method, url, body) => {
    const path = url.split('?')[0];
    const asked = words(body);
    const [, , kind, id, act] = path.split('/');
    if (method === 'POST' && path === '/v1/customers') return [200, {object: 'customer', id: draw('cus')}];
    if (method === 'POST' && path === '/v1/setup_intents') {
      const one = {object: 'setup_intent', id: draw('seti'), status: 'requires_payment_method', customer: asked.customer, metadata: asked.metadata, created: now()};
      one.client_secret = `${one.id}_secret_x`;
      intents.set(one.id, one);
      return [200, one];
    }
    if (method === 'POST' && path === '/v1/payment_intents') {
      const paid = asked.confirm === 'true';
      const one = {object: 'payment_intent', id: draw('pi'), status: paid ? 'succeeded' : 'requires_payment_method', amount: Number(asked.amount), amount_received: paid ? Number(asked.amount) : 0, currency: asked.currency, metadata: asked.metadata, created: now()};
      one.client_secret = `${one.id}_secret_x`;
      intents.set(one.id, one);
      return [200, one];
    }
    if (method === 'GET' && intents.has(id)) return [200, intents.get(id)];
    if (act === 'cancel' && intents.has(id)) return [200, Object.assign(intents.get(id), {status: 'canceled'})];
    if (method === 'GET') return [200, {object: 'list', data: [...intents.values()].filter((one) => one.object === kind.slice(0, -1)), has_more: false}];
    return [404, {error: {type: 'invalid_request_error', code: 'resource_missing'}}];
  };
  const server = await served(handle);
  const pay = (id) => {
    const one = intents.get(id);
    const card = {object: 'payment_method', id: draw('pm'), card: {brand: 'visa', last4: '4242'}};
    Object.assign(one, one.object === 'setup_intent' ? {status: 'succeeded', payment_method: card} : {status: 'succeeded', amount_received: one.amount});
  };
  const script = `window.Stripe = (key) => ({
    elements: ({clientSecret}) => ({clientSecret, create: () => ({mount: (box) => {
      const frame = document.createElement('iframe');
      frame.src = 'https://js.stripe.com/v3/elements.html';
      frame.title = 'Secure payment input frame';
      box.append(frame);
    }})}),
    confirmPayment: (of) => window.standIn(of), confirmSetup: (of) => window.standIn(of),
  });
  window.standIn = async ({elements, confirmParams}) => {
    const id = elements.clientSecret.split('_secret')[0];
    const answer = await (await fetch('https://api.stripe.com/v1/confirm/' + id)).json();
    if (answer.error) return {error: answer.error};
    if (answer.redirect) { location.assign(answer.redirect + '?to=' + encodeURIComponent(confirmParams.return_url)); return new Promise(() => {}); }
    return {};
  };`;
  return {
    ...server,
    intents,
    pay,
    /// What the script does with the next card: pays, is refused, or asks its bank.
    next: 'pays',
    async on(context) {
      await context.route('https://js.stripe.com/v3/', (route) => route.fulfill({contentType: 'text/javascript', body: script}));
      await context.route('https://js.stripe.com/v3/elements.html', (route) => route.fulfill({contentType: 'text/html', body: '<!doctype html><html lang="en"><title>Card</title><label>Card number <input></label>'}));
      await context.route('https://api.stripe.com/**', (route) => {
        const id = new URL(route.request().url()).pathname.split('/').at(-1);
        const headers = {'Access-Control-Allow-Origin': '*'};
        if (this.next === 'refused') return route.fulfill({headers, json: {error: {message: 'Your card was declined.'}}});
        if (this.next === 'bank') return route.fulfill({headers, json: {redirect: `https://hooks.stripe.com/3d/${id}`}});
        pay(id);
        return route.fulfill({headers, json: {}});
      });
      // The bank's page sends its customer back by a POST from another site.
      await context.route('https://hooks.stripe.com/3d/**', (route) => {
        const url = new URL(route.request().url());
        pay(url.pathname.split('/').at(-1));
        return route.fulfill({contentType: 'text/html', body: `<!doctype html><html lang="en"><title>Bank</title><form method="post" action="${url.searchParams.get('to')}"><button>Confirm at the bank</button></form>`});
      });
    },
  };
}

export async function razorpay() {
  const orders = new Map(), payments = [];
  const now = () => Math.floor(Date.now() / 1000);
  const server = await served((method, url, body) => {
    const path = url.split('?')[0];
    const asked = body ? JSON.parse(body) : {};
    if (method === 'POST' && path === '/v1/orders') {
      const one = {id: `order_${String(++made).padStart(14, 'A')}`, entity: 'order', status: 'created', amount: asked.amount, currency: asked.currency, receipt: asked.receipt, notes: asked.notes, created_at: now()};
      orders.set(one.id, one);
      return [200, one];
    }
    const of = path.match(/^\/v1\/orders\/([^/]+)(\/payments)?$/);
    if (of && of[2]) return [200, {entity: 'collection', items: payments.filter((one) => one.order_id === of[1])}];
    if (of && orders.has(of[1])) return [200, orders.get(of[1])];
    const payment = payments.find((one) => path === `/v1/payments/${one.id}`);
    if (payment) return [200, payment];
    if (method === 'GET') return [200, {entity: 'collection', items: path === '/v1/orders' ? [...orders.values()] : payments}];
    return [404, {error: {code: 'BAD_REQUEST_ERROR', description: 'not here'}}];
  });
  const pay = (id) => {
    const order = orders.get(id);
    order.status = 'paid';
    payments.push({id: `pay_${String(++made).padStart(14, 'A')}`, entity: 'payment', status: 'captured', captured: true, method: 'card', order_id: id, amount: order.amount, currency: order.currency, notes: order.notes, created_at: now()});
  };
  const script = `window.Razorpay = function (options) {
    this.open = () => {
      const frame = document.createElement('iframe');
      frame.title = 'Razorpay Checkout';
      frame.src = 'https://api.razorpay.com/v1/checkout/public?order=' + options.order_id + '&back=' + encodeURIComponent(options.redirect ? options.callback_url : '');
      document.body.append(frame);
      addEventListener('message', (event) => event.origin === 'https://api.razorpay.com' && options.handler({razorpay_order_id: options.order_id}));
    };
  };`;
  return {
    ...server,
    orders,
    async on(context) {
      await context.route('https://checkout.razorpay.com/v1/checkout.js', (route) => route.fulfill({contentType: 'text/javascript', body: script}));
      await context.route('https://api.razorpay.com/**', (route) => {
        const url = new URL(route.request().url());
        if (url.pathname === '/pay') pay(url.searchParams.get('order'));
        if (url.pathname === '/pay') return route.fulfill({json: {}});
        return route.fulfill({contentType: 'text/html', body: `<!doctype html><html lang="en"><title>Checkout</title>
<button onclick="fetch('/pay?order=${url.searchParams.get('order')}').then(() => ${url.searchParams.get('back') ? 'document.forms[0].submit()' : "parent.postMessage('paid', '*')"})">Pay at Razorpay</button>
<form method="post" target="_top" action="${url.searchParams.get('back')}"></form>`});
      });
    },
  };
}
