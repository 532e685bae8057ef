import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { FamilyChunks } from './chunk-store.ts';
import { SELF_METRICS } from '../../catalog/catalog.ts';
import type {
  SelfCounterName,
  SelfGaugeName,
  SelfHistogramName,
  SelfMetricName,
} from '../../catalog/catalog.ts';
import type { RenderedPage, ScrapeRequest } from './page.ts';
import { writePage } from './page-writer.ts';
import { recordedToFamily } from './prom-client-families.ts';
import { createSystemClock, errorMessage } from '../../std/std.ts';
import type { Clock, Logger } from '../../std/std.ts';

type Labels = Readonly<Record<string, string>>;

/** What crmwatch records about itself, by the names of the catalog. Labels must be those of the catalog. */
export type SelfMetrics = {
  increment(name: SelfCounterName, labels?: Labels, by?: number): void;
  set(name: SelfGaugeName, value: number, labels?: Labels): void;
  /** Sets all series of a gauge at once; those not named are gone. */
  replace(
    name: SelfGaugeName,
    series: readonly { readonly labels: Labels; readonly value: number }[],
  ): void;
  observe(name: SelfHistogramName, value: number, labels?: Labels): void;
  /** Calls back before each rendering, to set gauges that are looked up rather than kept. */
  beforeRender(callback: () => void | Promise<void>): void;
  /** Everything recorded so far, to be joined with other families; what cannot be collected is left out. */
  collect(): Promise<readonly FamilyChunks[]>;
  /** The same as a page of its own. */
  renderPage(request: ScrapeRequest): Promise<RenderedPage>;
};

export type SelfMetricsOptions = {
  readonly logger: Logger;
  /** For the time limit of callbacks; the clock of the system when absent. */
  readonly clock?: Clock;
  /** Counters and histograms that are 0 from the start; all others appear when first recorded. */
  readonly declared?: readonly (SelfCounterName | SelfHistogramName)[];
  /** Whether process_* and nodejs_* are included; default true. */
  readonly withProcessMetrics?: boolean;
};

const DELAY_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
const INCIDENT_BUCKETS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const BUCKETS: Readonly<Record<SelfHistogramName, number[]>> = {
  crmwatch_probe_start_delay_seconds: DELAY_BUCKETS,
  crmwatch_incident_acknowledge_seconds: INCIDENT_BUCKETS,
  crmwatch_incident_recovery_seconds: INCIDENT_BUCKETS,
  crmwatch_diagnosis_confidence_ratio: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
};

type Recorders = {
  counter(name: SelfCounterName): Counter;
  gauge(name: SelfGaugeName): Gauge;
  histogram(name: SelfHistogramName): Histogram;
};

/**
 * prom-client writes 0 for a gauge that nobody has set, and what was never observed is not 0. So a metric
 * comes into being when it is first recorded or declared.
 */
function createRecorders(registry: Registry): Recorders {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  function configuration(name: SelfMetricName) {
    const { help, labels } = SELF_METRICS[name];
    return { name, help, labelNames: [...labels], registers: [registry] };
  }
  function lazily<T>(made: Map<string, T>, name: string, make: () => T): T {
    const existing = made.get(name) ?? make();
    made.set(name, existing);
    return existing;
  }
  return {
    counter: (name) => lazily(counters, name, () => new Counter(configuration(name))),
    gauge: (name) => lazily(gauges, name, () => new Gauge(configuration(name))),
    histogram: (name) =>
      lazily(
        histograms,
        name,
        () => new Histogram({ ...configuration(name), buckets: BUCKETS[name] }),
      ),
  };
}

function isHistogramName(name: SelfMetricName): name is SelfHistogramName {
  return Object.hasOwn(BUCKETS, name);
}

/** Gauges that prom-client names like counters; promtool rightly complains, and nobody needs them. */
const MISNAMED_METRICS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name);
}

/** What a callback looks up may wait for a store that is stuck; the page must not, least of all then. */
const CALLBACK_LIMIT_MS = 2000;

async function withinLimit(clock: Clock, work: () => void | Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = clock.after(CALLBACK_LIMIT_MS, () =>
    late.reject(new Error(`it took longer than ${CALLBACK_LIMIT_MS} ms`)),
  );
  try {
    await Promise.race([work(), late.promise]);
  } finally {
    timer.cancel();
  }
}

/** Self-metrics on a registry of their own, so that two halves in one process do not meet by accident. */
export function createSelfMetrics(options: SelfMetricsOptions): SelfMetrics {
  const { clock = createSystemClock() } = options;
  const registry = new Registry();
  const recorders = createRecorders(registry);
  const callbacks: (() => void | Promise<void>)[] = [];
  if (options.withProcessMetrics !== false) collectProcessMetrics(registry);
  for (const name of options.declared ?? []) {
    if (isHistogramName(name)) recorders.histogram(name);
    else recorders.counter(name);
  }

  async function refresh(): Promise<void> {
    for (const callback of callbacks) {
      try {
        await withinLimit(clock, callback);
      } catch (error) {
        options.logger.error('a self-metric could not be refreshed', {
          error: errorMessage(error),
        });
        recorders.counter('crmwatch_collector_failures_total').inc({ metric: 'refresh' });
      }
    }
  }

  async function collect(): Promise<readonly FamilyChunks[]> {
    await refresh();
    const families: FamilyChunks[] = [];
    const failed: string[] = [];
    for (const { name } of registry.getMetricsAsArray()) {
      try {
        const recorded = await registry.getSingleMetric(name)?.get();
        const family = recorded && recordedToFamily(recorded);
        if (family !== undefined) families.push(family);
      } catch (error) {
        failed.push(name);
        options.logger.error('a self-metric could not be collected', {
          metric: name,
          error: errorMessage(error),
        });
      }
    }
    // Counted for the next scrape: this one may have read the counter already.
    for (const metric of failed) {
      recorders.counter('crmwatch_collector_failures_total').inc({ metric });
    }
    return families;
  }

  return {
    increment: (name, labels = {}, by = 1) => recorders.counter(name).inc({ ...labels }, by),
    set: (name, value, labels = {}) => recorders.gauge(name).set({ ...labels }, value),
    replace(name, series) {
      const gauge = recorders.gauge(name);
      gauge.reset();
      for (const { labels, value } of series) gauge.set({ ...labels }, value);
    },
    observe: (name, value, labels = {}) => recorders.histogram(name).observe({ ...labels }, value),
    beforeRender: (callback) => void callbacks.push(callback),
    collect,
    renderPage: async (request) => writePage(await collect(), request),
  };
}
