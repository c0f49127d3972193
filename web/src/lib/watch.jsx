// What a page says about itself: that the network is gone, and that its session ends soon. What is typed stays.
import {useEffect, useState} from 'preact/hooks';
import {lastAnswer, serverSaid} from './api.js';
import {Button, Strip, When} from './parts.jsx';
import {say} from './say.js';

export function Offline() {
  const [off, setOff] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOff(!navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return (
    <div aria-live="polite">
      {off && (
        <Strip kind="warn" title={say('You are offline.')}>
          {say('What you typed stays here. A payment that was sent is looked up when you are back, and never sent twice.')}
        </Strip>
      )}
    </div>
  );
}

const minute = 60_000;

/// Two minutes before its end. A session that is idle ends after a while, which each answer puts off; `ask` asks for anything.
export function SessionEnds({ask}) {
  const [until, setUntil] = useState(null);
  const [ends, setEnds] = useState(null);
  const look = () =>
    ask().then((session) => {
      const idle = Date.parse(session.idle_until) - serverSaid();
      setEnds({idle, whole: Date.now() + Date.parse(session.ends_at) - serverSaid()});
      setUntil(null);
    }, () => {});
  useEffect(() => void look(), [ask]);
  useEffect(() => {
    if (!ends) return undefined;
    const timer = setInterval(() => {
      const soonest = Math.min(lastAnswer() + ends.idle, ends.whole);
      setUntil(soonest - Date.now() < 2 * minute ? {at: soonest, last: soonest === ends.whole} : null);
    }, 10_000);
    return () => clearInterval(timer);
  }, [ends]);
  return (
    <div aria-live="polite">
      {until && (
        <Strip kind="warn" title={say('Your session ends soon.')} action={!until.last && <Button onClick={look}>{say('Stay signed in')}</Button>}>
          {say('At {time}. What you typed stays here.', {time: <When at={new Date(until.at).toISOString()} how="clock" />})}
        </Strip>
      )}
    </div>
  );
}
