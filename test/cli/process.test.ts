import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const MAIN = join(resolve(import.meta.dirname, '../..'), 'src/cli/main.ts');

const SLOW_START = join(import.meta.dirname, '../support/serve-child.ts');

type Ended = {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
};

type Running = {
  /** Resolves once a line of standard output begins so, with the line. */
  printed(begin: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
};

function start(words: readonly string[], script: string = MAIN): Running {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({
    code: code as number | null,
    output,
    errors,
  }));
  return {
    ended,
    signal: (name) => void child.kill(name),
    async printed(begin) {
      for (;;) {
        const line = output.split('\n').find((candidate) => candidate.startsWith(begin));
        if (line !== undefined) return line;
        await once(child.stdout, 'data');
      }
    },
  };
}

function writeConfig(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  writeSmallConfig(folder.path);
  return join(folder.path, 'crmwatch.yaml');
}

/** The scenarios run inside the test; these show that a real process does the same. */
describe('crmwatch as a process', () => {
  it('has its streams and exit code', async () => {
    expect(await start(['sandbox', 'faults', '--data', '/nonexistent']).ended).toEqual({
      code: 1,
      output: '',
      errors:
        'crmwatch: no sandbox was started in /nonexistent\n' +
        '  remedy: start it with npm start, and name its folder with --data when it is not ./data\n',
    });
  });

  it('does not complain when its reader leaves', async () => {
    const child = spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(errors).toBe('');
  });

  it('serves until SIGTERM and then stops in order', async () => {
    const running = start(['start', '--config', writeConfig()]);
    const address = (await running.printed('console')).replace(/^console +/, '');
    expect((await fetch(`${address}/-/healthy`)).status).toBe(200);
    running.signal('SIGTERM');
    const { code, errors } = await running.ended;
    expect({ code, errors }).toEqual({ code: 0, errors: 'stopping\nstopped\n' });
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('stops what was started when the signal came during the start', async () => {
    const running = start([], SLOW_START);
    await running.printed('starting');
    running.signal('SIGINT');
    await running.printed('stopping');
    // As npm does, which hands on what the terminal has sent already.
    running.signal('SIGINT');
    running.signal('SIGUSR2');
    expect(await running.ended).toMatchObject({
      code: 0,
      output: 'starting\nstopping\neverything is stopped\nstopped\n',
    });
  });

  it('ends at once when it is asked again some time later', async () => {
    const running = start([], SLOW_START);
    await running.printed('starting');
    const impatience = setInterval(() => running.signal('SIGINT'), 100);
    onTestFinished(() => clearInterval(impatience));
    expect(await running.ended).toMatchObject({ code: 1, output: 'starting\nstopping\n' });
  });

  it('says which port is in use, with the remedy, and ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const file = writeConfig();
    rewriteConfig(file, (config) => {
      config['exporter'] = { listen: `127.0.0.1:${port}` };
    });
    expect(await start(['exporter', '--config', file]).ended).toEqual({
      code: 1,
      output: '',
      errors:
        `crmwatch: exporter: 127.0.0.1:${port} is already in use\n` +
        `  remedy: stop the program that listens on 127.0.0.1:${port}, or configure another port for the exporter\n`,
    });
  });
});
