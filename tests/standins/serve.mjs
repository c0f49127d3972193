// What every stand-in does with its sockets: a whole request in, a whole answer out, on the loopback.
import {createServer} from 'node:http';

/** answer(request, raw) gives status, headers and body. Port 0: any free one. Resolves to the server once it listens. */
export function serve_on(port, answer) {
  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const part of request) raw += part;
    const {status, headers, body} = answer(request, raw);
    response.writeHead(status, headers);
    response.end(body);
  });
  return new Promise((listening) => server.listen(port, '127.0.0.1', () => listening(server)));
}

/** `node server.mjs [PORT]` serves and prints `listening PORT`; a module that is imported does not. */
export async function run_alone(module, serve) {
  if (process.argv[1] !== new URL(module).pathname) return;
  const server = await serve(Number(process.argv[2] ?? 0));
  console.log(`listening ${server.address().port}`);
}
