import {useState} from 'preact/hooks';
import * as format from '../lib/format.js';
import {Button, Card, Field, Loaded, Select, Table, useLoaded, useShown, When} from '../lib/parts.jsx';
import {useBilling} from './context.js';
import {useCommand} from './methods.jsx';

export function Members() {
  const {api, account, offer, may, session} = useBilling();
  const {names} = useShown();
  const {run, busy, said} = useCommand();
  const loaded = useLoaded(() => api.get('/members'), [api, account.position]);
  const roles = offer?.roles ?? [];
  const [member, setMember] = useState('');
  const [role, setRole] = useState('');
  const [asked, setAsked] = useState(null);
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
              <Table
                caption="Members and open invitations"
                columns={[['Member', ''], ['Role', ''], ['Since', ''], ['', '']]}
                rows={list.data.map((one) => [
                  <span>
                    <bdi>{one.member}</bdi>
                    {one.member === session.member && <span class="tag">you</span>}
                    {one.state === 'invited' && <span class="tag">invited</span>}
                  </span>,
                  format.nameOf(names, one.role),
                  <When at={one.since} />,
                  asked === one.member ? (
                    <span class="actions end">
                      <Button kind="danger small" busy={busy} onClick={() => run(one.state === 'invited' ? 'revoke_invitation' : 'remove_member', {member: one.member}, 'Done.').then(() => setAsked(null))}>
                        Remove {one.member}
                      </Button>
                      <Button kind="small" onClick={() => setAsked(null)}>
                        Keep
                      </Button>
                    </span>
                  ) : (
                    <span class="actions end">
                      <Button kind="small" why={whyNot('change_members')} onClick={() => setAsked(one.member)} aria-label={`Remove ${one.member}`}>
                        Remove
                      </Button>
                    </span>
                  ),
                ])}
                empty="Nobody is listed. The account is used as its owner."
              />
            </>
          )}
        </Loaded>
        {said}
      </Card>
      <Card title="Invite">
        <Field label="Name or id" hint="Small letters, digits, - and _" value={member} maxLength={64} onInput={(event) => setMember(event.currentTarget.value.trim())} />
        {roles.length > 0 && <Select label="Role" value={role || roles.at(-1)} options={roles.map((one) => [one, format.nameOf(names, one)])} onChange={(event) => setRole(event.currentTarget.value)} />}
        <Button kind="primary" busy={busy} why={whyNot('change_members') ?? (member ? undefined : 'Write who is invited.')} onClick={() => run('invite_member', {member, role: role || roles.at(-1)}, `${member} is invited.`).then((answer) => answer && setMember(''))}>
          Invite
        </Button>
      </Card>
    </>
  );
}
