import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { createHttpClient } from '../http/http.ts';
import { createEvidenceSource, createPrometheusClient } from '../responder/evidence/evidence.ts';
import { SANDBOX_FAULTS, createSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { createSeededRandom, sleep } from '../std/std.ts';
import { writeDemonstrationConfig } from './demonstration-config.ts';
import { startDemonstrationStack } from './demonstration-stack.ts';
import type { Dependencies } from './exporter.ts';
import { recordCalm, recordEpisode } from './recorder.ts';
import type { Episode, EpisodePlan, RecorderOptions } from './recorder.ts';
import { startExporter } from './run.ts';

export type RecordOptions = {
  readonly folder: string;
  readonly output: string;
  /** Sandboxes that are broken side by side. */
  readonly sandboxes: number;
  /** How often each fault is broken, each time at another intensity. */
  readonly repetitions: number;
  readonly seed: number;
  readonly runtime: Dependencies;
  readonly onProgress: (line: string) => void;
  /** Ends the recording early; what was recorded stays, and all servers are stopped. */
  readonly signal: AbortSignal;
};

/** A quiet time first, so that every series has a baseline. */
const WARM_UP_MS = 60_000;
const EPISODE_TIMEOUT_MS = 150_000;
const WEAKEST = 0.25;
const STRONGEST = 0.95;

/** Every fault at every intensity once, dealt out so that each sandbox sees a mixture. */
function planEpisodes({ sandboxes, repetitions, seed }: RecordOptions): readonly EpisodePlan[][] {
  const random = createSeededRandom(seed);
  const plans = SANDBOX_FAULTS.flatMap(({ id, faultClass }) =>
    Array.from({ length: repetitions }, (_, index) => {
      const position = repetitions === 1 ? 0.5 : index / (repetitions - 1);
      const intensity = WEAKEST + (STRONGEST - WEAKEST) * position;
      return { fault: id, faultClass, intensity, group: `${id}-${index + 1}` };
    }),
  );
  const shuffled = plans
    .map((plan) => ({ plan, key: random.next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ plan }) => plan);
  return Array.from({ length: sandboxes }, (_, worker) =>
    shuffled.filter((_plan, index) => index % sandboxes === worker),
  );
}

/** Fewer digits than Prometheus gives: they carry no knowledge and fill the file. */
function toLine(episode: Episode): string {
  return JSON.stringify(episode, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );
}

async function runWorker(
  options: RecorderOptions,
  plans: readonly EpisodePlan[],
  onProgress: (line: string) => void,
): Promise<void> {
  await sleep(options.clock, WARM_UP_MS, options.signal);
  for (const [index, plan] of plans.entries()) {
    if (options.signal.aborted) return;
    await recordCalm(options, `calm-${options.target}-${index + 1}`);
    onProgress(`${options.target}  ${plan.group}  intensity ${plan.intensity.toFixed(2)}`);
    await recordEpisode(options, plan);
  }
}

type Site = {
  readonly sandboxes: readonly { readonly name: string; readonly sandbox: Sandbox }[];
  readonly prometheusUrl: string;
  stop(): Promise<void>;
};

async function startSite(options: RecordOptions, folder: string): Promise<Site> {
  const { runtime } = options;
  const sandboxes = Array.from({ length: options.sandboxes }, (_, index) => {
    const name = `sandbox-${index + 1}`;
    const databaseFile = join(folder, `${name}.sqlite`);
    // Different customers and different sizes, so that the model does not learn one sandbox by heart.
    const customers = 800 + 200 * index;
    const seed = options.seed * 100 + index;
    const sandbox = createSandbox({ databaseFile, tls: true, seed, customers, ...runtime });
    return { name, sandbox };
  });
  const targets = await Promise.all(
    sandboxes.map(async ({ name, sandbox }, index) => ({
      name,
      addresses: await sandbox.start(),
      // The two ways in fail differently when credentials are revoked.
      method: index % 2 === 0 ? ('bearer' as const) : ('session' as const),
    })),
  );
  const { stack, addresses } = await startDemonstrationStack(folder, runtime.clock);
  const configFile = writeDemonstrationConfig(folder, targets, addresses);
  const exporter = await startExporter(loadConfig(configFile, process.env), runtime);
  return {
    sandboxes,
    prometheusUrl: stack.prometheusUrl,
    async stop() {
      await exporter.stop();
      await stack.stop();
      await Promise.all(sandboxes.map(async ({ sandbox }) => sandbox.stop()));
    },
  };
}

/**
 * Breaks every sandbox fault several times and writes what the real Prometheus saw of it as training rows.
 * Takes about a minute for each episode, several side by side.
 */
export async function recordEpisodes(options: RecordOptions): Promise<{ readonly rows: number }> {
  const { runtime, onProgress } = options;
  const { clock } = runtime;
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const site = await startSite(options, folder);
  const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock });
  const prometheus = createPrometheusClient({ url: site.prometheusUrl, http, timeoutMs: 20_000 });
  writeFileSync(options.output, '');
  let rows = 0;
  try {
    await Promise.all(
      planEpisodes(options).map(async (plans, index) => {
        const { name, sandbox } = site.sandboxes[index] ?? {};
        if (name === undefined || sandbox === undefined) return;
        const recorder: RecorderOptions = {
          target: name,
          sandbox,
          prometheus,
          evidence: createEvidenceSource({ prometheus, clock, baselineMs: 3_600_000 }),
          clock,
          random: createSeededRandom(options.seed * 1000 + index),
          timeoutMs: EPISODE_TIMEOUT_MS,
          signal: options.signal,
          onEpisode(episode) {
            appendFileSync(options.output, `${toLine(episode)}\n`);
            rows += 1;
          },
          onUnrest: (plan) => onProgress(`${name}  ${plan.group} left out: alerts still fire`),
          onSilence: (plan) => onProgress(`${name}  ${plan.group} raised no alert in time`),
        };
        await runWorker(recorder, plans, onProgress);
      }),
    );
  } finally {
    http.close();
    await site.stop();
  }
  return { rows };
}
