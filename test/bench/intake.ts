import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { postgresMissing, startDurablePostgres } from '../support/postgres-server.ts';
import { createTestResponder } from '../support/responder.ts';
import type { TestResponder } from '../support/responder.ts';
import { useTestPostgres } from '../support/test-store.ts';
import type { Figure } from './main.ts';

const DELIVERIES = 500;
const SENDERS = 8;

function bodyOf(delivery: number, alerts: number): string {
  return createWebhookBody(
    Array.from({ length: alerts }, (_, index) =>
      createAlert({
        labels: {
          alertname: 'CrmDataIncomplete',
          target: `crm${delivery}`,
          severity: 'warning',
          field: `field${index}`,
        },
      }),
    ),
  );
}

/** Deliveries by several senders at once, each answered only when it is durable. */
async function measure(
  responder: TestResponder,
  alerts: number,
  engine: string,
): Promise<readonly Figure[]> {
  const clock = createSystemClock();
  const bodies = Array.from({ length: DELIVERIES }, (_, index) => bodyOf(index, alerts));
  const durations: number[] = [];
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const start = clock.monotonicMs();
      await responder.pipeline.accept(body, 'am', clock.now());
      durations.push(clock.monotonicMs() - start);
    }
  };
  const start = clock.monotonicMs();
  await Promise.all(Array.from({ length: SENDERS }, send));
  const seconds = (clock.monotonicMs() - start) / 1000;
  const p99 = durations.sort((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? 0;
  const of = `${engine}: webhook intake, durable, ${alerts} alert${alerts === 1 ? '' : 's'} each`;
  return [
    { name: of, value: (DELIVERIES * alerts) / seconds, unit: 'alerts/s' },
    { name: `${of}: p99 of the answer`, value: p99, unit: 'ms' },
  ];
}

const STORM_ALERTS = 20_000;

/** One post of a storm, about 25 MB: until it is durable, until it is in incidents, and the memory then. */
async function measureStorm(
  folder: string,
  targets: number,
  engine: string,
): Promise<readonly Figure[]> {
  await using responder = await createTestResponder({ file: join(folder, `storm${targets}.db`) });
  const clock = createSystemClock();
  const body = createWebhookBody(
    Array.from({ length: STORM_ALERTS }, (_, index) =>
      createAlert({
        labels: {
          alertname: 'CrmApiSlow',
          target: `crm${index % targets}`,
          severity: 'warning',
          row: `${index}`,
        },
        annotations: { summary: 's'.repeat(200), description: 'd'.repeat(800) },
      }),
    ),
  );
  const start = clock.monotonicMs();
  await responder.pipeline.accept(body, 'am', responder.clock.now());
  const durable = clock.monotonicMs();
  await responder.pipeline.settle();
  const settled = clock.monotonicMs();
  const of = `${engine}: storm of ${STORM_ALERTS} alerts, ${targets} target${targets === 1 ? '' : 's'}`;
  return [
    { name: `${of}: until durable`, value: durable - start, unit: 'ms' },
    { name: `${of}: from durable to incidents`, value: settled - durable, unit: 'ms' },
    { name: `${of}: notices`, value: responder.sent.length, unit: 'notices' },
    { name: `${of}: memory`, value: process.memoryUsage().rss / 1e6, unit: 'MB' },
  ];
}

async function measureEngine(engine: string): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-bench-'));
  try {
    const figures: Figure[] = [];
    for (const alerts of [1, 20]) {
      await using responder = await createTestResponder({ file: join(folder, `${alerts}.db`) });
      figures.push(...(await measure(responder, alerts, engine)));
      const clock = createSystemClock();
      const start = clock.monotonicMs();
      await responder.pipeline.settle();
      const seconds = (clock.monotonicMs() - start) / 1000;
      const name = `${engine}: alert events to incidents, ${alerts} per incident`;
      figures.push({ name, value: (DELIVERIES * alerts) / seconds, unit: 'events/s' });
    }
    for (const targets of [1, 500]) figures.push(...(await measureStorm(folder, targets, engine)));
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function benchIntake(): Promise<readonly Figure[]> {
  const figures = await measureEngine('SQLite');
  if (postgresMissing() !== undefined) return figures;
  // Durable too: a server that forgets would be quicker.
  const server = await startDurablePostgres();
  const stopUsing = useTestPostgres(server);
  try {
    return [...figures, ...(await measureEngine('PostgreSQL'))];
  } finally {
    stopUsing();
    await server.stop();
  }
}
