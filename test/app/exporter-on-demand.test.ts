import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { allSeries } from '../support/exposition-parser.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const folder = createTemporaryFolder();
const open = new Set<ServerResponse>();
let accepted = 0;

/** A CRM that takes every request and answers none until it is told to. */
const crm = createServer((_request, response) => {
  accepted += 1;
  open.add(response);
  response.on('close', () => open.delete(response));
});

function answerAll(): void {
  for (const response of open) response.setHeader('Content-Type', 'application/json').end('{}');
}

beforeAll(async () => {
  await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  accepted = 0;
});

afterAll(async () => {
  crm.closeAllConnections();
  await new Promise((resolve) => crm.close(resolve));
  folder[Symbol.dispose]();
});

async function start(section: object): Promise<string> {
  const { port } = crm.address() as AddressInfo;
  const loaded = writeSmallConfig(folder.path, {
    targets: [
      {
        name: 'shop',
        connection: {
          platform: 'rest',
          url: `http://127.0.0.1:${port}`,
          authentication: { method: 'none' },
          health: { path: '/health' },
        },
      },
    ],
    exporter: { listen: '127.0.0.1:0', ...section },
  });
  const running = await startExporter(loaded, createTestRuntime());
  onTestFinished(async () => running.stop());
  return running.url;
}

const PROBE = '/probe?target=shop&module=reachability';

describe('probes on demand of a CRM that does not answer', () => {
  it('share one request, which ends when the last caller hangs up', async () => {
    const url = await start({ schedule: false });
    const callers = Array.from({ length: 20 }, () => new AbortController());
    const answers = callers.map(async ({ signal }) => fetch(url + PROBE, { signal }));
    const settled = Promise.allSettled(answers);
    await expect.poll(() => open.size).toBe(1);
    for (const caller of callers.slice(1)) caller.abort();
    // Asked and answered after the hang-ups, so that they have arrived.
    await (await fetch(`${url}/-/healthy`)).text();
    expect(open.size).toBe(1);
    callers[0]?.abort();
    await expect.poll(() => open.size).toBe(0);
    await settled;
    expect(accepted).toBe(1);
  });

  it('answer 200 with the one reason timeout at the deadline, and find the result later', async () => {
    const url = await start({ schedule: false });
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.6' };
    const late = await fetch(url + PROBE, { headers });
    expect(late.status).toBe(200);
    const series = allSeries(await late.text());
    expect(series.find(({ name }) => name === 'crm_probe_success')?.value).toBe(0);
    const reasons = series.filter(({ name }) => name === 'crm_probe_failure_reason');
    expect(reasons.map(({ labels }) => labels['reason'])).toEqual(['timeout']);
    // The request goes on, and whoever asks next gets what it brings.
    expect(open.size).toBe(1);
    const next = fetch(url + PROBE);
    answerAll();
    const found = allSeries(await (await next).text());
    expect(found.find(({ name }) => name === 'crm_probe_success')?.value).toBe(1);
    expect(accepted).toBe(1);
  });

  it('are turned away beyond the limit, which is counted', async () => {
    const url = await start({ schedule: false, limits: { scrapes_in_flight: 1 } });
    const caller = new AbortController();
    const first = fetch(url + PROBE, { signal: caller.signal }).catch(() => null);
    await expect.poll(() => open.size).toBe(1);
    expect((await fetch(url + PROBE)).status).toBe(503);
    caller.abort();
    await first;
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text())
      .toContain('crmwatch_scrapes_refused_total{path="/probe"} 1');
  });
});

describe('readiness', () => {
  it('waits for a target that does not answer, and gives up on it after the limit', async () => {
    const waiting = await start({});
    const answer = await fetch(`${waiting}/-/ready`);
    expect([answer.status, await answer.text()]).toEqual([
      503,
      'not ready: 1 of 1 targets has not been tried yet: shop\n',
    ]);
    const impatient = await start({ ready_timeout: '0s' });
    expect((await fetch(`${impatient}/-/ready`)).status).toBe(200);
  });
});
