import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../../src/app/processes.ts';
import { allSeries } from '../support/exposition-parser.ts';
import type { Figure } from './main.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const TARGETS = 500;
const INTERVAL_SECONDS = 60;
/** The full five minutes with PACE_SECONDS=300. */
const SECONDS = Number(process.env['PACE_SECONDS'] ?? 90);
const MODULES = [
  'reachability',
  'login',
  'api_latency',
  'background_jobs',
  'api_quota',
  'accounts',
];
const ALL_MODULES = [...MODULES, 'certificate', 'failed_logins', 'data_quality'];

/** A CRM of a few users and jobs, which answers at once. */
function answerOf(path: string): object {
  if (path.startsWith('/limits')) return { limit: 1000, left: 900 };
  if (path.startsWith('/jobs')) return { data: [{ state: 'pending', at: '2026-01-01T00:00:00Z' }] };
  if (path.startsWith('/users')) return { data: [{ active: true, role: 'admin', second: true }] };
  return { ok: true };
}

function configurationOf(port: number, crmPort: number): object {
  const settings = { interval: `${INTERVAL_SECONDS}s`, timeout: '10s' };
  const targets = Array.from({ length: TARGETS }, (_, index) => ({
    name: `crm-${index}`,
    connection: {
      platform: 'rest',
      url: `http://127.0.0.1:${crmPort}`,
      authentication: { method: 'bearer', token: { environment: 'PACE_TOKEN' } },
      health: { path: '/health' },
      login: { path: '/me' },
      latency: { light: '/me', representative: '/users' },
      limits: { path: '/limits', items: [{ name: 'calls', limit: '/limit', remaining: '/left' }] },
      jobs: { path: '/jobs', items: '/data', state: '/state', enqueued: '/at' },
      users: {
        path: '/users',
        items: '/data',
        active: '/active',
        privileged: { pointer: '/role', values: ['admin'] },
        second_factor: '/second',
      },
    },
    probes: Object.fromEntries(
      ALL_MODULES.map((name) => [name, MODULES.includes(name) ? settings : { enabled: false }]),
    ),
  }));
  return { log_level: 'error', targets, exporter: { listen: `127.0.0.1:${port}` } };
}

function figuresOf(page: string): readonly Figure[] {
  const series = allSeries(page);
  const sum = (name: string): number =>
    series.filter((one) => one.name === name).reduce((total, { value }) => total + value, 0);
  const delays = series.filter(({ name }) => name === 'crmwatch_probe_start_delay_seconds_bucket');
  const within = (bound: number): number =>
    delays.find(({ labels }) => Number(labels['le']) === bound)?.value ?? 0;
  const started = sum('crmwatch_probe_start_delay_seconds_count');
  /** The smallest bound of the histogram that so many starts are within, in milliseconds. */
  const boundMs = (share: number): number => {
    const bounds = delays
      .filter(({ value }) => value >= share * started)
      .map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
    return 1000 * Math.min(...bounds);
  };
  const name = `${TARGETS} targets x ${MODULES.length} modules every ${INTERVAL_SECONDS} s for ${SECONDS} s`;
  return [
    { name: `${name}: runs`, value: sum('crm_probe_runs_total'), unit: '' },
    { name: `${name}: failed runs`, value: sum('crm_probe_run_failures_total'), unit: '' },
    { name: `${name}: started later than a second`, value: started - within(1), unit: '' },
    { name: `${name}: missed deadlines`, value: started - within(INTERVAL_SECONDS), unit: '' },
    {
      name: `${name}: mean start delay`,
      value: (1000 * sum('crmwatch_probe_start_delay_seconds_sum')) / started,
      unit: 'ms',
    },
    { name: `${name}: half started within`, value: boundMs(0.5), unit: 'ms' },
    { name: `${name}: 99 % started within`, value: boundMs(0.99), unit: 'ms' },
    { name: `${name}: all started within`, value: boundMs(1), unit: 'ms' },
    { name: `${name}: CPU`, value: sum('process_cpu_seconds_total'), unit: 's' },
    {
      name: `${name}: resident memory`,
      value: sum('process_resident_memory_bytes') / 2 ** 20,
      unit: 'MiB',
    },
  ];
}

/** The whole exporter as a process of its own, scraped every 15 seconds like any other. */
export async function benchPace(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-bench-'));
  const crm = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answerOf(request.url ?? '')));
  });
  await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
  const port = await findFreePort();
  const file = join(folder, 'crmwatch.yaml');
  writeFileSync(file, JSON.stringify(configurationOf(port, (crm.address() as AddressInfo).port)));
  const child = spawn(process.execPath, [MAIN, 'exporter', '--config.file', file], {
    stdio: 'ignore',
    env: { ...process.env, PACE_TOKEN: 'pace' },
  });
  const ended = once(child, 'exit');
  try {
    const scrape = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      return answer === undefined ? '' : answer.text();
    };
    const beginMs = performance.now();
    let page = '';
    while (performance.now() - beginMs < SECONDS * 1000) {
      await wait(15_000);
      page = await scrape();
    }
    return figuresOf(page);
  } finally {
    child.kill('SIGTERM');
    await ended;
    crm.closeAllConnections();
    crm.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
