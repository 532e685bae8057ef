import { mkdirSync } from 'node:fs';

import { startStack } from '../../../src/app/stack.ts';
import type { Stack } from '../../../src/app/stack.ts';
import { createHttpClient } from '../../../src/http/http.ts';
import {
  createEvidenceSource,
  createPrometheusClient,
  selector,
} from '../../../src/responder/evidence/evidence.ts';
import type { EvidenceSource } from '../../../src/responder/evidence/evidence.ts';
import { createSilentLogger } from '../../../src/std/std.ts';
import type { Clock } from '../../../src/std/std.ts';
import { seedCrm } from '../../e2e/seed.ts';
import { PRISTINE, startTrytonHost } from '../../e2e/tryton-host.ts';
import type { TrytonHost } from '../../e2e/tryton-host.ts';
import { startAlertFeed } from './alert-feed.ts';
import type { AlertFeed } from './alert-feed.ts';
import { startCell } from './cell.ts';
import type { Cell } from './cell.ts';
import { writeRules } from './rules.ts';
import { startSandboxCrm } from './sandbox-crm.ts';
import { startTrytonCrm } from './tryton-crm.ts';

export type SiteOptions = {
  readonly folder: string;
  readonly repository: string;
  readonly sandboxes: number;
  readonly trytons: number;
  readonly seed: number;
  /** Seconds between scrapes. */
  readonly scrapeSeconds: number;
  readonly clock: Clock;
};

/** Everything that a recording runs on, on loopback. */
export type Site = {
  readonly cells: readonly Cell[];
  readonly feed: AlertFeed;
  readonly evidence: EvidenceSource;
  /** Whether Prometheus has no alert about a target, neither firing nor waiting. */
  isCalm(target: string): Promise<boolean>;
  stop(): Promise<void>;
};

type CleanUps = (() => Promise<void>)[];

const BASELINE_MS = 3_600_000;

async function cleanUpAll(steps: CleanUps): Promise<void> {
  for (const step of steps.splice(0).toReversed()) await step().catch(() => {});
}

/** The last of each platform is held out: a model is judged by a CRM that it never saw. */
export function isHeldOut(name: string, { sandboxes, trytons }: SiteOptions): boolean {
  return (
    (sandboxes > 1 && name === `sandbox-${sandboxes}`) ||
    (trytons > 1 && name === `tryton_${trytons}`)
  );
}

async function startTrytons(
  options: SiteOptions,
  cleanUps: CleanUps,
): Promise<TrytonHost | undefined> {
  if (options.trytons === 0) return undefined;
  const host = await startTrytonHost(options.folder, options.trytons);
  cleanUps.push(() => host.stop());
  await host.copyDatabase(PRISTINE, 'template');
  await seedCrm(
    await host.admin('template', host.processes[0]?.port ?? 0),
    'template',
    host.postgres,
  );
  for (let number = 1; number <= options.trytons; number++) {
    await host.copyDatabase('template', `tryton_${number}`);
  }
  return host;
}

async function startCells(options: SiteOptions, cleanUps: CleanUps): Promise<readonly Cell[]> {
  const { folder, seed, clock } = options;
  const logger = createSilentLogger();
  const cells: Cell[] = [];
  async function add(crm: Parameters<typeof startCell>[0]): Promise<void> {
    const cell = await startCell(crm, { clock, logger, seed: seed + cells.length });
    cleanUps.push(() => cell.stop());
    cells.push(cell);
  }
  for (let number = 1; number <= options.sandboxes; number++) {
    await add(
      await startSandboxCrm({
        name: `sandbox-${number}`,
        folder,
        seed: seed * 100 + number,
        // Different customers and different sizes, so that nothing is learnt by heart.
        customers: 600 + 200 * number,
        method: number % 2 === 1 ? 'bearer' : 'session',
        clock,
        logger,
      }),
    );
  }
  const host = await startTrytons(options, cleanUps);
  for (const [index, process] of (host?.processes ?? []).entries()) {
    if (host === undefined) break;
    const name = `tryton_${index + 1}`;
    const crm = { name, folder, host, process, seed: seed * 100 + 50 + index, clock, logger };
    await add(await startTrytonCrm(crm));
  }
  return cells;
}

async function startRealStack(
  options: SiteOptions,
  cells: readonly Cell[],
  feed: AlertFeed,
  cleanUps: CleanUps,
): Promise<Stack> {
  const { folder, clock, scrapeSeconds } = options;
  const stack = await startStack({
    folder,
    exporters: cells.map(({ exporter }) => exporter),
    responder: feed.address,
    ruleFolder: writeRules(options.repository, folder),
    intervals: {
      scrape: `${scrapeSeconds}s`,
      evaluation: '3s',
      groupWait: '1s',
      groupInterval: '2s',
      watchdog: '30s',
    },
    prometheusPort: 0,
    alertmanagerPort: 0,
    clock,
  });
  const endAtOnce = (): void =>
    stack.pids().forEach((pid) => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    });
  // A recording that is killed must not leave servers behind.
  process.once('exit', endAtOnce);
  cleanUps.push(async () => {
    await stack.stop();
    process.off('exit', endAtOnce);
  });
  return stack;
}

export async function startSite(options: SiteOptions): Promise<Site> {
  mkdirSync(options.folder, { recursive: true });
  const { clock } = options;
  const cleanUps: CleanUps = [];
  try {
    const feed = await startAlertFeed(() => clock.now());
    cleanUps.push(() => feed.stop());
    const cells = await startCells(options, cleanUps);
    const stack = await startRealStack(options, cells, feed, cleanUps);
    const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock });
    cleanUps.push(() => Promise.resolve(http.close()));
    const prometheus = createPrometheusClient({
      url: stack.prometheusUrl,
      http,
      timeoutMs: 20_000,
    });
    return {
      cells,
      feed,
      evidence: createEvidenceSource({ prometheus, clock, baselineMs: BASELINE_MS }),
      async isCalm(target) {
        const alerts = await prometheus.query(selector('ALERTS', { target }));
        return alerts.ok && alerts.value.length === 0;
      },
      stop: () => cleanUpAll(cleanUps),
    };
  } catch (error) {
    await cleanUpAll(cleanUps);
    throw error;
  }
}
