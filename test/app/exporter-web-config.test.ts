import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FILES = join(ROOT, 'test/fixtures/web-config/files');
const folder = mkdtempSync(join(tmpdir(), 'crmwatch-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = join(folder, 'crmwatch.yaml');
writeFileSync(
  CONFIG,
  JSON.stringify({
    targets: [
      {
        name: 'crm',
        connection: {
          platform: 'rest',
          url: 'http://127.0.0.1:9',
          authentication: { method: 'bearer', token: { environment: 'TOKEN' } },
          health: { path: '/' },
        },
      },
    ],
    exporter: { listen: '127.0.0.1:0' },
  }),
);

type Running = {
  readonly child: ChildProcess;
  readonly urls: readonly string[];
  readonly log: () => string;
};

/** The exporter as a process of its own; resolves when it has said so many addresses. */
async function run(flags: readonly string[], addresses = 1): Promise<Running> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'src/cli/main.ts'), 'exporter', '--config.file', CONFIG, ...flags],
    { env: { ...process.env, TOKEN: 'x' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  });
  const urls: string[] = [];
  let log = '';
  child.stderr?.on('data', (part) => void (log += String(part)));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (part) => {
      urls.push(...(String(part).match(/https?:\S+/g) ?? []));
      if (urls.length >= addresses) resolve();
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${log}`)));
  });
  return { child, urls, log: () => log };
}

/** The file descriptor of a listening server, which a child can inherit. */
function handleOf(server: Server): number | 'ignore' {
  // Node has no public way to it.
  const handle = Reflect.get(server, '_handle') as { readonly fd: number } | null;
  return handle?.fd ?? 'ignore';
}

describe('the flags of the exporter', () => {
  it('serve TLS on several addresses, and /sd says so', async () => {
    const web = join(folder, 'web.yml');
    writeFileSync(
      web,
      `tls_server_config: { cert_file: ${FILES}/server.crt, key_file: ${FILES}/server.key }\n`,
    );
    const { urls } = await run(
      [
        '--web.config.file',
        web,
        '--web.listen-address',
        '127.0.0.1:0',
        '--web.listen-address',
        'localhost:0',
        '--web.telemetry-path',
        '/numbers',
      ],
      2,
    );
    const ca = readFileSync(join(FILES, 'authority.crt'));
    const ask = async (url: string): Promise<string> =>
      new Promise((resolve, reject) => {
        request(url, { ca, agent: false }, (answer) => {
          let text = '';
          answer.on('data', (part) => void (text += String(part)));
          answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
        })
          .on('error', reject)
          .end();
      });
    for (const url of urls) {
      expect(url).toMatch(/^https:/);
      expect(await ask(`${url}/numbers`)).toMatch(/^200 [^]*crmwatch_build_info\{/);
      expect(await ask(`${url}/metrics`)).toMatch(/^404 /);
      expect(await ask(`${url}/sd`)).toContain('"__scheme__":"https"');
    }
  });

  it('write logfmt when asked to, and reload at SIGHUP', async () => {
    const { child, log } = await run(['--log.format', 'logfmt', '--log.level', 'info']);
    const reloaded = new Promise<void>((resolve) => {
      child.stderr?.on('data', () => {
        if (log().includes('configuration reloaded')) resolve();
      });
    });
    child.kill('SIGHUP');
    await reloaded;
    expect(log()).toMatch(
      /^ts=\S+ level=info msg="configuration reloaded" summary="1 target, 1 unchanged"/m,
    );
  });

  it('take a socket that is handed over as systemd does', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    // systemd names the process that the sockets are for; a shell that turns into the program knows its own number.
    const child = spawn(
      'sh',
      [
        '-c',
        'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"',
        'sh',
        process.execPath,
        join(ROOT, 'src/cli/main.ts'),
        'exporter',
        '--config.file',
        CONFIG,
        '--web.systemd-socket',
      ],
      { env: { ...process.env, TOKEN: 'x' }, stdio: ['ignore', 'pipe', 'pipe', handleOf(server)] },
    );
    onTestFinished(async () => {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    });
    const [said] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    expect(String(said)).toContain(`http://127.0.0.1:${port}`);
    server.unref();
  });

  it('say it when systemd has handed over nothing, when a port is taken and when a file is broken', async () => {
    await expect(run(['--web.systemd-socket'])).rejects.toThrow(
      'systemd has handed over no socket',
    );
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    await expect(run(['--web.listen-address', address])).rejects.toThrow(
      `exporter: ${address} is already in use`,
    );
    const web = join(folder, 'broken.yml');
    writeFileSync(web, 'tls_server_config: { cert_file: nowhere.crt, key_file: nowhere.key }\n');
    await expect(run(['--web.config.file', web])).rejects.toThrow(
      `there is no file ${join(folder, 'nowhere.crt')}`,
    );
  });
});
