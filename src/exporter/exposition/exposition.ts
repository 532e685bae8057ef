import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock } from '../../std/std.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ApiBudgetFacts, ProbeReport } from '../scheduler/scheduler.ts';
import { budgetToSeries } from './budget-series.ts';
import { createChunkStore } from './chunk-store.ts';
import type { FamilyChunks } from './chunk-store.ts';
import { boundLabelValue } from './interned-series.ts';
import { DEFAULT_EXPOSITION_LIMITS } from './limits.ts';
import type { ExpositionLimits } from './limits.ts';
import { EMPTY_HISTOGRAM, histogramValue, observe } from './native-histogram.ts';
import type { NativeHistogram } from './native-histogram.ts';
import { pageKey, writePage } from './page-writer.ts';
import type { RenderedPage, ScrapeRequest } from './page.ts';
import type { LabelPairs, Point } from './renderer.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { EXPOSED_METRICS, exemplarOf, reportToSeries, runToSeries } from './series.ts';
import type { Series } from './series.ts';
import { createTargetBook } from './target-book.ts';
import type { ExposedTarget } from './target-book.ts';

export { DEFAULT_EXPOSITION_LIMITS } from './limits.ts';
export type { ExpositionLimits } from './limits.ts';
export { ALL_FORMATS, negotiateFormat } from './negotiate.ts';
export { PLAIN_SCRAPE } from './page.ts';
export type { RenderedPage, ScrapeRequest } from './page.ts';
export { createSelfMetrics } from './self-metrics.ts';
export type { SelfMetrics, SelfMetricsOptions } from './self-metrics.ts';
export { runIdOf } from './series.ts';
export type { ExposedTarget } from './target-book.ts';
export { thresholdsDecoder } from './thresholds.ts';
export type { ThresholdOverrides } from './thresholds.ts';

export type Exposition = {
  /** Makes a target known: its info, its thresholds, and what cannot be measured on it. */
  setTarget(target: ExposedTarget): void;
  /** Forgets a target and all that its probes said. */
  removeTarget(name: string): void;
  /** Forgets what one probe of a target said. */
  removeProbe(target: string, probe: ProbeKindName): void;
  /** Replaces what is exposed of this probe. After a failure no older measurement is left to look good. */
  record(report: ProbeReport): void;
  /** Replaces what is exposed of the API budget of a target. */
  recordBudget(target: string, facts: ApiBudgetFacts): void;
  /** The last report of every probe, in the order of their first runs. */
  latest(): readonly ProbeReport[];
  /** The page of /metrics: results of probes and self-metrics, in the format that the scrape asks for. */
  render(request: ScrapeRequest): Promise<RenderedPage>;
};

export type ExpositionOptions = {
  readonly clock: Clock;
  /** Joined in behind the results of the probes. */
  readonly selfMetrics?: SelfMetrics;
  /** Those that are left out are those of DEFAULT_EXPOSITION_LIMITS. */
  readonly limits?: Partial<ExpositionLimits>;
};

type KeptTotals = {
  readonly runs: number;
  readonly failures: number;
  readonly durations: NativeHistogram;
  readonly failure?: ReturnType<typeof exemplarOf>;
};

const NO_RUNS: KeptTotals = { runs: 0, failures: 0, durations: EMPTY_HISTOGRAM };

function addRun(before: KeptTotals, run: ProbeRun): KeptTotals {
  const failed = !run.result.ok;
  const exemplar = exemplarOf(run);
  const failure = failed ? exemplar : before.failure;
  return {
    runs: before.runs + 1,
    failures: before.failures + (failed ? 1 : 0),
    durations: observe(before.durations, Math.max(0, run.durationSeconds), exemplar),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What is kept of one probe of one target. */
type KeptProbe = {
  readonly report: ProbeReport;
  readonly totals: KeptTotals;
  /** The series of its age, but for the value. */
  readonly age: Pick<Point, 'labels' | 'prefixes'>;
  /** When the run ended by the monotonic clock: an age must not follow a wall clock that is set. */
  readonly endedMonotonicMs: number;
};

/** The results of all probes in immutable chunks, written when a scrape asks for them and kept until they change. */
export function createExposition(options: ExpositionOptions): Exposition {
  const { clock, selfMetrics } = options;
  const limits = { ...DEFAULT_EXPOSITION_LIMITS, ...options.limits };
  const store = createChunkStore(limits);
  const probes = new Map<string, KeptProbe>();
  const targets = createTargetBook(store, sourceOf);
  const rendering = new Map<string, Promise<RenderedPage>>();

  function removeProbe(target: string, probe: ProbeKindName): void {
    probes.delete(sourceOf(target, probe));
    store.replace(sourceOf(target, probe), target, []);
    store.replace(sourceOf(target, probe, 'dropped'), target, []);
  }

  async function renderNow(request: ScrapeRequest): Promise<RenderedPage> {
    // Taken before anything is awaited, so that a page is of one moment.
    const families = [...store.snapshot(), ...ageFamily(probes.values(), clock.monotonicMs())];
    const own = (await selfMetrics?.collect()) ?? [];
    return writePage([...families, ...own], request);
  }

  return {
    setTarget: (target) => targets.set(target),
    removeTarget(name) {
      targets.remove(name);
      store.replace(sourceOf(name, 'budget'), name, []);
      for (const { report } of probes.values()) {
        if (report.run.target === name) removeProbe(name, report.run.probe);
      }
    },
    removeProbe,
    record(report) {
      const { run } = report;
      const source = sourceOf(run.target, run.probe);
      const before = probes.get(source);
      const totals = addRun(before?.totals ?? NO_RUNS, run);
      const endedMonotonicMs = clock.monotonicMs() - Math.max(0, clock.now() - run.endedAtMs);
      const age = before?.age ?? { labels: ageLabels(run, limits), prefixes: {} };
      probes.set(source, { report, totals, age, endedMonotonicMs });
      const durations = histogramValue(totals.durations);
      const dropped = store.replace(
        source,
        run.target,
        reportToSeries(report, { ...totals, durations }),
      );
      store.replace(
        sourceOf(run.target, run.probe, 'dropped'),
        run.target,
        droppedToSeries(run, dropped),
      );
      targets.noteVersion(run);
    },
    recordBudget: (target, facts) =>
      void store.replace(sourceOf(target, 'budget'), target, budgetToSeries(facts)),
    latest: () => [...probes.values()].map(({ report }) => report),
    async render(request) {
      const key = pageKey(request);
      const shared = rendering.get(key);
      if (shared !== undefined) return shared;
      const page = renderNow(request).finally(() => rendering.delete(key));
      rendering.set(key, page);
      return page;
    },
  };
}

function ageLabels({ target, probe }: ProbeRun, limits: ExpositionLimits): LabelPairs {
  return ['target', boundLabelValue(target, limits.labelValueLength), 'probe', probe];
}

/** The one family that is different at every scrape; all others are as their probes left them. */
function ageFamily(probes: Iterable<KeptProbe>, monotonicMs: number): readonly FamilyChunks[] {
  const points = Array.from(probes, ({ age, endedMonotonicMs }): Point => {
    return { ...age, value: (monotonicMs - endedMonotonicMs) / 1000 };
  });
  if (points.length === 0) return [];
  const name = 'crm_probe_result_age_seconds';
  const { kind, help } = EXPOSED_METRICS[name];
  return [{ header: { name, kind, help }, chunks: [{ points, written: {} }] }];
}

function droppedToSeries({ probe }: ProbeRun, count: number): readonly Series[] {
  return count === 0 ? [] : [{ name: 'crm_probe_series_dropped', labels: { probe }, value: count }];
}

/** A run as the answer to /probe, which may be older than the question. */
export type AnsweredRun = { readonly run: ProbeRun; readonly ageSeconds: number };

/** Runs as the answer to /probe: the scraper knows the target, so no series carries it. */
export async function renderProbe(
  answers: readonly AnsweredRun[],
  request: ScrapeRequest,
  limits: Partial<ExpositionLimits> = {},
): Promise<RenderedPage> {
  const store = createChunkStore({ ...DEFAULT_EXPOSITION_LIMITS, ...limits });
  for (const { run, ageSeconds } of answers) {
    const { probe } = run;
    const age: Series = {
      name: 'crm_probe_result_age_seconds',
      labels: { probe },
      value: ageSeconds,
    };
    const source = sourceOf(run.target, probe);
    const dropped = store.replace(source, undefined, [...runToSeries(run), age]);
    store.replace(sourceOf(run.target, probe, 'dropped'), undefined, droppedToSeries(run, dropped));
  }
  return writePage(store.snapshot(), request);
}

function sourceOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
