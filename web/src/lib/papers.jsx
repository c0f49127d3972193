// Papers behind links. One that cannot be given is said on the page: a link of ours never ends on an answer for programs.
import {useEffect, useRef, useState} from 'preact/hooks';
import {Problem} from './api.js';
import {Button, Strip} from './parts.jsx';
import {Link} from './route.jsx';
import {say} from './say.js';

/// What the law or a form asks for, and nobody gave: the fields in the problem's detail are for staff; a customer hears who can add
/// it, and where, if it is they.
export function PaperProblem({problem, leave}) {
  if (problem.code !== 'document_incomplete')
    return (
      <Strip kind="bad" alert title={problem.message}>
        {problem.request && <small class="soft">{say('Request {number}', {number: problem.request})}</small>}
      </Strip>
    );
  const own = /(^|[ ;])buyer\./.test(problem.detail);
  return (
    <Strip kind="warn" alert title={say('This document is not ready yet.')}>
      {own ? say('Your billing details are incomplete. The document needs your name, address, tax id or address for e-invoices.') : say('We still have to complete it. It will appear here as soon as that is done.')}
      {own && leave && (
        <>
          {' '}
          <Link to="methods" onClick={leave}>
            {say('Add it to your billing details')}
          </Link>
        </>
      )}
    </Strip>
  );
}

/// Asks before the browser goes to a paper; if it cannot be had, says so in a dialog over the page, which stays as it is.
export function Papers({shows: Shows = PaperProblem}) {
  const [problem, setProblem] = useState(null);
  const dialog = useRef(null);
  useEffect(() => {
    const pressed = async (event) => {
      const link = event.target.closest?.('a[href^="/v1/"]');
      if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const found = await whetherThere(link.href);
      if (found) setProblem(found);
      else location.assign(link.href);
    };
    addEventListener('click', pressed);
    return () => removeEventListener('click', pressed);
  }, []);
  useEffect(() => {
    if (problem) dialog.current.showModal();
  }, [problem]);
  const close = () => setProblem(null);
  return (
    problem && (
      <dialog ref={dialog} aria-label={say('Document')} onClose={close}>
        <Shows problem={problem} leave={close} />
        <form method="dialog" class="actions">
          <Button type="submit">{say('Close')}</Button>
        </form>
      </dialog>
    )
  );
}

/// null: it is, and its bytes are not read here.
async function whetherThere(href) {
  const stop = new AbortController();
  try {
    const answer = await fetch(href, {credentials: 'same-origin', signal: stop.signal});
    if (!answer.ok) return new Problem(answer.status, await answer.json().catch(() => null));
    return null;
  } catch {
    return new Problem(0, null);
  } finally {
    stop.abort();
  }
}
