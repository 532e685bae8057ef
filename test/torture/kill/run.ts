import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { createSeededRandom, sha256Hex } from '../../../src/std/std.ts';
import type { CrashPoint } from '../../../src/std/std.ts';
import type { Database, StoreSource } from '../../../src/store/store.ts';
import { hasAlertmanager } from '../../support/alertmanager.ts';
import { waitUntil } from '../../support/program.ts';
import { startAlertmanagerLoad } from './alertmanager-load.ts';
import { findViolations } from './invariants.ts';
import { alertOf, bodyOf, createLedger } from './ledger.ts';
import type { Sent } from './ledger.ts';
import { startLoad } from './load.ts';
import type { Load } from './load.ts';
import { planKills } from './plan.ts';
import type { Kill } from './plan.ts';
import { readRows, readUnfinished } from './rows.ts';
import { openRunStore } from './stores.ts';
import { createVictim } from './victim.ts';
import type { Victim } from './victim.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

export type RunOptions = {
  readonly seed: number;
  readonly kills: number;
  /** Empty; for this run alone. */
  readonly folder: string;
  readonly source: StoreSource;
};

export type Death = {
  readonly kill: Kill;
  /** Where it ended itself; undefined when it was killed from outside. */
  readonly point: CrashPoint | undefined;
  readonly lifeMs: number;
};

export type RunOutcome = {
  readonly deaths: readonly Death[];
  readonly deliveries: number;
  readonly attempts: number;
  readonly events: number;
  readonly incidents: number;
  readonly journalEntries: number;
  readonly notices: number;
  readonly repeatedNotices: number;
  readonly violations: readonly string[];
};

/** A crash point that is not reached in this time is not going to be. */
const POINT_LIMIT_MS = 60_000;
const START_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 120_000;
const PLANTED = 12;
const REPLAY_EVERY_MS = 150;

/**
 * One database, one load, many lives: each ends at a crash point or at a moment. The last one is left alone until it
 * has nothing more to do; then all promises are checked.
 */
export async function runKills({ seed, kills, folder, source }: RunOptions): Promise<RunOutcome> {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const world = await createWorld(folder, source, seed);
  const ledger = createLedger();
  const plan = planKills(seed, kills, createSeededRandom(seed));
  const planted = plantable();
  const deaths: Death[] = [];
  const load = together([
    startLoad({ seed, url: world.url, targets: world.targets, ledger }),
    ...(hasAlertmanager && seed % ALERTMANAGER_EVERY === 0
      ? [await startAlertmanagerLoad({ folder, url: world.url, ledger })]
      : []),
  ]);
  const replayer = startReplayer(world.url, planted.length);
  const create = (kill: Kill | undefined): Victim => createVictimFor(kill, world, folder);
  let next = create(plan[0]);
  try {
    for (const [index, kill] of plan.entries()) {
      const victim = next;
      // It loads its code while the one before it still lives.
      next = create(plan[index + 1]);
      deaths.push(await live(victim, kill));
      if (index === FIRST_PLANTING) await plant(source, planted);
    }
    const violations = await settle(next, { world, load, replayer, source });
    if (violations.length > 0) return outcomeOf(deaths, ledger.all(), world, violations);
    return await judge({ deaths, sent: ledger.all(), planted, world, source });
  } finally {
    next.kill();
    await next.ended;
    replayer.end();
    load.abandon();
    await load.end().catch(() => {});
    await world.stop();
  }
}

/** Of the runs; its deliveries are slower than those of the generator. */
const ALERTMANAGER_EVERY = 4;

function together(loads: readonly Load[]): Load {
  return {
    async end() {
      await Promise.all(loads.map(async (load) => load.end()));
    },
    abandon() {
      for (const load of loads) load.abandon();
    },
  };
}

/** After so many deaths the schema is there for certain. */
const FIRST_PLANTING = 2;

function createVictimFor(kill: Kill | undefined, { configFile }: World, folder: string): Victim {
  return createVictim({
    configFile,
    logFile: join(folder, 'responder.log'),
    ...(kill?.kind === 'point' ? { crash: kill } : {}),
  });
}

async function live(victim: Victim, kill: Kill): Promise<Death> {
  const begin = performance.now();
  victim.start();
  // One that neither listens nor ends is killed as well, late.
  const start = setTimeout(() => victim.kill(), START_LIMIT_MS);
  if (kill.kind === 'moment' && kill.from === 'listening') await victim.listening;
  clearTimeout(start);
  const limit = kill.kind === 'moment' ? kill.afterMs : POINT_LIMIT_MS;
  const timer = setTimeout(() => victim.kill(), limit);
  const point = await victim.ended;
  clearTimeout(timer);
  return { kill, point, lifeMs: performance.now() - begin };
}

type Planted = Pick<Sent, 'id' | 'body' | 'alerts'>;

/** Deliveries that an older version could not read and this one can. */
function plantable(): readonly Planted[] {
  return Array.from({ length: PLANTED }, (_, index) => {
    const id = `q${index + 1}`;
    const alerts = [alertOf(`gone-${id}`, { startsAtMs: 1e12, endsAtMs: 1e12 + 1000 })];
    return { id, alerts, body: bodyOf(id, alerts) };
  });
}

async function plant(source: StoreSource, planted: readonly Planted[]): Promise<void> {
  await using store = await openRunStore(source);
  await store.transaction(async (transaction) => {
    for (const { body } of planted) {
      const bytes = Buffer.from(body);
      const nowMs = Date.now();
      await sql`INSERT INTO quarantine
        (sender, kind, encoding, body, digest, bytes, received_at_ms, last_received_at_ms, problems)
        VALUES ('am', 'alertmanager', '', ${bytes}, ${sha256Hex(bytes)}, ${bytes.length},
          ${nowMs}, ${nowMs}, '[]')`.execute(transaction);
    }
  });
}

type Replayer = { end(): void };

/** Somebody who replays what is in quarantine, one after the other, again and again. */
function startReplayer(url: string, count: number): Replayer {
  let id = 0;
  const replay = (): void => {
    id = (id % (count * 2)) + 1;
    void fetch(`${url}/api/v1/quarantine/${id}/replay`, { method: 'POST' }).catch(() => {});
  };
  const timer = setInterval(replay, REPLAY_EVERY_MS);
  return { end: () => clearInterval(timer) };
}

type Settling = {
  readonly world: World;
  readonly load: Load;
  readonly replayer: Replayer;
  readonly source: StoreSource;
};

/** Gives why it never came to rest, if it did not. */
async function settle(victim: Victim, settling: Settling): Promise<readonly string[]> {
  let isAsked = false;
  const died = victim.ended.then(() =>
    isAsked ? [] : ['the last life ended by itself: see responder.log'],
  );
  const rested = rest(victim, settling).then((problems) => {
    isAsked = true;
    victim.stop();
    return problems;
  });
  const problems = await Promise.race([rested, died]);
  if (problems.length === 0) await victim.ended;
  // Whoever waits for an answer is told that there will be none.
  settling.load.abandon();
  return problems;
}

async function rest(
  victim: Victim,
  { world, load, replayer, source }: Settling,
): Promise<readonly string[]> {
  world.calm();
  victim.start();
  await victim.listening;
  await load.end();
  replayer.end();
  await fetch(`${world.url}/api/v1/quarantine/replay`, { method: 'POST' }).catch(() => {});
  // Not before the last delivery: one that came so much later would be no late one any more.
  victim.hurry();
  await using store = await openRunStore(source);
  const isResting = async (): Promise<boolean> => (await readUnfinished(store.database)) === '';
  const options = { timeoutMs: SETTLE_LIMIT_MS, everyMs: 50, describe: () => 'it rests' };
  const rested = await waitUntil(isResting, options).then(
    () => true,
    () => false,
  );
  return rested ? [] : [`it never came to rest: ${await readUnfinished(store.database)}`];
}

type Judged = {
  readonly deaths: readonly Death[];
  readonly sent: readonly Sent[];
  readonly planted: readonly Planted[];
  readonly world: World;
  readonly source: StoreSource;
};

async function judge({ deaths, sent, planted, world, source }: Judged): Promise<RunOutcome> {
  await using store = await openRunStore(source);
  const rows = await readRows(store.database);
  const report = await verifyJournal(store.database);
  const violations = [
    ...(await integrityOf(store.database, source)),
    ...report.problems.map(({ place, message }) => `the journal, ${place}: ${message}`),
    ...findViolations({ sent, planted, received: world.received, rows }),
  ];
  return {
    ...outcomeOf(deaths, sent, world, violations),
    events: rows.inbox.length,
    incidents: rows.incidents.length,
    journalEntries: report.entries,
  };
}

async function integrityOf(
  database: Database,
  { engine }: StoreSource,
): Promise<readonly string[]> {
  if (engine !== 'sqlite') return [];
  const { rows } = await sql<Record<string, string>>`PRAGMA integrity_check`.execute(database);
  const said = rows.flatMap((row) => Object.values(row));
  return said.filter((line) => line !== 'ok').map((line) => `integrity_check: ${line}`);
}

function outcomeOf(
  deaths: readonly Death[],
  sent: readonly Sent[],
  { received }: World,
  violations: readonly string[],
): RunOutcome {
  const distinct = new Set(received.map(({ id }) => id)).size;
  return {
    deaths,
    deliveries: sent.length,
    attempts: sent.reduce((sum, { attempts }) => sum + attempts, 0),
    events: 0,
    incidents: 0,
    journalEntries: 0,
    notices: distinct,
    repeatedNotices: received.length - distinct,
    violations,
  };
}
