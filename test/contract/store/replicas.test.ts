import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { createSeededRandom } from '../../../src/std/std.ts';
import { openStore } from '../../../src/store/store.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { createGenerator, findHolder, pick, startCluster } from '../../support/replicas.ts';
import type { Cluster } from '../../support/replicas.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import type { TemporaryFolder } from '../../support/responder.ts';
import { waitUntil } from '../../support/program.ts';

/**
 * Responders in processes of their own on one PostgreSQL, with senders that deliver to them in turn. Whatever ends
 * or stops one of them: every alert that was answered 200 is one incident, and every notice arrives.
 */
const DATABASE = 'cluster';
/** A dead replica is taken for dead after 15 s; the rest is for a busy machine. */
const PATIENCE_MS = 60_000;
/** On a machine that does much else a process takes long to start. */
const TIMEOUT_MS = 300_000;

let folder: TemporaryFolder;
let server: PostgresServer;
let cluster: Cluster;
let generator: ReturnType<typeof createGenerator>;

beforeAll(async () => {
  folder = createTemporaryFolder();
  server = await startPostgres();
  await server.createDatabase(DATABASE);
  cluster = await startCluster(folder.path, server, DATABASE);
  generator = createGenerator(cluster);
  for (let count = 0; count < 3; count++) await cluster.start();
});
afterAll(async () => {
  await cluster.stop();
  await server.stop();
  folder[Symbol.dispose]();
});

async function rows(statement: string): Promise<readonly string[]> {
  const text = await server.sql(DATABASE, statement);
  return text === '' ? [] : text.split('\n');
}

const taken: string[] = [];

/** Delivers while `work` runs. */
async function underLoad(work: () => Promise<void>): Promise<void> {
  const end = new AbortController();
  const running = generator.run(end.signal);
  try {
    await work();
  } finally {
    end.abort();
    taken.push(...(await running));
  }
}

async function pause(durationMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, durationMs));
}

const UNDONE = `SELECT (SELECT count(*) FROM inbox WHERE processed_at_ms IS NULL)
  + (SELECT count(*) FROM outbox WHERE state = 'pending') + (SELECT count(*) FROM due_work WHERE work = 'diagnosis')`;

/** Nothing is left to do, and everything is as it must be. */
async function settled(): Promise<void> {
  let undone: readonly string[] = [];
  await waitUntil(
    async () => {
      undone = await rows(UNDONE);
      return undone[0] === '0';
    },
    { timeoutMs: PATIENCE_MS, everyMs: 300, describe: () => `${undone.join()} things to do` },
  );
  expect(await rows(`SELECT outcome FROM inbox WHERE outcome LIKE 'failed%'`)).toEqual([]);
  const targets = await rows('SELECT target FROM incidents');
  expect(new Set(targets).size).toBe(targets.length);
  expect(targets).toEqual(expect.arrayContaining(taken));
  const twice = `GROUP BY incident_id HAVING count(*) > 1`;
  expect(await rows(`SELECT incident_id FROM outbox WHERE notice = 'opened' ${twice}`)).toEqual([]);
  expect(await rows(`SELECT incident_id FROM journal WHERE kind = 'diagnosed' ${twice}`)).toEqual(
    [],
  );
  const notices = await rows('SELECT id FROM outbox');
  expect(await rows(`SELECT id FROM outbox WHERE state <> 'sent'`)).toEqual([]);
  expect(new Set(cluster.heard)).toEqual(new Set(notices));
}

/** Notices that were heard more than once. */
function repeats(): number {
  return cluster.heard.length - new Set(cluster.heard).size;
}

afterEach(async () => {
  const { host, port, user } = server;
  const source = { engine: 'postgresql', host, port, user, database: DATABASE } as const;
  const options = { source, migrations: RESPONDER_MIGRATIONS, allowUnsafeDurability: true };
  await using store = await openStore(options);
  expect((await verifyJournal(store.database, {})).problems).toEqual([]);
});

describe('three replicas', { timeout: TIMEOUT_MS }, () => {
  it('do everything once while nothing happens to them', async () => {
    await underLoad(async () => pause(2000));
    await settled();
    expect(taken.length).toBeGreaterThan(10);
    expect(repeats()).toBe(0);
    const holders = await rows(`SELECT count(DISTINCT holder) FROM leases WHERE name = 'outbox'`);
    expect(holders).toEqual(['1']);
  });

  it('do everything once while each is stopped and started anew in turn', async () => {
    await underLoad(async () => {
      for (const replica of cluster.replicas.slice()) {
        await cluster.start();
        await replica.end('SIGTERM');
      }
    });
    await settled();
    expect(repeats()).toBe(0);
  });

  it('lose nothing, and tell of nothing under another name, while they are killed at random', async () => {
    const random = createSeededRandom(20_261_128);
    await underLoad(async () => {
      for (let kill = 0; kill < 4; kill++) {
        await pause(random.next() * 500);
        await pick(cluster.replicas, random).end('SIGKILL');
        await cluster.start();
      }
    });
    await settled();
  });

  it('write nothing out of date after one stood still for longer than its lease', async () => {
    let holder = await findHolder(cluster, 'outbox');
    await waitUntil(async () => (holder ??= await findHolder(cluster, 'outbox')) !== undefined, {
      timeoutMs: PATIENCE_MS,
      describe: () => 'a replica holds the lease of the outbox',
    });
    const fence = `SELECT fence FROM leases WHERE name = 'outbox'`;
    const [before] = await rows(fence);
    await underLoad(async () => {
      await pause(300);
      holder?.signal('SIGSTOP');
      await waitUntil(async () => (await rows(fence))[0] !== before, {
        timeoutMs: PATIENCE_MS,
        describe: () => 'another replica takes over',
      });
      holder?.signal('SIGCONT');
      await pause(1000);
    });
    await settled();
    expect(Number((await rows(fence))[0])).toBe(Number(before) + 1);
  });
});
