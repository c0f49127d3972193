import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Button, Card, Copy, Empty, Field, Loaded, Select, Strip, useLoaded, useShown, When} from '../lib/parts.jsx';
import {many, refusal, say} from '../lib/say.js';
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
  const whyNot = (action) => (may[action]?.allowed === false ? refusal(may[action].code, may[action].why) : undefined);
  return (
    <>
      <Card title={say('Members')}>
        <Loaded of={loaded}>
          {(list) => (
            <>
              {list.occupied !== null && (
                <p class="soft">
                  {list.places !== null
                    ? many('{taken} of {count} place taken', '{taken} of {count} places taken', list.places, {taken: list.occupied})
                    : many('{count} place taken', '{count} places taken', list.occupied)}
                </p>
              )}
              {whyNot('change_members') && list.data.length > 0 && (
                <p class="soft">
                  {whyNot('change_members')} <Owners of={list.data} />
                </p>
              )}
              {list.data.length === 0 && <Empty>{say('Nobody is listed. The account is used as its owner.')}</Empty>}
              <ul class="plain people" aria-label={say('Members and open invitations')}>
                {list.data.map((one) => (
                  <li key={one.member} class="split">
                    <span class="who-is">
                      <bdi>{one.member}</bdi>
                      {one.member === session.member && <span class="tag">{say('you')}</span>}
                      {one.state === 'invited' && <span class="tag">{say('invited')}</span>}
                      <br />
                      <small class="soft">
                        {say('{role} since {day}', {role: format.nameOf(names, one.role), day: <When at={one.since} />})}
                      </small>
                    </span>
                    {asked === one.member ? (
                      <span class="actions">
                        <Button kind="danger small" busy={busy} onClick={() => run(one.state === 'invited' ? 'revoke_invitation' : 'remove_member', {member: one.member}, say('Done.')).then(() => setAsked(null))}>
                          {say('Remove {what}', {what: one.member})}
                        </Button>
                        <Button kind="small" onClick={() => setAsked(null)}>
                          {say('Keep')}
                        </Button>
                      </span>
                    ) : (
                      <span class="actions">
                        {one.state === 'invited' && (
                          <Button kind="small" quiet why={whyNot('change_members')} onClick={() => link(one.member)} aria-label={say('Link for {member}', {member: one.member})}>
                            {say('Link')}
                          </Button>
                        )}
                        <Button kind="small" quiet why={whyNot('change_members')} onClick={() => setAsked(one.member)} aria-label={say('Remove {what}', {what: one.member})}>
                          {say('Remove')}
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
  return owners.length > 0 ? <>{many('Owner: {names}.', 'Owners: {names}.', owners.length, {names: <bdi>{owners.join(', ')}</bdi>})}</> : null;
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
    if (!(await run('invite_member', {member, role: role || roles.at(-1)}, say('{member} is invited.', {member})))) return;
    try {
      setSent({member, ...(await inviteAgain(api, member, email))});
      setMember('');
      setEmail('');
    } catch (failed) {
      setProblem(failed);
    }
  };
  return (
    <Card title={say('Invite')}>
      <div class="fields">
        <Field label={say('Name or id')} hint={say('Small letters, digits, - and _')} value={member} maxLength={64} onInput={(event) => setMember(event.currentTarget.value.trim())} />
        <Field label={say('Email')} hint={say('Optional: leave it empty to copy the link instead')} type="email" autocomplete="off" value={email} maxLength={200} onInput={(event) => setEmail(event.currentTarget.value.trim())} />
        {roles.length > 0 && <Select label={say('Role')} value={role || roles.at(-1)} options={roles.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setRole(event.currentTarget.value)} />}
      </div>
      <Button kind="primary" busy={busy} why={why ?? (member ? undefined : say('Enter the name or id of the person.'))} onClick={invite}>
        {say('Invite')}
      </Button>
      {said}
      {problem && <Strip kind="bad" alert title={problem.message}>{say('The invitation is open; send its link from the list above.')}</Strip>}
      {sent && <Sent of={sent} />}
    </Card>
  );
}

const inviteAgain = (api, member, email) => api.post(`/members/${encodeURIComponent(member)}/invitation`, email ? {email} : {});

const Sent = ({of}) => (
  <Strip kind="ok" title={of.mailed ? say('A mail goes to {member}.', {member: of.member}) : say('The link for {member}:', {member: of.member})} action={<Copy label={say('the link for {member}', {member: of.member})} value={of.url}>{say('Copy the link')}</Copy>}>
    {say('It works until {day}.', {day: <When at={of.expires_at} />})}
  </Strip>
);
