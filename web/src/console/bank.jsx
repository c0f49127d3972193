// Money that came by bank: what pays nothing yet beside the orders that wait. By keyboard: ↑ ↓, Enter.
import {useState} from 'preact/hooks';
import {accountApi, drawKey} from '../lib/api.js';
import * as format from '../lib/format.js';
import {Amount, Button, Card, Empty, Failed, Loaded, Status, Strip, Table, useLoaded, When} from '../lib/parts.jsx';

const keyOf = (order) => `${order.account}/${order.order}`;

/// The orders that a receipt could be for, the likeliest first, and why: the page compares texts and adds nothing up.
function suggested(receipt, waiting) {
  const said = (receipt.said ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const why = (order) => {
    if (order.reference && said.includes(order.reference.toUpperCase())) return 'its reference';
    if (order.still_asked === receipt.amount) return 'the same amount';
    if (receipt.account && receipt.account === order.account) return 'the same account';
    if (said.includes(order.account.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''))) return 'its name';
    return '';
  };
  const rank = ['its reference', 'the same amount', 'the same account', 'its name', ''];
  return waiting.map((order) => ({...order, why: why(order)})).sort((a, b) => rank.indexOf(a.why) - rank.indexOf(b.why));
}

export function BankPage({api, Act, AccountLink}) {
  const loaded = useLoaded(() => api.get('/bank_receipts'), [api]);
  return (
    <Loaded of={loaded} lines={8}>
      {(answer) => {
        const all = answer.data ?? answer;
        const receipts = [...(all.unmatched ?? []), ...(all.unapplied ?? [])];
        return (
          <>
            <Apply api={api} receipts={receipts} waiting={all.waiting ?? []} again={loaded.again} AccountLink={AccountLink} />
            <Card title="Record a receipt by hand">
              <p class="soft">For money that is not on a bank statement yet, such as a cheque on the desk.</p>
              <Act name="record_bank_receipt" reason={false} fixed={{kind: 'transfer'}} fields={[['receipt', 'Its id, such as the UTR'], ['processor', 'Account of the bank, as in the tenant’s file'], ['amount', 'Amount, as 49.00 INR'], ['dated', 'Day of the bank, as 2026-03-10'], ['said', 'What the payer wrote']]} label="Record this transfer" done={loaded.again} />
            </Card>
            {(all.to_pay_out ?? []).length > 0 && (
              <Card title="To be paid out">
                <Table
                  caption="Refunds that a person pays out by bank"
                  columns={[['Account', ''], ['Refund', ''], ['Amount', 'n'], ['Since', '']]}
                  rows={all.to_pay_out.map((one) => [<AccountLink id={one.account} />, one.refund, <Amount value={one.amount} />, <When at={one.since} />])}
                  empty=""
                />
                {all.to_pay_out.map((one) => (
                  <Act key={`${one.account}-${one.refund}`} account={one.account} name="record_payout" reason={false} fixed={{refund: one.refund}} fields={[['ref', 'The bank’s reference of the payout']]} label={`It was paid: ${format.money(one.amount)} to ${one.account}`} done={loaded.again} />
                ))}
              </Card>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function Apply({api, receipts, waiting, again, AccountLink}) {
  const [chosen, setChosen] = useState(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [done, setDone] = useState('');
  const receipt = receipts.find((one) => one.receipt === chosen) ?? receipts[0];
  const send = async (order) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    setDone('');
    try {
      await accountApi(api.tenant, order.account).command('apply_cash', {receipt: receipt.receipt, order: order.order}, drawKey('bank'));
      setDone(`${receipt.receipt} pays order ${order.order} of ${order.account}.`);
      setChosen(null);
      again();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  /// ↑ and ↓ move within a list, as in a list box; Enter is the button's own.
  const moved = (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const all = [...event.currentTarget.querySelectorAll('button')];
    const next = all[all.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <>
      <div aria-live="polite">
        {problem && <Failed problem={problem} />}
        {done && <Strip kind="ok" title={done} />}
      </div>
      <div class="grid">
        <Card title="Money that pays nothing yet">
          {receipts.length === 0 && <Empty>Every receipt is applied.</Empty>}
          <ul class="plain" onKeyDown={moved}>
            {receipts.map((one) => (
              <li key={one.receipt}>
                <button type="button" class="pick" aria-pressed={one === receipt} onClick={() => setChosen(one.receipt)}>
                  <span class="split">
                    <bdi>{one.receipt}</bdi> <Amount value={one.amount} />
                  </span>
                  <small class="soft">
                    {[one.dated, one.account, format.nameOf({}, one.state ?? '')].filter(Boolean).join(' · ')} <bdi>{one.said}</bdi>
                  </small>
                </button>
              </li>
            ))}
          </ul>
        </Card>
        <Card title={receipt ? <>Orders for <bdi>{receipt.receipt}</bdi></> : 'Orders that wait for a transfer'}>
          {waiting.length === 0 && <Empty>No order waits for money by bank.</Empty>}
          <ul class="plain" onKeyDown={moved}>
            {(receipt ? suggested(receipt, waiting) : waiting).map((one) => (
              <li key={keyOf(one)} class="split">
                <span>
                  <AccountLink id={one.account} /> · order {one.order} · <Amount value={one.still_asked} />
                  <br />
                  <small class="soft">
                    <bdi>{one.reference}</bdi> {one.why && <Status kind="ok">{one.why}</Status>}
                  </small>
                </span>
                {receipt && (
                  <Button kind="small" busy={busy} onClick={() => send(one)} aria-label={`Apply ${receipt.receipt} to order ${one.order} of ${one.account}`}>
                    Apply
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Card>
        {receipt && (
          <Card title="It is somebody else’s">
            <To api={api} receipt={receipt} again={again} />
          </Card>
        )}
      </div>
    </>
  );
}

/// For an account without an order of that sum: the money waits there for its next one.
function To({api, receipt, again}) {
  const [account, setAccount] = useState('');
  const [problem, setProblem] = useState(null);
  const send = async () => {
    try {
      await accountApi(api.tenant, account).command('apply_cash', {receipt: receipt.receipt}, drawKey('bank'));
      setAccount('');
      setProblem(null);
      again();
    } catch (failed) {
      setProblem(failed);
    }
  };
  return (
    <>
      <div class="field">
        <label for="to-account">Account</label>
        <small class="hint" id="to-hint">
          It is kept for the account’s next order.
        </small>
        <input id="to-account" aria-describedby="to-hint" value={account} onInput={(event) => setAccount(event.currentTarget.value.trim())} />
      </div>
      <Button why={account ? undefined : 'Write whose it is.'} onClick={send}>
        Keep {format.money(receipt.amount)} for {account || '…'}
      </Button>
      {problem && <Failed problem={problem} />}
    </>
  );
}
