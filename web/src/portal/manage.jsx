import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Amount, Card, Empty, Failed, Field, Loaded, Loading, Rows, Select, Status, Strip, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {refusal, say} from '../lib/say.js';
import {useBilling} from './context.js';
import {Confirm, Effects, useQuote} from './pay.jsx';

export function Manage() {
  const {account, offer} = useBilling();
  const plan = account.subscription;
  if (!offer) return <Loading lines={6} />;
  return (
    <div class="grid">
      {!plan && <Card title={say('Plan')}><Empty>{say('There is no plan to cancel or pause.')}</Empty></Card>}
      {plan && plan.cancelled && <Ask title={say('Undo the cancellation')} name="undo_cancel" label={say('Undo the cancellation')} />}
      {plan && !plan.cancelled && <Ask title={say('Cancel the plan')} name="cancel" label={say('Cancel the plan')} danger />}
      {plan && plan.paused_since && <Ask title={say('Resume')} name="resume" label={say('Resume')} />}
      {plan && !plan.paused_since && !plan.cancelled && offer.longest_pause && <Ask title={say('Pause')} name="pause" label={say('Pause the plan')} note={say('For {time} at most; then it resumes automatically.', {time: format.span(offer.longest_pause)})} />}
      {offer.guarantee && <Ask title={say('Money-back guarantee')} name="request_refund" label={say('Ask for a refund')} note={say('Within {time} of the first payment. Our staff decides.', {time: format.span(offer.guarantee)})} danger />}
      {offer.review_reasons.length > 0 && <Review reasons={offer.review_reasons} />}
    </div>
  );
}

/// What happens, from the quotation, before anything happens.
function Ask({title, name, label, note, danger}) {
  const {api} = useBilling();
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(false);
  const quote = useQuote(api, name, open ? {} : null);
  const value = quote.value;
  return (
    <Card title={title}>
      {note && <p class="soft">{note}</p>}
      {done && <Strip kind="ok" title={say('Done.')} />}
      {!open && !done && (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {say('What happens?')}
        </button>
      )}
      {open && !value && !quote.problem && <Loading lines={3} />}
      {open && quote.problem && <Failed problem={quote.problem} />}
      {open && value && (
        <>
          {value.refused ? (
            <Strip kind="warn" title={refusal(value.refused.code, value.refused.text)} />
          ) : (
            <>
              <Rows
                of={[
                  value.subscription?.ends_at && [say('It works until'), <When at={value.subscription.ends_at} how="time" />],
                  value.subscription?.paused_since && [say('It resumes on'), <When at={value.subscription.resumes_at} />],
                  !format.isZero(value.agreed) && [say('Charged today'), <Amount value={value.agreed} />],
                  value.next && !format.isZero(value.next.total) && [say('Next charge'), say('{amount} on {day}', {amount: <Amount value={value.next.total} />, day: <When at={value.next.at} />})],
                  value.next && format.isZero(value.next.total) && [say('Next charge'), say('none')],
                  name === 'request_refund' && [say('Until it is decided'), say('nothing can be used')],
                ]}
              />
              <Effects quote={{...value, leave: [...(value.leave ?? []), ...(value.next?.leave ?? [])]}} />
              <div class={danger ? 'dangerous' : ''}>
                <Confirm name={name} body={{}} quote={value} fresh={quote.fresh} label={label} done={() => { setDone(true); setOpen(false); }} />
              </div>
            </>
          )}
          <button type="button" class="text" onClick={() => setOpen(false)}>
            {say('Leave it as it is')}
          </button>
        </>
      )}
    </Card>
  );
}

function Review({reasons}) {
  const {api, account} = useBilling();
  const {names} = useShown();
  const orders = useLoaded(() => api.get('/orders?limit=50'), [api]);
  const reviews = useLoaded(() => api.get('/reviews'), [api], [account.position]);
  const [order, setOrder] = useState('');
  const [reason, setReason] = useState(reasons[0]);
  const [said, setSaid] = useState('');
  const [done, setDone] = useState(false);
  const paid = (orders.value?.data ?? []).filter((one) => one.state === 'paid' && !format.isZero(one.total));
  const chosen = order || String(paid[0]?.id ?? '');
  const body = chosen ? {order: Number(chosen), reason, ...(said ? {said} : {})} : null;
  const quote = useQuote(api, 'request_review', body);
  return (
    <Card title={say('Report a charge')} class="whole">
      {paid.length === 0 && orders.value && <Empty>{say('There is no payment to review.')}</Empty>}
      {paid.length > 0 && (
        <div class="fields">
          <Select label={say('Charge')} value={chosen} options={paid.map((one) => [String(one.id), `${format.money(one.total)}, ${format.line(names, one.lines[0]?.text ?? '')}`])} onChange={(event) => setOrder(event.currentTarget.value)} />
          <Select label={say('Reason')} value={reason} options={reasons.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setReason(event.currentTarget.value)} />
          <Field label={say('What happened (optional)')} maxLength={500} value={said} onInput={(event) => setSaid(event.currentTarget.value)} />
        </div>
      )}
      {paid.length > 0 && <Confirm name="request_review" body={body} quote={quote.value ?? {agreed: '0'}} fresh={quote.fresh} label={say('Ask for a review')} done={() => setDone(true)} />}
      {done && <Strip kind="ok" title={say('Our staff will look at it and answer.')} />}
      <Loaded of={reviews} lines={1}>
        {(list) =>
          list.data.length > 0 && (
            <Table
              caption={say('Reviews')}
              columns={[[say('Charge'), ''], [say('Reason'), ''], [say('Answer by'), ''], [say('State'), '']]}
              rows={list.data.map((one) => [one.order, format.nameOf(names, one.reason), <When at={one.due_at} />, <Status kind={one.state === 'approved' ? 'ok' : 'info'}>{format.nameOf({}, one.state)}</Status>])}
              empty=""
            />
          )
        }
      </Loaded>
    </Card>
  );
}
