import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findNotifications } from '../../../src/responder/notify/notify.ts';
import { LEASE_MS } from '../../../src/responder/pipeline/lease-watch.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';
import { useTestPostgres } from '../../support/test-store.ts';

/** Two replicas in one process, each with a clock of its own: one that does not move stands still. */
let server: PostgresServer;
let stopUsing: () => void;
let folder: TemporaryFolder;
let first: TestResponder;
let second: TestResponder;

beforeAll(async () => {
  server = await startPostgres();
  stopUsing = useTestPostgres(server);
});
afterAll(async () => {
  stopUsing();
  await server.stop();
});
beforeEach(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'responder.db');
  first = await createTestResponder({ file, clock: createManualClock() });
  second = await createTestResponder({ file, clock: createManualClock() });
  await first.pipeline.settle();
  await second.pipeline.settle();
  tasks = namesOf(first.pipeline.leases());
  expect(tasks).toContain('reconciler');
});
afterEach(async () => {
  // Whoever still waits for one would wait for ever when a test fails.
  for (const gate of gates.splice(0)) gate.open();
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const PATIENT = { timeout: 30_000 };
/** Every periodic task has a lease. */
let tasks: readonly string[];

function namesOf(leases: ReturnType<TestResponder['pipeline']['leases']>): readonly string[] {
  return leases.map(({ lease }) => lease);
}

function heldBy({ pipeline }: TestResponder): readonly string[] {
  return namesOf(pipeline.leases().filter(({ isHeld }) => isHeld));
}

async function deliver({ pipeline, clock }: TestResponder): Promise<void> {
  await pipeline.accept(createWebhookBody([createAlert()]), 'am', clock.now());
}

/** Until the other one counts as dead by the clock of this one. */
async function outlive({ pipeline, clock }: TestResponder): Promise<void> {
  await clock.advance(LEASE_MS);
  await pipeline.settle();
}

type Gate = { readonly passed: Promise<void>; open(): void };

const gates: Gate[] = [];

/** A promise, and how to fulfil it. */
function createGate(): Gate {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate = { passed, open: () => open() };
  gates.push(gate);
  return gate;
}

describe('leases', () => {
  it('are held by one replica, and by the other one once it gives them back', async () => {
    expect([heldBy(first), heldBy(second)]).toEqual([tasks, []]);
    await first.pipeline.stop();
    await second.clock.advance(LEASE_MS / 3);
    await second.pipeline.settle();
    expect(heldBy(second)).toEqual(tasks);
  });

  it('stay where they are when wall clocks jump', async () => {
    for (const jumpMs of [600_000, -1_200_000]) {
      second.clock.jump(jumpMs);
      await second.clock.advance(LEASE_MS / 3);
      await first.clock.advance(LEASE_MS / 3);
      await first.pipeline.settle();
      await second.pipeline.settle();
      expect([heldBy(first), heldBy(second)]).toEqual([tasks, []]);
    }
  });

  it('go to the other one when the holder stands still, which then sends nothing', async () => {
    await outlive(second);
    expect(heldBy(second)).toEqual(tasks);
    // By its own clock no time has passed.
    expect(heldBy(first)).toEqual(tasks);
    await deliver(first);
    await first.pipeline.settle();
    expect(first.sent).toEqual([]);
    expect(heldBy(first)).not.toContain('outbox');
    await second.pipeline.settle();
    // By its clock the diagnosis is due as well; whether that is told already is another matter.
    const opened = second.sent.filter(({ notice }) => notice === 'opened');
    expect(opened).toHaveLength(1);
  });
});

describe('a notice', () => {
  it('whose sender stands still is sent by the other one, under the same name and settled once', async () => {
    const gate = createGate();
    const names: string[] = [];
    first.world.channel = {
      ...first.world.channel,
      async send({ id }) {
        names.push(id);
        await gate.passed;
        return { ok: true };
      },
    };
    await deliver(first);
    const sending = first.pipeline.settle();
    await expect.poll(() => names.length, PATIENT).toBe(1);
    await second.pipeline.settle();
    expect(second.sent).toEqual([]);
    await outlive(second);
    expect(second.sent[0]?.id).toBe(names[0]);
    gate.open();
    await sending;
    const [incident] = await second.pipeline.listIncidents();
    const items = await findNotifications(second.store.database, incident?.id ?? '');
    expect(items[0]).toMatchObject({ id: names[0], state: 'sent', attempts: 2 });
  });
});

describe('a diagnosis', () => {
  async function startDiagnosis(): Promise<{ running: Promise<void>; open(): void }> {
    const gate = createGate();
    first.world.beforeEvidence = async () => gate.passed;
    await deliver(first);
    await first.pipeline.settle();
    // Less than a lease is renewed after, so that each replica is alive for the other one.
    for (const replica of [first, second]) await replica.clock.advance(10_000);
    const running = first.pipeline.settle();
    await expect.poll(() => first.gathered.length, PATIENT).toBe(1);
    return { running, open: () => gate.open() };
  }

  async function countDiagnosed(): Promise<number> {
    const [incident] = await second.pipeline.listIncidents();
    const { journal } = await second.pipeline.getIncident(incident?.id ?? '');
    return journal.filter(({ event }) => event.kind === 'diagnosed').length;
  }

  it('is made by one replica at a time', async () => {
    const { running, open } = await startDiagnosis();
    await second.pipeline.settle();
    expect(second.gathered).toEqual([]);
    open();
    await running;
    expect(await countDiagnosed()).toBe(1);
  });

  it('is made by the other one when that one stands still, and written once', async () => {
    const { running, open } = await startDiagnosis();
    await second.pipeline.settle();
    await outlive(second);
    expect(second.gathered.length).toBe(1);
    expect(await countDiagnosed()).toBe(1);
    open();
    await running;
    expect(await countDiagnosed()).toBe(1);
  });

  it('of a replica that is stopped in the middle is made by another one at once', async () => {
    const { running, open } = await startDiagnosis();
    const stopping = first.pipeline.stop();
    // As long as a stop waits for what is under way.
    await first.clock.advance(10_000);
    await stopping;
    await second.pipeline.settle();
    expect(second.gathered.length).toBe(1);
    open();
    await running.catch(() => {});
    expect(await countDiagnosed()).toBe(1);
  });
});

describe('an alert that one replica accepts', () => {
  it('is durable although another one is in a long transaction', async () => {
    const gate = createGate();
    const began = createGate();
    const long = second.store.transaction(async () => {
      began.open();
      await gate.passed;
    });
    await began.passed;
    await deliver(first);
    gate.open();
    await long;
    await first.pipeline.settle();
    expect(await first.pipeline.listIncidents()).toHaveLength(1);
  });

  it('wakes the others, also after their connection was lost', async () => {
    const seen: string[] = [];
    second.pipeline.subscribe(({ kind }) => void seen.push(kind));
    second.pipeline.start();
    const listeners = `FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`;
    const listening = async (): Promise<string> =>
      server.sql('postgres', `SELECT count(*) ${listeners}`);
    await expect.poll(listening, PATIENT).toBe('1');
    await deliver(first);
    // The ticks of the other one do not come, since its clock stands still.
    await expect.poll(() => seen, PATIENT).toContain('alert_fired');
    await server.sql('postgres', `SELECT pg_terminate_backend(pid) ${listeners}`);
    await expect.poll(listening, PATIENT).toBe('0');
    await expect.poll(async () => second.clock.advance(1000).then(listening), PATIENT).toBe('1');
  });
});
