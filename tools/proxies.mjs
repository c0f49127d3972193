#!/usr/bin/env node
// Florin behind nginx and haproxy as Debian has them: what two programs could read in two ways never becomes somebody else's
// request. Slow and by hand; nothing but loopback. Needs nginx-light and haproxy.  node tools/proxies.mjs [PROGRAM [CONFIG]]
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.argv[2] ?? 'build/bin/florin';
const config = process.argv[3] ?? 'config/florin.yaml';
const folder = mkdtempSync(join(tmpdir(), 'florin-proxies-'));
const running = [];

const free = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

function start(command, words) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const from of [child.stdout, child.stderr]) from.on('data', (bytes) => (said += bytes));
  running.push(child);
  return { child, said: () => said };
}

/** What comes back on one connection until it is closed, or nothing more comes for half a second. */
const raw = (port, bytes) => new Promise((done) => {
  let back = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
  const end = () => (socket.destroy(), done(back));
  socket.setTimeout(500, end);
  socket.on('data', (piece) => (back += piece.toString('latin1')));
  socket.on('close', end);
  socket.on('error', end);
});

async function until(works) {
  for (let i = 0; i < 400; ++i) {
    if (await works()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`it does not answer:\n${running.map((one) => one.spawnargs.join(' ')).join('\n')}`);
}

const inner = 'GET /v1/callloop/accounts/smuggled HTTP/1.1\r\nHost: a\r\nX-Rest: ';
const hidden = `0\r\n\r\n${inner}`;
const post = 'POST /v1/callloop/usage HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const sized = (body) => `Content-Length: ${body.length}\r\n`;
const attacks = {
  'length and chunks': `${post}${sized(hidden)}Transfer-Encoding: chunked\r\n\r\n${hidden}`,
  'chunks and length': `${post}Transfer-Encoding: chunked\r\n${sized(hidden)}\r\n${hidden}`,
  'a coding that is none': `${post}${sized(hidden)}Transfer-Encoding: xchunked\r\n\r\n${hidden}`,
  'blank before the colon': `${post}${sized(hidden)}Transfer-Encoding : chunked\r\n\r\n${hidden}`,
  'tab before the word': `${post}${sized(hidden)}Transfer-Encoding:\tchunked\r\n\r\n${hidden}`,
  'coding on a folded line': `${post}${sized(hidden)}Transfer-Encoding:\r\n chunked\r\n\r\n${hidden}`,
  'coding twice': `${post}${sized(hidden)}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${hidden}`,
  'two lengths': `${post}Content-Length: 0\r\n${sized(inner)}\r\n${inner}`,
  'a length in a list': `${post}Content-Length: 0, ${inner.length}\r\n\r\n${inner}`,
  'a length with a sign': `${post}Content-Length: +0\r\n\r\n${inner}`,
  'a chunk that says 0x0': `${post}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${inner}`,
  'a chunk ended by LF': `${post}Transfer-Encoding: chunked\r\n\r\n0\n\n${inner}`,
  'a long chunk extension': `${post}Transfer-Encoding: chunked\r\n\r\n0;${'x'.repeat(9000)}\r\n\r\n${inner}`,
  'a GET with a body': `GET /healthz HTTP/1.1\r\nHost: a\r\n${sized(inner)}\r\n${inner}`,
  'an old version that stays': `GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n${sized(inner)}\r\n${inner}`,
  'an expectation': `${post}Expect: 100-continue\r\n${sized(inner)}\r\n${inner}`,
  'an upgrade': `GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${inner}`,
};

async function through(name, port) {
  for (const [attack, bytes] of Object.entries(attacks)) {
    await raw(port, bytes);
    // Whoever comes next, on whichever of the proxy's connections, gets the answer to what they asked.
    const victims = await Promise.all(
      Array.from({ length: 12 }, () => raw(port, 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')),
    );
    for (const answer of victims) {
      assert.match(answer, /^HTTP\/1\.1 200 /, `${name}, ${attack}: ${answer.slice(0, 300)}`);
      assert.match(answer, /\{"status":"ok"\}/, `${name}, ${attack}: ${answer.slice(0, 300)}`);
    }
  }
  console.log(`${name}: ${Object.keys(attacks).length} ambiguous requests, nobody else's answer changed`);
}

try {
  const [host, nginx, haproxy] = [await free(), await free(), await free()];
  start(program, ['serve', '--config', config, '--data', join(folder, 'data'), '--virtual-from', '2026-03-10', '--listen', `127.0.0.1:${host}`, '--quiet']);
  writeFileSync(join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream florin { server 127.0.0.1:${host}; keepalive 8; }
  server { listen 127.0.0.1:${nginx}; location / { proxy_pass http://florin; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
`);
  writeFileSync(join(folder, 'haproxy.cfg'), `defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  http-reuse always
frontend in
  bind 127.0.0.1:${haproxy}
  default_backend florin
backend florin
  server one 127.0.0.1:${host}
`);
  start('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder]);
  start('haproxy', ['-f', join(folder, 'haproxy.cfg')]);
  for (const port of [host, nginx, haproxy])
    await until(async () => (await raw(port, 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).startsWith('HTTP/1.1 200'));
  for (const [name, port] of [['florin alone', host], [`nginx ${spawnSync('nginx', ['-v']).stderr}`.trim(), nginx], [`${spawnSync('haproxy', ['-v']).stdout}`.split('\n')[0].split(' 20')[0], haproxy]])
    await through(name, port);
} finally {
  for (const one of running) one.kill('SIGTERM');
  await Promise.all(running.map((one) => one.exitCode ?? one.signalCode ?? new Promise((done) => one.on('exit', done))));
  rmSync(folder, { recursive: true, force: true });
}
