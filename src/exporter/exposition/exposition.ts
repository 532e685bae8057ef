import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ProbeReport } from '../scheduler/scheduler.ts';
import type { Clock } from '../../std/std.ts';
import { createFamilies } from './families.ts';
import { FORMATS } from './formats.ts';
import type { RenderedPage, ScrapeRequest } from './page.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { reportToSeries, runToSeries, unsupportedToSeries } from './series.ts';
import type { RunTotals, Series } from './series.ts';
import { TEXT_CONTENT_TYPE } from './text-format.ts';
import { thresholdsToSeries } from './thresholds.ts';
import type { ThresholdOverrides } from './thresholds.ts';

export { PLAIN_SCRAPE } from './page.ts';
export type { RenderedPage, ScrapeRequest } from './page.ts';
export { createSelfMetrics } from './self-metrics.ts';
export type { SelfMetrics, SelfMetricsOptions } from './self-metrics.ts';
export { thresholdsDecoder } from './thresholds.ts';
export type { ThresholdOverrides } from './thresholds.ts';

export type ExposedTarget = {
  readonly name: string;
  readonly platform: string;
  readonly thresholds?: ThresholdOverrides;
  /** Enabled kinds that the connector cannot do. */
  readonly unsupported?: readonly ProbeKindName[];
};

export type Exposition = {
  /** Makes a target known: its info, its thresholds, and what cannot be measured on it. */
  setTarget(target: ExposedTarget): void;
  /** Replaces what is exposed of this probe. After a failure no older measurement is left to look good. */
  record(report: ProbeReport): void;
  /** The last report of every probe, in the order of their first runs. */
  latest(): readonly ProbeReport[];
  /** Forgets a target and all that its probes said. */
  removeTarget(name: string): void;
  /** The page of /metrics: results of probes and self-metrics, in the format that the scrape asks for. */
  render(request: ScrapeRequest): Promise<RenderedPage>;
};

export type ExpositionOptions = {
  readonly clock: Clock;
  /** Joined in behind the results of the probes. */
  readonly selfMetrics?: SelfMetrics;
};

/** The results of all probes as immutable chunks of text, rendered when they change and joined on demand. */
export function createExposition({ selfMetrics }: ExpositionOptions): Exposition {
  const families = createFamilies(FORMATS.text);
  const latest = new Map<string, ProbeReport>();
  const totals = new Map<string, RunTotals>();
  const targets = new Map<string, ExposedTarget>();
  const versions = new Map<string, string>();

  function describe(target: ExposedTarget): void {
    const { name, platform, thresholds = {}, unsupported = [] } = target;
    const version = versions.get(name) ?? '';
    const info: Series = { name: 'crm_target_info', labels: { platform, version }, value: 1 };
    families.replace(sourceOf(name), name, [
      info,
      ...thresholdsToSeries(thresholds),
      ...unsupported.flatMap(unsupportedToSeries),
    ]);
  }

  function noteVersion(run: ProbeRun): void {
    const version = run.result.ok ? run.result.version : undefined;
    if (version === undefined || version === versions.get(run.target)) return;
    versions.set(run.target, version);
    const target = targets.get(run.target);
    if (target !== undefined) describe(target);
  }

  return {
    setTarget(target) {
      targets.set(target.name, target);
      describe(target);
    },
    record(report) {
      const { run } = report;
      const source = sourceOf(run.target, run.probe);
      const before = totals.get(source) ?? { runs: 0, failures: 0 };
      const failures = before.failures + (run.result.ok ? 0 : 1);
      const now = { runs: before.runs + 1, failures };
      totals.set(source, now);
      latest.set(source, report);
      families.replace(source, run.target, reportToSeries(report, now));
      noteVersion(run);
    },
    latest: () => [...latest.values()],
    removeTarget(name) {
      targets.delete(name);
      versions.delete(name);
      families.replace(sourceOf(name), name, []);
      for (const [source, { run }] of latest) {
        if (run.target !== name) continue;
        latest.delete(source);
        totals.delete(source);
        families.replace(source, name, []);
      }
    },
    async render(_request) {
      const text = families.render() + ((await selfMetrics?.render()) ?? '');
      return { contentType: TEXT_CONTENT_TYPE, body: [Buffer.from(text)] };
    },
  };
}

/** A run as the answer to /probe, which may be older than the question. */
export type AnsweredRun = { readonly run: ProbeRun; readonly ageSeconds: number };

/** Runs as the answer to /probe: the scraper knows the target, so no series carries it. */
export async function renderProbe(
  answers: readonly AnsweredRun[],
  _request: ScrapeRequest,
): Promise<RenderedPage> {
  const families = createFamilies(FORMATS.text);
  for (const { run } of answers) {
    families.replace(sourceOf(run.target, run.probe), undefined, runToSeries(run));
  }
  return { contentType: TEXT_CONTENT_TYPE, body: [Buffer.from(families.render())] };
}

function sourceOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
