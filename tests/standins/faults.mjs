// A stand-in behind a way that goes wrong: `node faults.mjs PROVIDER`, a folder here, listens on the loopback, prints
// `listening PORT`, and passes each request on, once or twice or too late, and each answer back, whole or not.
//
// POST /_test/new    {start}                 an empty book, no fault, no request counted
// POST /_test/fault  {at, times, kind, pid}  what happens to that many requests from the at-th on, counted from 1
// POST /_test/together {count}             nobody is answered until so many have asked
// GET  /_test/seen                           the requests that came, `POST /v1/refunds`
// What has the header `x-test` is not counted. All other paths under /_test/ are the stand-in's own.
import {createServer} from 'node:http';

const provider = process.argv[2];
const {Book} = await import(`./${provider}/book.mjs`);
const {answer_of} = await import(`./${provider}/server.mjs`);

let book, seen, fault, held, together, waiting;
const anew = ({start} = {}) => {
  book = new Book({start});
  seen = [];
  fault = undefined;
  held = [];
  together = 0;
  waiting = [];
};
anew();

/** A request that is on its way for four minutes arrives when the provider's clock has got there. */
const on_its_way = 4 * 60;
/** Of the host's deadline in the tests, in milliseconds: the answer comes when its request was given up and sent again. */
const longer_than_anyone_waits = 1500;
function arrivals() {
  for (const late of held.filter(({at}) => at <= book.now)) late.arrive();
  held = held.filter(({at}) => at > book.now);
}

const garbled = (body) => body.replace(/[{}"]/g, '\u0000');
const other_amount = (body) => body.replace(/"amount(_received)?":(\d+)/g, (_, part = '', amount) => `"amount${part}":${Number(amount) + 1}`);
const other_currency = (body) => body.replace(/"currency":"(\w+)"/g, (_, code) => `"currency":"${code === code.toUpperCase() ? 'EUR' : 'eur'}"`);
const unknown_status = (body) => body.replace(/"status":"\w+"/g, '"status":"levitating"');
const rewritten = {garbled, other_amount, other_currency, unknown_status, empty: () => '', huge: (body) => body + ' '.repeat(5 << 20),
                   not_json: () => '<html>It works</html>', cut_json: (body) => body.slice(0, body.length / 2)};
const server_error = {status: 500, headers: {}, body: '{"error":{"type":"api_error","code":"SERVER_ERROR","message":"oops"}}'};

function raw_head({status, headers, body}) {
  const lines = Object.entries({...headers, 'content-length': Buffer.byteLength(body), connection: 'close'});
  return `HTTP/1.1 ${status} -\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** Once; whoever ended before is left alone. */
function killed(pid) {
  fault = undefined;
  process.kill(pid, 'SIGKILL');
}

/** Passes one request on and answers it, with what is wrong with it. */
function pass(request, raw, response, kind, pid) {
  const {socket} = response;
  const execute = () => answer_of(book, request, raw);
  const give = ({status, headers, body}, then) => {
    response.writeHead(status, headers);
    response.end(body, then);
  };
  switch (kind) {
    case undefined: return give(execute());
    case 'lost_on_the_way': return socket.destroy();
    case 'late': {
      held.push({at: book.now + on_its_way, arrive: execute});
      return socket.destroy();
    }
    case 'doubled_later': {
      held.push({at: book.now + on_its_way, arrive: execute});
      return give(execute());
    }
    case 'answered_late': {
      const answer = execute();
      return setTimeout(() => give(answer), longer_than_anyone_waits);
    }
    case 'no_answer': execute(); return socket.destroy();
    case 'cut_in_headers': return socket.end(raw_head(execute()).slice(0, 30));
    case 'cut_before_body': return socket.end(raw_head(execute()));
    case 'cut_in_body': {
      const answer = execute();
      return socket.end(raw_head(answer) + answer.body.slice(0, answer.body.length / 2));
    }
    case 'doubled_first_answer': {
      const first = execute();
      execute();
      return give(first);
    }
    case 'doubled_second_answer': execute(); return give(execute());
    case 'server_error_before': return give(server_error);
    case 'server_error_after': execute(); return give(server_error);
    case 'throttled': return give({status: 429, headers: {}, body: '{"error":{"type":"invalid_request_error","code":"rate_limit","message":"slow"}}'});
    case 'kill_before': return killed(pid), socket.destroy();
    case 'kill_after': execute(); return killed(pid), socket.destroy();
    case 'kill_answered': return give(execute(), () => killed(pid));
    default: {
      const answer = execute();
      return give({...answer, body: rewritten[kind](answer.body)});
    }
  }
}

const server = createServer(async (request, response) => {
  let raw = '';
  for await (const part of request) raw += part;
  const tell = (said) => response.end(JSON.stringify(said));
  const path = request.url.split('?')[0];
  if (path === '/_test/new') return anew(JSON.parse(raw)), tell({});
  if (path === '/_test/fault') return (fault = JSON.parse(raw)), tell({});
  if (path === '/_test/together') return (together = JSON.parse(raw).count), tell({});
  if (path === '/_test/seen') return tell(seen);
  if (path.startsWith('/_test/') || request.headers['x-test']) {
    pass(request, raw, response);
    return arrivals();
  }
  seen.push(`${request.method} ${path}`);
  const now = fault && seen.length >= fault.at && seen.length < fault.at + (fault.times ?? 1) ? fault : {};
  waiting.push(() => pass(request, raw, response, now.kind, now.pid));
  if (waiting.length < together) return;
  together = 0;
  for (const go of waiting.splice(0)) go();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
