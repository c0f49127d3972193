// Receives Florin's webhooks: checks the signature, acts once for each event, answers at once.
//   FLORIN_WEBHOOK_SECRET=whsec_… node receiver.mjs [PORT]
import { createServer } from 'node:http';
import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = process.env.FLORIN_WEBHOOK_SECRET ?? '';
const port = Number(process.argv[2] ?? 4242);
const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
const tolerance = 300; // seconds between the sender's clock and ours
const seen = new Set(); // a real receiver keeps them in its database, with what it did

/** By Standard Webhooks: one of the signatures must be ours, over `id.timestamp.body` as it came. */
export function verified(headers, body, now = Date.now() / 1000) {
  const [id, at, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name] ?? '');
  if (!id || Math.abs(now - Number(at)) > tolerance) return false;
  const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest();
  return signatures.split(' ').some((one) => {
    const [version, text] = one.split(',');
    const given = Buffer.from(text ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function act(event) {
  console.log(`${event.type}  ${event.account ?? '-'}  position ${event.position}`);
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces).toString('utf8');
    if (!verified(request.headers, body)) return response.writeHead(400).end();
    const id = request.headers['webhook-id'];
    if (!seen.has(id)) {
      seen.add(id);
      act(JSON.parse(body));
    }
    response.writeHead(200).end();
  });
});
server.listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
