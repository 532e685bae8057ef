import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { writeSmallConfig } from '../support/app-site.ts';
import { findProgram } from '../support/program.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const CHILD = join(import.meta.dirname, '../support/responder-child.ts');
/** Room for the schema and some deliveries, in bytes; SQLite's log of writes meets it first. */
const LIMIT_BYTES = 1_000_000;

const prlimit = findProgram('prlimit');

type Child = { readonly url: string; readonly process: ChildProcess };

async function startChild(configFile: string, limit: string | undefined): Promise<Child> {
  const node = [process.execPath, CHILD, configFile];
  // The soft limit alone, so that room can be made again while the process runs.
  const [command = '', ...words] =
    limit === undefined ? node : [limit, `--fsize=${LIMIT_BYTES}:unlimited`, ...node];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), process: child };
}

async function deliver({ url }: Child, target: string): Promise<number> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  // Some weight, so that the limit is met soon.
  const annotations = { summary: 'x'.repeat(20_000) };
  const body = createWebhookBody([createAlert({ labels, annotations })]);
  const address = `${url}/api/v1/alerts/alertmanager`;
  const response = await fetch(address, { method: 'POST', body });
  await response.text();
  return response.status;
}

/** A file-size limit stands for a full disk: the same failed writes, without the right to mount one. */
it.skipIf(prlimit === undefined)(
  'answers 503 while nothing can be written, loses nothing it answered 200, and goes on once there is room',
  async () => {
    const folder = createTemporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    writeSmallConfig(folder.path);
    const child = await startChild(join(folder.path, 'crmwatch.yaml'), prlimit);
    const accepted: string[] = [];
    const refused: string[] = [];
    while (refused.length < 3) {
      const target = `crm-${accepted.length + refused.length}`;
      const status = await deliver(child, target);
      expect([200, 503]).toContain(status);
      (status === 200 ? accepted : refused).push(target);
    }
    expect(accepted.length).toBeGreaterThan(0);
    const health = await fetch(`${child.url}/-/healthy`);
    expect(await health.text()).toBe('healthy\n');
    expect((await fetch(`${child.url}/api/v1/incidents`)).status).toBe(200);

    execFileSync(prlimit ?? '', ['--pid', String(child.process.pid), '--fsize=unlimited']);
    // Alertmanager would deliver these again by itself.
    for (const target of refused) expect(await deliver(child, target)).toBe(200);
    child.process.kill('SIGTERM');
    await once(child.process, 'exit');

    const sqlite = openSqlite(join(folder.path, 'data/incidents.sqlite'));
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
