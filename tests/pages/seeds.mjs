// Accounts of the four shipped tenants in every state that a page has. Made by requests alone, as a backend and staff make them.

/// Opened, with a card of that token; `more` is what is opened with.
export async function opened(host, tenant, account, {token = 'ok', last4 = '4242', ...more} = {}) {
  const country = {exotel: 'IN', kaspr: 'FR'}[tenant] ?? 'US';
  const person = {name: `${account[0].toUpperCase()}${account.slice(1)} Ltd`, email: `billing@${account}.example`, address: '12 Long Lane', postcode: '560025', city: 'Townsville'};
  await host.ask(tenant, `accounts/${account}/open_account`, {billing_country: country, ...(country === 'IN' ? {billing_state: 'KA'} : {}), personal_data: person, ...more});
  if (tenant === 'exotel') await host.ask(tenant, `accounts/${account}/set_approval`, {approval: 'kyc', state: 'approved'}, 'staff:ann');
  if (token) await card(host, tenant, account, token, last4);
}
export const card = (host, tenant, account, token, last4, slot = 'primary', brand = 'visa') =>
  host.ask(tenant, `accounts/${account}/add_payment_method`, {method: 'card', slot, details: {token, brand, last4}});
const subscribed = (host, tenant, account, plan, more = {}) => host.ask(tenant, `accounts/${account}/subscribe`, {plan, cycle: 'monthly', ...more});
const bought = (host, account, amount = '100 message') => host.ask('callloop', `accounts/${account}/buy_credits`, {amount, pay_with: 'primary'});

/// An annual contract that is paid by wire.
export async function contract(host, account) {
  await opened(host, 'exotel', account);
  await host.ask('exotel', `accounts/${account}/set_custom_plan`, {plan: 'enterprise', cycles: [{cycle: 'annual', price: '300000.00 INR'}], monthly_minimum: '20000.00 INR', first_credits: '10000.00 INR', meters: [{meter: 'voice', takes: '0.2000 balance'}], agreement: '12 months'}, 'staff:ann');
  return host.ask('exotel', `accounts/${account}/subscribe`, {plan: 'enterprise', cycle: 'annual', first_credits: '10000 balance', pay_with: 'wire'}, 'staff:ann', 0);
}

/// What began a month ago, so that it has renewed, or should have.
async function aMonthAgo(host) {
  await opened(host, 'callloop', 'acme');
  await card(host, 'callloop', 'acme', 'ok', '4444', 'backup', 'mastercard');
  await subscribed(host, 'callloop', 'acme', 'growth');
  await bought(host, 'acme', '200 message');
  await host.ask('callloop', 'accounts/acme/set_auto_recharge', {active: true, below: '100 message', amount: '500 message'});
  for (const [member, role] of [['anna', 'owner'], ['max', 'member']]) {
    await host.ask('callloop', 'accounts/acme/invite_member', {member, role}, 'owner:anna');
    await host.ask('callloop', 'accounts/acme/accept_invitation', {member}, `${role}:${member}`);
  }
  await host.ask('callloop', 'accounts/acme/invite_member', {member: 'newcomer', role: 'admin'}, 'owner:anna');
  await opened(host, 'callloop', 'due');
  await subscribed(host, 'callloop', 'due', 'growth');
  await card(host, 'callloop', 'due', 'declined_soft', '0002');
  await opened(host, 'callloop', 'backup');
  await subscribed(host, 'callloop', 'backup', 'growth');
  await card(host, 'callloop', 'backup', 'declined_soft', '0002');
  await card(host, 'callloop', 'backup', 'ok', '4444', 'backup', 'mastercard');
  await opened(host, 'callloop', 'over');
  await subscribed(host, 'callloop', 'over', 'growth');
  await host.ask('callloop', 'accounts/over/cancel', {});
  await opened(host, 'salesmsg', 'blocked');
  await subscribed(host, 'salesmsg', 'blocked', 'standard');
}

/// Usage over some days, so that a chart has bars.
async function used(host, days) {
  for (const [day, times] of days) {
    await host.clock(`2026-03-${day}T18:00:00Z`);
    const one = (index, meter, quantity) => ({account: 'acme', key: `${day}-${index}`, use: {meter, quantity}});
    await host.ask('callloop', 'usage', Array.from({length: times}, (_, index) => (index % 5 === 4 ? one(index, 'mms', '800 characters') : one(index, 'sms', '160 characters'))), 'owner:anna');
  }
}

async function today(host) {
  const ask = (path, body, actor) => host.ask('callloop', `accounts/${path}`, body, actor);
  await opened(host, 'callloop', 'new', {token: null});
  await opened(host, 'callloop', 'trial', {token: null});
  await ask('trial/start_trial', {});
  for (const account of ['paused', 'cancelled', 'frozen', 'used-up', 'erased', 'closing', 'reviewed']) {
    await opened(host, 'callloop', account);
    await subscribed(host, 'callloop', account, account === 'used-up' ? 'lite' : 'growth');
  }
  await ask('paused/pause', {});
  await ask('cancelled/cancel', {});
  await ask('frozen/request_refund', {});
  await ask('reviewed/request_review', {order: 1, reason: 'technical_failure', said: 'It was charged, and nothing came.'});
  await host.ask('callloop', 'usage', Array.from({length: 125}, (_, index) => ({account: 'used-up', key: `u-${index}`, use: {meter: 'mms', quantity: '10 characters'}})));
  await ask('erased/erase_personal_data', {}, 'staff:ann');
  for (const [account, token] of [['declined', 'declined_soft'], ['pending', 'pending_9h'], ['action', 'acts_after_9h'], ['unknown', 'lost_before']]) {
    await opened(host, 'callloop', account, {token});
    await host.ask('callloop', `accounts/${account}/subscribe`, {plan: 'growth', cycle: 'monthly'}, 'owner:zoe', account === 'declined' ? 3 : 0);
  }
  await host.ask('salesmsg', 'usage', Array.from({length: 20}, (_, index) => ({account: 'blocked', key: `b-${index}`, use: {meter: 'sms', quantity: '10 characters'}})));
  await host.ask('salesmsg', 'accounts/blocked/record_dispute', {order: 2, ref: 'dp_1', state: 'lost', amount: '49.00 USD', reason: 'fraudulent'}, 'staff:ann');
  await opened(host, 'kaspr', 'kim');
  await subscribed(host, 'kaspr', 'kim', 'business', {licences: 12, add_ons: {phone_100: 2}});
  await opened(host, 'salesmsg', 'sam');
  await subscribed(host, 'salesmsg', 'sam', 'standard');
  await opened(host, 'exotel', 'ravi');
  await host.ask('exotel', 'accounts/ravi/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'primary'});
  await contract(host, 'mega');
  await opened(host, 'exotel', 'upi', {token: null});
  await host.ask('exotel', 'accounts/upi/add_payment_method', {method: 'upi', slot: 'primary', details: {token: 'acts_after_30m', address: 'upi@upi'}});
  await host.ask('exotel', 'accounts/upi/subscribe', {plan: 'starter', cycle: 'monthly', first_credits: '1000 balance', pay_with: 'primary'}, 'owner:zoe', 0);
}

/// All of it; the clock stands on 11 April 2026 afterwards.
export async function peopled(host) {
  await aMonthAgo(host);
  await used(host, [['12', 40], ['13', 90], ['16', 60], ['20', 120], ['27', 30]]);
  await host.clock('2026-04-11T10:00:00Z');
  await today(host);
}
