// Where a bank's page sends its customer back to: by GET or by POST, in this browser or in another one.
import {useEffect, useState} from 'preact/hooks';
import {accountApi, ownSessions} from '../lib/api.js';
import {Loading} from '../lib/parts.jsx';
import {say} from '../lib/say.js';
import {leftFrom} from './left.js';

/// The order that waits for its customer in one of this browser's accounts.
async function waiting(tenant) {
  const sessions = (await ownSessions()).data.filter((one) => one.tenant === tenant);
  for (const session of sessions) {
    const of = `/portal/${tenant}/${encodeURIComponent(session.account)}`;
    const account = await accountApi(tenant, session.account).get().catch(() => null);
    const order = account?.open_orders.findLast((one) => ['needs_action', 'pending', 'unknown'].includes(one.now.state));
    if (order) return `${of}/orders/${order.id}?back=1`;
    if (account?.set_ups.some((one) => one.state !== 'saved' && one.state !== 'expired')) return `${of}/methods?back=1`;
  }
  return sessions.length > 0 ? `/portal/${tenant}/${encodeURIComponent(sessions[0].account)}` : null;
}

export function Return({tenant, shown}) {
  const [nobody, setNobody] = useState(false);
  useEffect(() => {
    const known = leftFrom(tenant);
    if (known) return location.replace(known + location.hash);
    waiting(tenant).then(
      (path) => (path ? location.replace(path + location.hash) : setNobody(true)),
      () => setNobody(true),
    );
    return undefined;
  }, [tenant]);
  if (!nobody) return <Loading lines={4} />;
  return (
    <main class="alone">
      <div class="card">
        <h1>{shown.name}</h1>
        <p>{say('Your payment is being confirmed.')}</p>
        <p class="soft">{say('You can close this page. The result is on the page where you began, and we send you a mail.')}</p>
        {shown.links.back && (
          <a class="button primary" href={shown.links.back}>
            {say('Back to {name}', {name: shown.name})}
          </a>
        )}
      </div>
    </main>
  );
}
