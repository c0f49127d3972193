// Sends an SMS and charges for it: credits are held before anything leaves, taken when the carrier has it, and given back
// when it has not. Nobody is charged for what was not sent, and nothing is sent that nobody can pay.
//   FLORIN_API=http://127.0.0.1:8080/v1/callloop FLORIN_KEY=fl_test_… node sender.mjs ACCOUNT TEXT
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Florin } from '../../clients/typescript/florin.mjs';

/** Stands in for a carrier; a text with `fail` in it is refused. */
async function carrier(text) {
  return text.includes('fail') ? { accepted: false } : { accepted: true };
}

export async function send(florin, account, text, id = randomUUID()) {
  const message = { meter: 'sms', quantity: `${text.length} characters` };
  const [held] = await florin.usage([{ account, key: `${account}:${id}:hold`, place_hold: message }]);
  if (held.problem) return { sent: false, why: held.problem.code };
  const { accepted } = await carrier(text);
  const then = accepted
    ? { capture_hold: { hold: held.hold, quantity: message.quantity } }
    : { release_hold: { hold: held.hold } };
  const [done] = await florin.usage([{ account, key: `${account}:${id}:end`, ...then }]);
  return { sent: accepted, debited: accepted ? done.debited : null, ...(done.problem && { why: done.problem.code }) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const florin = new Florin({ api: process.env.FLORIN_API, key: process.env.FLORIN_KEY });
  console.log(JSON.stringify(await send(florin, process.argv[2], process.argv[3] ?? 'hello')));
}
