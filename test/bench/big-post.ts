import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { postgresMissing, startDurablePostgres } from '../support/postgres-server.ts';
import { readProcess } from './load/process-facts.ts';
import { startMeasuredResponder } from './load/responder.ts';
import type { Figure } from './main.ts';

const ALERTS = 20_000;
/** With this much text an alert is 1.5 kB, as those of kube-prometheus are. */
const DESCRIPTION =
  'The share of requests that fail is above the threshold for a long time. '.repeat(16);
const CATCH_UP_MS = 300_000;
const DEFAULT_TARGETS = 50;

function bigBody(targets: number): Buffer {
  const alerts = Array.from({ length: ALERTS }, (_, index) =>
    createAlert({
      labels: {
        alertname: 'CrmApiSlow',
        target: `crm-${index % targets}`,
        instance: `10.0.${index >> 8}.${index & 255}:9100`,
        call: `call-${index}`,
        severity: 'warning',
      },
      annotations: { summary: `call ${index} is slow`, description: DESCRIPTION },
    }),
  );
  return Buffer.from(createWebhookBody(alerts));
}

async function post(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false };
    const sent = request(`${url}/api/v1/alerts/alertmanager`, options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** One post to a responder in a process of its own: until its durable answer, and until it is in incidents. */
async function measure(
  engine: string,
  store: object | null,
  targets: number,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-bench-'));
  const target = {
    name: 'crm-0',
    connection: {
      platform: 'rest',
      url: 'http://127.0.0.1:9',
      authentication: { method: 'none' },
      health: { path: '/health' },
    },
  };
  const responder = await startMeasuredResponder({ folder, store, targets: [target] });
  try {
    const body = bigBody(targets);
    const peakMegabytes = (): number => readProcess(responder.processId).peakMegabytes;
    const start = performance.now();
    const status = await post(responder.url, body);
    const seconds = (performance.now() - start) / 1000;
    if (status !== 200) throw new Error(`the responder answered ${status}`);
    const answeredMegabytes = peakMegabytes();
    const caughtUp = (await responder.catchUp(CATCH_UP_MS)) ?? Number.NaN;
    const of = `${engine}: one post of ${ALERTS} alerts (${(body.length / 1e6).toFixed(0)} MB)`;
    const memory = `${of}: peak memory of the responder`;
    return [
      { name: of, value: seconds, unit: 's' },
      { name: `${of}: in incidents, after the answer`, value: caughtUp, unit: 's' },
      { name: `${memory}, at the answer`, value: answeredMegabytes, unit: 'MiB' },
      { name: `${memory}, at the end`, value: peakMegabytes(), unit: 'MiB' },
    ];
  } finally {
    await responder.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `--store` takes one store instead of both; `--targets` spreads the alerts over so many incidents. */
export async function benchBigPost(words: readonly string[] = []): Promise<readonly Figure[]> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...words], options: { store: text, targets: text } });
  const { store = 'both' } = values;
  const targets = Number(values.targets ?? DEFAULT_TARGETS);
  if (!['sqlite', 'postgresql', 'both'].includes(store) || !(targets >= 1 && targets <= ALERTS)) {
    throw new Error(
      `usage: npm run bench -- big-post [--store sqlite|postgresql] [--targets 1…${ALERTS}]`,
    );
  }
  const figures = store === 'postgresql' ? [] : await measure('SQLite', null, targets);
  if (store === 'sqlite' || postgresMissing() !== undefined) return figures;
  return [...figures, ...(await measureOnPostgres(targets))];
}

async function measureOnPostgres(targets: number): Promise<readonly Figure[]> {
  const server = await startDurablePostgres();
  try {
    await server.createDatabase('big_post');
    const { host, port, user } = server;
    const store = { engine: 'postgresql', host, port, user, database: 'big_post' };
    return await measure('PostgreSQL', store, targets);
  } finally {
    await server.stop();
  }
}
