import * as format from '../lib/format.js';
import {Amount, Card, Loaded, Status, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {mark, say, spoken} from '../lib/say.js';
import {useBilling} from './context.js';
import {Charge} from './pay.jsx';
import {StatementOfAccount} from './statement.jsx';

const kinds = {
  paid: ['ok', mark('Paid')],
  open: ['warn', mark('Open')],
  closed: ['info', mark('Closed')],
  given_back: ['info', mark('Refunded')],
};

export function Invoices() {
  const {api, account} = useBilling();
  const {names, seller} = useShown();
  const loaded = useLoaded(() => api.get('/documents?limit=200'), [api], [account.position]);
  const open = account.open_orders.filter((order) => !order.invoice);
  return (
    <>
      {open.length > 0 && (
        <Card title={say('To be paid')}>
          <Table
            caption={say('Orders that wait for money')}
            columns={[[say('Order'), ''], [say('For'), ''], [say('Total'), 'n'], ['', '']]}
            rows={open.map((order) => [
              <Link to={`orders/${order.id}`}>{order.id}</Link>,
              format.line(names, order.lines[0]?.text ?? ''),
              <Amount value={order.total} />,
              <a href={api.paper(`pro-forma-${order.id}`, 'pdf')}>{say('Pro forma, PDF')}</a>,
            ])}
            empty=""
          />
        </Card>
      )}
      <Card title={say('Invoices and credit notes')}>
        <Loaded of={loaded}>
          {(page) => (
            <Table
              caption={say('Invoices and credit notes, newest first')}
              columns={[[say('Number'), ''], [say('For'), 'wide-only'], [say('Total'), 'n'], [say('State'), ''], ['', '']]}
              rows={page.data.map((one) => [
                <>
                  <a href={api.paper(one.number, 'html')}>{one.number}</a>
                  <br />
                  <small class="soft">
                    <When at={one.issued_at} />
                  </small>
                </>,
                one.kind === 'credit_note' ? say('Credit note for {number}', {number: one.invoice}) : format.line(names, one.lines[0]?.text ?? one.what ?? ''),
                <Amount value={one.total} />,
                one.kind === 'credit_note' ? <Status kind="info">{say('Credit')}</Status> : <Status kind={(kinds[one.state] ?? kinds.closed)[0]}>{spoken((kinds[one.state] ?? [null, one.state])[1])}</Status>,
                <span class="actions end">
                  <a href={api.paper(one.number, 'pdf')} aria-label={say('{number} as PDF', {number: one.number})}>
                    PDF
                  </a>
                  {seller?.tax_ids.some((id) => id.kind === 'peppol') && (
                    <a href={api.paper(one.number, 'ubl')} aria-label={say('{number} as XML', {number: one.number})}>
                      XML
                    </a>
                  )}
                </span>,
              ])}
              empty={account.next ? say('No invoices yet. The next comes on {day}.', {day: <When at={account.next.at} />}) : say('No invoices yet. The first comes with your first payment.')}
            />
          )}
        </Loaded>
      </Card>
      {/* Below comes what is known, and last what may still grow: nothing that stands there is pushed down. */}
      {(loaded.value || loaded.problem) && account.next && !format.isZero(account.next.total) && (
        <Card title={say('The next invoice')}>
          <p class="soft">
            {say('On {day}, if nothing changes', {day: <When at={account.next.at} />})}
          </p>
          <Charge of={account.next} />
        </Card>
      )}
      {(loaded.value || loaded.problem) && <StatementOfAccount />}
    </>
  );
}
