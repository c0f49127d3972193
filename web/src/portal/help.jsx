// What became of every payment, how to reach the seller, and what is kept about the account.
import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Loaded, Pages, Status, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';

const words = {paid: ['ok', 'Paid'], declined: ['bad', 'Declined'], pending: ['wait', 'Pending'], processing: ['wait', 'Pending'], unknown: ['wait', 'Pending'], needs_action: ['warn', 'Waits for you'], open: ['warn', 'To be paid'], closed: ['info', 'Closed']};

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
    <Card title="Your payments">
      <Loaded of={loaded}>
        {(page) => (
          <>
            <Table
              caption="Payments, newest first"
              columns={[['When', ''], ['For', 'wide-only'], ['Amount', 'n'], ['Outcome', '']]}
              rows={page.data.map((one) => [
                <Link to={`orders/${one.id}`}><When at={one.placed_at} /></Link>,
                format.line(names, one.lines[0]?.text ?? one.kind),
                <Amount value={one.total} free />,
                <Status kind={(words[one.now.state] ?? words.closed)[0]}>{(words[one.now.state] ?? [null, one.now.state])[1]}</Status>,
              ])}
              empty="Nothing was paid yet."
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
    <Card title={`How to reach ${name}`}>
      {seller && (
        <address>
          {[seller.name, ...seller.address].map((line) => (
            <div key={line}>{line}</div>
          ))}
        </address>
      )}
      <p>
        {seller?.contact && (
          <>
            Write to <a href={`mailto:${seller.contact}`}>{seller.contact}</a>. Name the number of the invoice or the day of the payment.
          </>
        )}
      </p>
      {links.support && (
        <a class="button" href={links.support} rel="noreferrer">
          Support
        </a>
      )}
    </Card>
  );
}

function Data() {
  const {api, may} = useBilling();
  const why = may.set_billing?.allowed === false ? may.set_billing.why : undefined;
  return (
    <Card title="Your data">
      <p>All that is kept about this account: what was asked, paid and used, and who you are. One JSON object a line.</p>
      {why === undefined ? (
        <a class="button" href={`${api.base}/export?reason=asked_by_customer`} download={`${api.account}.jsonl`}>
          Download it
        </a>
      ) : (
        <Button why={why}>Download it</Button>
      )}
    </Card>
  );
}
