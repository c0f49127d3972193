// Who was invited accepts here; before that nothing of the account is shown.
import {useState} from 'preact/hooks';
import {drawKey} from '../lib/api.js';
import {Button, Strip, useShown} from '../lib/parts.jsx';
import {say} from '../lib/say.js';

export function Invited({api, session, accepted}) {
  const {name} = useShown();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const accept = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await api.command('accept_invitation', {member: session.member}, drawKey(api.account));
      accepted();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="alone">
      <div class="card">
        <h1>{say('You are invited')}</h1>
        <p>
          {say('To the billing pages of {account} at {name}, as {member}.', {account: <bdi>{session.account}</bdi>, name, member: <bdi>{session.member}</bdi>})}
        </p>
        {problem && <Strip kind="bad" alert title={problem.message} />}
        <Button kind="primary wide" busy={busy} onClick={accept}>
          {say('Accept the invitation')}
        </Button>
        <p class="soft small">{say('If you don’t know who invited you, close this page: nothing happens.')}</p>
      </div>
    </main>
  );
}
