import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAlertmanager } from '../../support/alertmanager.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import { startDurablePostgres, postgresMissing } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { StoreName, Suite, SuiteOptions, SuiteReport, Violation } from '../suite.ts';
import { findSenders } from './alertmanagers.ts';
import type { Sender } from './alertmanagers.ts';
import { startLane } from './lane.ts';
import type { Lane } from './lane.ts';
import { play } from './play.ts';
import type { Played } from './play.ts';
import { drawScenario } from './scenario.ts';

const CONFIGURATION = join(import.meta.dirname, '../../../deploy/alertmanager.yml');
const SIZES = [1, 3];
/** Runs at once: each waits most of its time. */
const LANES = 3;

/** The reason of what does not start is a whole log. */
const BLAME_CHARACTERS = 2000;

type Cell = { readonly sender: Sender; readonly peers: number; readonly store: StoreName };
type Run = { readonly cell: Cell; readonly played: Played };

const nameOf = ({ sender, peers, store }: Cell): string =>
  `${sender.name}, ${peers === 1 ? 'single' : `cluster of ${peers}`}, ${store}`;

function cellsOf(senders: readonly Sender[], stores: readonly StoreName[]): readonly Cell[] {
  return stores.flatMap((store) =>
    SIZES.flatMap((peers) => senders.map((sender) => ({ sender, peers, store }))),
  );
}

async function storeOf(
  { store }: Cell,
  server: PostgresServer | undefined,
  seed: number,
): Promise<object | null> {
  if (store === 'sqlite' || server === undefined) return null;
  const database = `senders_${seed}`;
  await server.createDatabase(database);
  const { host, port, user } = server;
  return { engine: 'postgresql', host, port, user, database };
}

function percentile(values: readonly number[], ratio: number): string {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))];
  return value === undefined ? '' : (value / 1000).toFixed(1);
}

function sum(runs: readonly Run[], count: (played: Played) => number): number {
  return runs.reduce((total, { played }) => total + count(played), 0);
}

function rowOf(name: string, runs: readonly Run[]): readonly (string | number)[] {
  const opened = runs.flatMap(({ played }) => played.openedAfterMs);
  const healed = runs.flatMap(({ played }) => played.healedAfterMs);
  return [
    name,
    runs.length,
    sum(runs, ({ episodes }) => episodes),
    sum(runs, ({ deliveries }) => deliveries),
    sum(runs, ({ pages }) => pages),
    sum(runs, ({ doubts }) => doubts),
    `${percentile(opened, 0.5)} / ${percentile(opened, 1)}`,
    `${percentile(healed, 0.5)} / ${percentile(healed, 1)}`,
    sum(runs, ({ breaches }) => breaches.length),
  ];
}

/** Each version must take the very file that people copy. */
async function findRefusals(senders: readonly Sender[]): Promise<readonly Violation[]> {
  const configuration = readFileSync(CONFIGURATION, 'utf8');
  const violations: Violation[] = [];
  for (const { name, program } of senders) {
    using folder = createTemporaryFolder();
    try {
      const options = { folder: folder.path, configuration, program };
      await (await startAlertmanager(options)).stop();
    } catch (error) {
      const what = `${name} refuses deploy/alertmanager.yml: ${(error as Error).message}`;
      violations.push({ what, repeat: `${program} --config.file=deploy/alertmanager.yml` });
    }
  }
  return violations;
}

const COLUMNS = [
  'Senders',
  'Runs',
  'Episodes',
  'Deliveries',
  'Pages',
  'Doubts',
  'Opened after, p50 / max (s)',
  'Over after, p50 / max (s)',
  'Breaches',
];

async function runMatrix(
  { count, seed, stores, progress }: SuiteOptions,
  cells: readonly Cell[],
  server: PostgresServer | undefined,
): Promise<Pick<SuiteReport, 'done' | 'tables' | 'violations'>> {
  const runs: Run[] = [];
  const violations: Violation[] = [];
  const waiting = Array.from({ length: count }, (_, index) => seed + index);
  async function runOne(lane: Lane, own: number): Promise<void> {
    const cell = cells[own % cells.length];
    if (cell === undefined) return;
    const { sender, peers } = cell;
    const storeWords = stores.length === 1 ? ` --store ${stores[0]}` : '';
    const repeat = `npm run torture -- --only senders --runs 1 --seed ${own}${storeWords}`;
    const blame = (whole: string): void => {
      const what = whole.slice(0, BLAME_CHARACTERS);
      violations.push({ what: `${nameOf(cell)}, seed ${own}: ${what}`, repeat });
      progress(`seed ${own}, ${nameOf(cell)}: ${what}`);
    };
    try {
      const store = await storeOf(cell, server, own);
      const setting = { program: sender.program, peers, store };
      const played = await play(lane, setting, drawScenario(own, peers));
      runs.push({ cell, played });
      for (const breach of played.breaches) blame(breach);
      for (const line of played.stories) progress(`  ${line}`);
      progress(`${runs.length} of ${count} runs done: seed ${own}, ${nameOf(cell)}`);
    } catch (error) {
      blame((error as Error).message);
    }
  }
  const work = async (): Promise<void> => {
    const lane = await startLane();
    try {
      for (let own = waiting.shift(); own !== undefined; own = waiting.shift()) {
        await runOne(lane, own);
      }
    } finally {
      await lane.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, count) }, work));
  const groups = cells.map(
    (cell) => [nameOf(cell), runs.filter((run) => run.cell === cell)] as const,
  );
  const rows = groups.filter(([, own]) => own.length > 0).map(([name, own]) => rowOf(name, own));
  return {
    done: runs.length,
    tables: [{ title: '', columns: COLUMNS, rows: [...rows, rowOf('all', runs)] }],
    violations,
  };
}

/** Random scenarios with real Prometheus and Alertmanagers of several versions, alone and as clusters that fall apart. */
export const senders: Suite = {
  name: 'senders',
  title: 'alerts of real Alertmanagers, alone and in clusters that a partition parts',
  unit: 'runs',
  defaultCount: 100,
  async run(options) {
    const found = await findSenders(options.progress);
    const missing = [...found.missing];
    const lacking = options.stores.includes('postgresql') ? postgresMissing() : undefined;
    if (lacking !== undefined) missing.push(`PostgreSQL: ${lacking}. Remedy: install postgresql`);
    const stores = options.stores.filter((store) => store === 'sqlite' || lacking === undefined);
    const cells = cellsOf(found.senders, stores);
    const server = stores.includes('postgresql') ? await startDurablePostgres() : undefined;
    try {
      const refusals = await findRefusals(found.senders);
      const matrix = await runMatrix({ ...options, stores }, cells, server);
      return { ...matrix, violations: [...refusals, ...matrix.violations], missing };
    } finally {
      await server?.stop();
    }
  },
};
