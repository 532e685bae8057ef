import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { openSqlite } from '../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { findProgram } from '../support/program.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { canMount, mountSmallFileSystem } from '../support/small-file-system.ts';

const CHILD = join(import.meta.dirname, '../support/responder-child.ts');
/** Room for the schema and some deliveries; SQLite's log of writes meets it first. */
const LIMIT_BYTES = 1_000_000;
const SMALL_MEGABYTES = 2;

type Child = { readonly url: string; readonly process: ChildProcess };

type Site = {
  readonly child: Child;
  readonly data: string;
  /** Lets it write again while it runs. */
  makeRoom(): void;
};

async function startChild(command: readonly string[]): Promise<Child> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), process: child };
}

function createFolder(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  writeSmallConfig(folder.path);
  return folder.path;
}

/** The same failed writes as on a full disk, for whom may not mount one. */
async function startLimited(): Promise<Site> {
  const folder = createFolder();
  const prlimit = findProgram('prlimit') ?? 'prlimit';
  const node = [process.execPath, CHILD, join(folder, 'crmwatch.yaml')];
  // The soft limit alone, so that room can be made again while the process runs.
  const child = await startChild([prlimit, `--fsize=${LIMIT_BYTES}:unlimited`, ...node]);
  const words = ['--pid', String(child.process.pid), '--fsize=unlimited'];
  return { child, data: join(folder, 'data'), makeRoom: () => void execFileSync(prlimit, words) };
}

async function startOnSmallDisk(): Promise<Site> {
  const folder = createFolder();
  const data = join(folder, 'data');
  const disk = mountSmallFileSystem(data, SMALL_MEGABYTES);
  onTestFinished(() => disk[Symbol.dispose]());
  const child = await startChild([process.execPath, CHILD, join(folder, 'crmwatch.yaml')]);
  return { child, data, makeRoom: () => disk.resize(64) };
}

async function deliver(url: string, target: string): Promise<number> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  // Some weight, so that the limit is met soon.
  const annotations = { summary: 'x'.repeat(20_000) };
  const body = createWebhookBody([createAlert({ labels, annotations })]);
  const address = `${url}/api/v1/alerts/alertmanager`;
  const response = await fetch(address, { method: 'POST', body });
  await response.text();
  return response.status;
}

const mayMount = canMount();

const WAYS: readonly (readonly [way: string, start: () => Promise<Site>])[] = [
  ['by a limit on the size of files', startLimited],
  ...(mayMount ? ([['by a small file system', startOnSmallDisk]] as const) : []),
];

it.each(WAYS)(
  'a disk that is full %s: answers 503, loses nothing it answered 200, and goes on once there is room',
  async (_, start) => {
    const { child, data, makeRoom } = await start();
    const accepted: string[] = [];
    const refused: string[] = [];
    while (refused.length < 3) {
      const target = `crm-${accepted.length + refused.length}`;
      const status = await deliver(child.url, target);
      expect([200, 503]).toContain(status);
      (status === 200 ? accepted : refused).push(target);
    }
    expect(accepted.length).toBeGreaterThan(0);
    const health = await fetch(`${child.url}/-/healthy`);
    expect(await health.text()).toBe('healthy\n');
    expect((await fetch(`${child.url}/api/v1/incidents`)).status).toBe(200);

    makeRoom();
    // Alertmanager would deliver these again by itself.
    for (const target of refused) expect(await deliver(child.url, target)).toBe(200);
    child.process.kill('SIGTERM');
    await once(child.process, 'exit');

    const sqlite = openSqlite(join(data, 'incidents.sqlite'));
    expect(sqlite.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
    const rows = sqlite.all('SELECT body FROM deliveries');
    sqlite.close();
    const kept = rows.map(({ body }) => Buffer.from(body as Uint8Array).toString());
    for (const target of [...accepted, ...refused]) {
      expect(
        kept.filter((body) => body.includes(`"${target}"`)),
        target,
      ).toHaveLength(1);
    }
  },
);

// Where nothing may be mounted, test/store/sqlite-store.test.ts holds it by the rights of the file alone.
if (mayMount) {
  it('a disk that may only be read: the start says so, and nothing is lost once it may be written', async () => {
    const folder = createFolder();
    const disk = mountSmallFileSystem(join(folder, 'data'), 64);
    onTestFinished(() => disk[Symbol.dispose]());
    const start = async () => startResponder(writeSmallConfig(folder), createTestRuntime());
    const first = await start();
    expect(await deliver(first.url, 'shop')).toBe(200);
    await first.stop();

    disk.setReadOnly(true);
    await expect(start()).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: expect.stringMatching(/may be written/),
    });
    disk.setReadOnly(false);
    const second = await start();
    onTestFinished(async () => second.stop());
    const list = async () => (await fetch(`${second.url}/api/v1/incidents`)).json();
    // The first may have stopped before it came to make an incident of what it had answered 200.
    await expect.poll(list, { timeout: 30_000 }).toMatchObject({ incidents: [{ target: 'shop' }] });
  });
}
