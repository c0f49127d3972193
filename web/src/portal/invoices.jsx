import * as format from '../lib/format.js';
import {Amount, Card, Loaded, Status, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {Link} from '../lib/route.jsx';
import {useBilling} from './context.js';
import {Charge} from './pay.jsx';

const kinds = {
  paid: ['ok', 'Paid'],
  open: ['warn', 'Open'],
  closed: ['info', 'Closed'],
  given_back: ['info', 'Refunded'],
};

export function Invoices() {
  const {api, account} = useBilling();
  const {names} = useShown();
  const loaded = useLoaded(() => api.get('/documents?limit=200'), [api], [account.position]);
  const open = account.open_orders.filter((order) => !order.invoice);
  return (
    <>
      {open.length > 0 && (
        <Card title="To be paid">
          <Table
            caption="Orders that wait for money"
            columns={[['Order', ''], ['For', ''], ['Total', 'n'], ['', '']]}
            rows={open.map((order) => [
              <Link to={`orders/${order.id}`}>{order.id}</Link>,
              format.line(names, order.lines[0]?.text ?? ''),
              <Amount value={order.total} />,
              <a href={api.paper(`pro-forma-${order.id}`, 'pdf')}>Pro forma, PDF</a>,
            ])}
            empty=""
          />
        </Card>
      )}
      <Card title="Invoices and credit notes">
        <Loaded of={loaded}>
          {(page) => (
            <Table
              caption="Invoices and credit notes, newest first"
              columns={[['Number', ''], ['For', 'wide-only'], ['Total', 'n'], ['State', ''], ['', '']]}
              rows={page.data.map((one) => [
                <>
                  <a href={api.paper(one.number, 'html')}>{one.number}</a>
                  <br />
                  <small class="soft">
                    <When at={one.issued_at} />
                  </small>
                </>,
                one.kind === 'credit_note' ? `Credit note for ${one.invoice}` : format.line(names, one.lines[0]?.text ?? one.what ?? ''),
                <Amount value={one.total} />,
                one.kind === 'credit_note' ? <Status kind="info">Credit</Status> : <Status kind={(kinds[one.state] ?? kinds.closed)[0]}>{(kinds[one.state] ?? [null, one.state])[1]}</Status>,
                <span class="actions end">
                  <a href={api.paper(one.number, 'pdf')} aria-label={`${one.number} as PDF`}>
                    PDF
                  </a>
                </span>,
              ])}
              empty={account.next ? <>No invoices yet. The next comes on <When at={account.next.at} />.</> : 'No invoices yet. The first comes with your first payment.'}
            />
          )}
        </Loaded>
      </Card>
      {account.next && !format.isZero(account.next.total) && (
        <Card title="The next invoice">
          <p class="soft">
            On <When at={account.next.at} />, if nothing changes
          </p>
          <Charge of={{...account.next, taxes: []}} />
        </Card>
      )}
    </>
  );
}
