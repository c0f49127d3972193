// The statement of account of a period: what was owed, each document and payment, what is owed then. All sums are the host's.
import {useState} from 'preact/hooks';
import {Amount, Card, Field, Loaded, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {mark, say, spoken} from '../lib/say.js';
import {useBilling} from './context.js';
import {dayOf} from './usage.jsx';

const kinds = {
  invoice: mark('Invoice'),
  credit_note: mark('Credit note'),
  payment: mark('Payment'),
  payment_returned: mark('Payment returned'),
  refund: mark('Refund paid'),
  refund_returned: mark('Refund returned'),
  withheld_tax: mark('Tax withheld'),
  written_off: mark('Written off'),
  written_back: mark('Write-off reversed'),
  correction: mark('Correction'),
};

/// Under the column of the balances.
const Balance = ({name, value, whole = false}) => (
  <div class="charge">
    <dl>
      <div class={whole ? 'total' : undefined}>
        <dt>{name}</dt>
        <dd>
          <Amount value={value} />
        </dd>
      </div>
    </dl>
  </div>
);

export function StatementOfAccount() {
  const {api, account, session} = useBilling();
  const {timezone} = useShown();
  const today = dayOf(new Date(session.now), timezone);
  const [from, setFrom] = useState(`${today.slice(0, 4)}-01-01`);
  const [to, setTo] = useState(today);
  const period = `?from=${from}&to=${to}`;
  const loaded = useLoaded(() => api.get(`/account_statement/json${period}`), [api], [from, to, account.position]);
  return (
    <Card
      title={say('Statement of account')}
      action={
        <>
          <a href={`${api.base}/account_statement/html${period}`}>{say('To print')}</a>
          <a href={`${api.base}/account_statement/pdf${period}`} aria-label={say('{number} as PDF', {number: say('Statement of account')})}>
            PDF
          </a>
        </>
      }
    >
      <div class="fields">
        <Field type="date" label={say('From')} value={from} max={to} onChange={(event) => event.currentTarget.value && setFrom(event.currentTarget.value)} />
        <Field type="date" label={say('To')} value={to} min={from} onChange={(event) => event.currentTarget.value && setTo(event.currentTarget.value)} />
      </div>
      <Loaded of={loaded} lines={4}>
        {(found) => (
          <>
            <Balance name={say('Opening balance')} value={found.opening} />
            <Table
              caption={say('Invoices, credit notes and payments in this period, oldest first')}
              columns={[[say('What'), ''], [say('Amount'), 'n'], [say('Balance'), 'n']]}
              rows={found.entries.map((one) => [
                <>
                  {kinds[one.kind] ? spoken(kinds[one.kind]) : one.kind} {one.number && <bdi>{one.number}</bdi>}
                  <br />
                  <small class="soft">
                    <When at={one.at} />
                    {one.order && !one.number && <> · {say('order {number}', {number: one.order})}</>}
                  </small>
                </>,
                <Amount value={one.amount} />,
                <Amount value={one.balance} />,
              ])}
              empty={say('Nothing was invoiced or paid in this period.')}
            />
            <Balance name={say('Closing balance')} value={found.closing} whole />
            <p class="soft small">{say('A balance below zero is in your favour.')}</p>
          </>
        )}
      </Loaded>
    </Card>
  );
}
