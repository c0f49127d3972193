// A host on a port of loopback, for tests: `florin demo --serve` in a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const program = process.env.FLORIN;
export const config = process.env.FLORIN_CONFIG;

/** Starts a program and waits for a line of it. Answers what was printed so far and how to end it. */
export function started(command, words, wanted, env = {}) {
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const ended = new Promise((done) => child.on('exit', done));
  const ready = new Promise((done, failed) => {
    const look = (bytes) => {
      printed += bytes;
      if (wanted.test(printed)) done();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', (code) => failed(new Error(`${command} ended with ${code}:\n${printed}`)));
  });
  return ready.then(() => ({
    printed: () => printed,
    end: async () => {
      child.kill('SIGTERM');
      return ended;
    },
    child,
  }));
}

/** The host that the demo leaves behind, served. */
export async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'florin-hour-'));
  const data = join(folder, 'demo');
  const host = await started(program, ['demo', '--serve', '--listen', '127.0.0.1:0', '--data', data, '--config', config], /Clock .*\n/);
  const [, api, key] = /API +(\S+) +key (\S+)/.exec(host.printed());
  return { host, api, key, data, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
