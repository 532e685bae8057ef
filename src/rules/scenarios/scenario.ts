import { SCRAPE_JOBS } from '../../catalog/catalog.ts';
import type { AlertName, Severity } from '../../catalog/catalog.ts';

/** The four things every alert has to prove. */
export const SCENARIO_KINDS = ['fires', 'stays quiet', 'resolves', 'no data'] as const;
export type ScenarioKind = (typeof SCENARIO_KINDS)[number];

export type InputSeries = { readonly series: string; readonly values: string };

export type ExpectedAlert = {
  readonly severity: Severity | 'none';
  /** Labels beside alertname, severity and area. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What the reason template finds, for alerts about failed probes. */
  readonly reason?: string;
};

export type Check = {
  /** After the first sample; a multiple of SAMPLE_SECONDS. */
  readonly atSeconds: number;
  readonly expected: readonly ExpectedAlert[];
};

/** One unit test for promtool: what is stored, and what fires when. */
export type Scenario = {
  readonly alert: AlertName;
  readonly kind: ScenarioKind;
  readonly title: string;
  readonly series: readonly InputSeries[];
  readonly checks: readonly Check[];
};

/** Distance of samples and of evaluations in the unit tests. */
export const SAMPLE_SECONDS = 60;
/** How many samples a phase of a scenario lasts, where nothing else is said: 10 minutes. */
export const PHASE_SAMPLES = 10;
/** The last sample of the first phase, and the first of the second. */
export const FIRST_PHASE_END_SECONDS: number = (PHASE_SAMPLES - 1) * SAMPLE_SECONDS;
export const SECOND_PHASE_SECONDS: number = PHASE_SAMPLES * SAMPLE_SECONDS;

export const TARGET = 'crm1';

/** Label values for made-up series; a label without one gets a speaking placeholder. */
const SAMPLE_LABEL_VALUES: Readonly<Record<string, string>> = {
  target: TARGET,
  call: 'light',
  plugin: 'disk',
  limit: 'api_calls',
  object: 'contact',
  field: 'email',
  key: 'email',
  format: 'email',
  reference: 'account',
};

export function sampleLabels(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => [name, SAMPLE_LABEL_VALUES[name] ?? `some_${name}`]),
  );
}

/** A series as Prometheus stores it after it scraped one of two exporters. */
export function exporterSeries(
  metric: string,
  labels: Readonly<Record<string, string>>,
  values: string,
  instance: 'a' | 'b' = 'a',
): InputSeries {
  return scrapedSeries(metric, labels, values, SCRAPE_JOBS.exporter, `exporter-${instance}:9968`);
}

export function responderSeries(
  metric: string,
  labels: Readonly<Record<string, string>>,
  values: string,
): InputSeries {
  return scrapedSeries(metric, labels, values, SCRAPE_JOBS.responder, 'responder:9969');
}

function scrapedSeries(
  metric: string,
  labels: Readonly<Record<string, string>>,
  values: string,
  job: string,
  instance: string,
): InputSeries {
  const all = Object.entries({ ...labels, job, instance });
  const text = all.map(([name, value]) => `${name}="${value}"`).join(',');
  return { series: `${metric}{${text}}`, values };
}

/** A value for some samples, in promtool's notation. */
export function constant(value: number, samples: number = PHASE_SAMPLES): string {
  return `${value}+0x${samples - 1}`;
}

/** No sample for some intervals. */
export function gap(samples: number = PHASE_SAMPLES): string {
  return `_x${samples}`;
}
