// What became of every payment, how to reach the seller, and what is kept about the account.
import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Loaded, Pages, Status, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {mark, say, spoken} from '../lib/say.js';
import {useBilling} from './context.js';
import {whyNot} from './pay.jsx';

const words = {paid: ['ok', mark('Paid')], declined: ['bad', mark('Declined')], pending: ['wait', mark('Pending')], processing: ['wait', mark('Pending')], unknown: ['wait', mark('Pending')], needs_action: ['warn', mark('Needs your action')], open: ['warn', mark('To be paid')], closed: ['info', mark('Closed')]};

export function Help() {
  return (
    <>
      <Payments />
      <div class="grid">
        <Seller />
        <Data />
      </div>
    </>
  );
}

function Payments() {
  const {api, account} = useBilling();
  const {names} = useShown();
  const [after, setAfter] = useState('');
  const loaded = useLoaded(() => api.get(`/orders?limit=20${after && `&after=${after}`}`), [api], [account.position, after]);
  return (
    <Card title={say('Your payments')}>
      <Loaded of={loaded}>
        {(page) => (
          <>
            <Table
              caption={say('Payments, newest first')}
              columns={[[say('When'), ''], [say('For'), 'wide-only'], [say('Amount'), 'n'], [say('Outcome'), '']]}
              rows={page.data.map((one) => [
                <Link to={`orders/${one.id}`}><When at={one.placed_at} /></Link>,
                format.line(names, one.lines[0]?.text ?? one.kind),
                <Amount value={one.total} free />,
                <Status kind={(words[one.now.state] ?? words.closed)[0]}>{spoken((words[one.now.state] ?? [null, one.now.state])[1])}</Status>,
              ])}
              empty={say('Nothing was paid yet.')}
            />
            <Pages page={page} after={after} onTurn={setAfter} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Seller() {
  const {seller, links, name} = useShown();
  return (
    <Card title={say('How to reach {name}', {name})}>
      {seller && (
        <address>
          {[seller.name, ...seller.address].map((line) => (
            <div key={line}>
              <bdi>{line}</bdi>
            </div>
          ))}
        </address>
      )}
      <p>
        {seller?.contact &&
          say('Write to {address}. Include the number of the invoice or the date of the payment.', {address: <a href={`mailto:${seller.contact}`}>{seller.contact}</a>})}
      </p>
      {links.support && (
        <a class="button" href={links.support} rel="noreferrer">
          {say('Support')}
        </a>
      )}
    </Card>
  );
}

function Data() {
  const {api, may} = useBilling();
  const why = whyNot(may.set_billing);
  return (
    <Card title={say('Your data')}>
      <p>{say('Everything stored about this account: requests, payments, usage and personal data. One JSON object per line.')}</p>
      {why === undefined ? (
        <a class="button" href={`${api.base}/export?reason=asked_by_customer`} download={`${api.account}.jsonl`}>
          {say('Download it')}
        </a>
      ) : (
        <Button why={why}>{say('Download it')}</Button>
      )}
    </Card>
  );
}
