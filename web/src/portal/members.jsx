import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Button, Card, Copy, Empty, Field, Loaded, Select, Strip, useLoaded, useShown, When} from '../lib/parts.jsx';
import {useBilling} from './context.js';
import {useCommand} from './methods.jsx';

export function Members() {
  const {api, account, offer, may, session} = useBilling();
  const {names} = useShown();
  const {run, busy, said} = useCommand();
  const loaded = useLoaded(() => api.get('/members'), [api], [account.position]);
  const roles = offer?.roles ?? [];
  const [asked, setAsked] = useState(null);
  const [sent, setSent] = useState(null);
  const link = async (member) => setSent({member, ...(await inviteAgain(api, member).catch((problem) => ({problem})))});
  const whyNot = (action) => (may[action]?.allowed === false ? may[action].why : undefined);
  return (
    <>
      <Card title="Members">
        <Loaded of={loaded}>
          {(list) => (
            <>
              {list.occupied !== null && (
                <p class="soft">
                  {list.occupied}
                  {list.places !== null ? ` of ${list.places}` : ''} places taken
                </p>
              )}
              {whyNot('change_members') && list.data.length > 0 && (
                <p class="soft">
                  {whyNot('change_members')} <Owners of={list.data} />
                </p>
              )}
              {list.data.length === 0 && <Empty>Nobody is listed. The account is used as its owner.</Empty>}
              <ul class="plain people" aria-label="Members and open invitations">
                {list.data.map((one) => (
                  <li key={one.member} class="split">
                    <span class="who-is">
                      <bdi>{one.member}</bdi>
                      {one.member === session.member && <span class="tag">you</span>}
                      {one.state === 'invited' && <span class="tag">invited</span>}
                      <br />
                      <small class="soft">
                        {format.nameOf(names, one.role)} since <When at={one.since} />
                      </small>
                    </span>
                    {asked === one.member ? (
                      <span class="actions">
                        <Button kind="danger small" busy={busy} onClick={() => run(one.state === 'invited' ? 'revoke_invitation' : 'remove_member', {member: one.member}, 'Done.').then(() => setAsked(null))}>
                          Remove {one.member}
                        </Button>
                        <Button kind="small" onClick={() => setAsked(null)}>
                          Keep
                        </Button>
                      </span>
                    ) : (
                      <span class="actions">
                        {one.state === 'invited' && (
                          <Button kind="small" quiet why={whyNot('change_members')} onClick={() => link(one.member)} aria-label={`Link for ${one.member}`}>
                            Link
                          </Button>
                        )}
                        <Button kind="small" quiet why={whyNot('change_members')} onClick={() => setAsked(one.member)} aria-label={`Remove ${one.member}`}>
                          Remove
                        </Button>
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Loaded>
        {said}
        {sent?.url && <Sent of={sent} />}
        {sent?.problem && <Strip kind="bad" alert title={sent.problem.message} />}
      </Card>
      <Invite roles={roles} why={whyNot('change_members')} />
    </>
  );
}

/// Whom to ask.
function Owners({of}) {
  const owners = of.filter((one) => one.role === 'owner' && one.state === 'active').map((one) => one.member);
  return owners.length > 0 ? <>{owners.length === 1 ? 'Owner' : 'Owners'}: <bdi>{owners.join(', ')}</bdi>.</> : null;
}

/// The link goes by mail where an address is given, and may be copied: it works for seven days, until it was accepted.
function Invite({roles, why}) {
  const {api} = useBilling();
  const {names} = useShown();
  const {run, busy, said} = useCommand();
  const [member, setMember] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('');
  const [sent, setSent] = useState(null);
  const [problem, setProblem] = useState(null);
  const invite = async () => {
    setSent(null);
    setProblem(null);
    if (!(await run('invite_member', {member, role: role || roles.at(-1)}, `${member} is invited.`))) return;
    try {
      setSent({member, ...(await inviteAgain(api, member, email))});
      setMember('');
      setEmail('');
    } catch (failed) {
      setProblem(failed);
    }
  };
  return (
    <Card title="Invite">
      <div class="fields">
        <Field label="Name or id" hint="Small letters, digits, - and _" value={member} maxLength={64} onInput={(event) => setMember(event.currentTarget.value.trim())} />
        <Field label="Email" hint="May stay empty: then copy the link" type="email" autocomplete="off" value={email} maxLength={200} onInput={(event) => setEmail(event.currentTarget.value.trim())} />
        {roles.length > 0 && <Select label="Role" value={role || roles.at(-1)} options={roles.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setRole(event.currentTarget.value)} />}
      </div>
      <Button kind="primary" busy={busy} why={why ?? (member ? undefined : 'Write who is invited.')} onClick={invite}>
        Invite
      </Button>
      {said}
      {problem && <Strip kind="bad" alert title={problem.message}>The invitation is open; send its link from the list above.</Strip>}
      {sent && <Sent of={sent} />}
    </Card>
  );
}

const inviteAgain = (api, member, email) => api.post(`/members/${encodeURIComponent(member)}/invitation`, email ? {email} : {});

const Sent = ({of}) => (
  <Strip kind="ok" title={of.mailed ? `A mail goes to ${of.member}.` : `The link for ${of.member}:`} action={<Copy label={`the link for ${of.member}`} value={of.url}>Copy the link</Copy>}>
    It works until <When at={of.expires_at} />.
  </Strip>
);
