import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createRenderer } from './render-peers.ts';
import type { PeerName } from './render-peers.ts';

/** Measures one renderer and prints its figures as JSON; started by the bench, one process for each. */
const SERIES = 50_000;
const PER_SOURCE = 50;
const REPEATS = 9;
const SCRAPES = 20;

const name = process.argv[2] as PeerName;
const figures: { name: string; value: number; unit: string }[] = [];

function note(what: string, value: number, unit: string): void {
  figures.push({ name: `${name}: ${what}`, value, unit });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const renderer = await createRenderer(name);
const run = (source: number, round: number): void =>
  renderer.setSource(source, PER_SOURCE, (index) => Math.sin(source * PER_SOURCE + index + round));
for (let source = 0; source < SERIES / PER_SOURCE; source++) run(source, 0);
await renderer.render(false);
await renderer.render(true);
globalThis.gc?.();
note('resident memory at 50k series', process.memoryUsage().rss / 2 ** 20, 'MiB');

/** Values as they are measured: whole numbers, or floats with all their digits. */
const VALUES = {
  'short values': (seed: number) => seed % 1000,
  '17-digit values': (seed: number) => Math.sin(seed + 0.1),
} as const;

for (const [kind, valueOf] of Object.entries(VALUES)) {
  const first: number[] = [];
  const again: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const fresh = await createRenderer(name);
    const fill = (round: number): void => {
      for (let source = 0; source < SERIES / PER_SOURCE; source++) {
        fresh.setSource(source, PER_SOURCE, (index) =>
          valueOf(source * PER_SOURCE + index + round),
        );
      }
    };
    fill(0);
    first.push(await timeMs(async () => fresh.render(false)));
    fill(1);
    again.push(await timeMs(async () => fresh.render(false)));
  }
  note(`50k gauges x 5 labels, ${kind}, first render`, median(first), 'ms');
  note(`50k gauges x 5 labels, ${kind}, every value new`, median(again), 'ms');
}

for (const isCompressed of [false, true]) {
  const times: number[] = [];
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    for (let source = repeat; source < SERIES / PER_SOURCE; source += 20) run(source, repeat);
    times.push(await timeMs(async () => renderer.render(isCompressed)));
  }
  const how = isCompressed ? ', gzip' : '';
  note(`scrape after 5 % of the modules re-ran${how}`, median(times), 'ms');
}

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let scrape = 0; scrape < SCRAPES; scrape++) {
  // A second of a scraped exporter: 5 % of the modules run again one by one, then Prometheus comes.
  const begin = performance.now();
  for (let source = scrape % 20; source < SERIES / PER_SOURCE; source += 20) {
    run(source, scrape + 100);
    await wait(15);
  }
  await renderer.render(true);
  await wait(Math.max(1, 1000 - (performance.now() - begin)));
}
delay.disable();
note('event-loop delay while scraped every second, p99', delay.percentile(99) / 1e6, 'ms');
note('event-loop delay while scraped every second, longest', delay.max / 1e6, 'ms');
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
