import { MEASUREMENTS, PROBE_KINDS } from '../catalog/catalog.ts';
import type { MeasurementName, ProbeKindName } from '../catalog/catalog.ts';
import type { Sample } from '../exporter/probes/probes.ts';
import { isTried, judgeLook } from './looks.ts';
import type { FirstLook, ObjectLook, ProbeLook } from './looks.ts';
import type { WrittenChecks } from './proposed-checks.ts';

/** What a first look leads to, as it is written under a target. */
export type ProposedTarget = {
  readonly probes: Readonly<Partial<Record<ProbeKindName, object>>>;
  readonly thresholds: Readonly<Partial<Record<MeasurementName, Levels>>>;
  /** For people: what is left out and what is already beyond its threshold, a sentence each. */
  readonly remarks: readonly string[];
};

type Levels = { readonly warning: number; readonly critical: number };

/** Probes, checks and thresholds for what works. */
export function proposeTarget(look: FirstLook, country: string | undefined): ProposedTarget {
  const failing = look.probes.filter(
    (one) => judgeLook(one) === 'fails' && !onlyLacksConfiguration(one),
  );
  const objects = Object.fromEntries(
    look.objects.flatMap((one): [string, WrittenChecks][] => {
      return one.proposed !== undefined && isTried(one) ? [[one.object, one.proposed.checks]] : [];
    }),
  );
  const options = {
    ...(country === undefined ? {} : { default_country: country }),
    ...(Object.keys(objects).length === 0 ? {} : { objects }),
  };
  const samples = [
    ...look.probes.flatMap(({ run }) => run?.result.samples ?? []),
    ...look.objects.filter(isTried).flatMap(({ run }) => run?.result.samples ?? []),
  ];
  const { thresholds, remarks } = proposeThresholds(samples);
  return {
    probes: {
      ...Object.fromEntries(failing.map(({ kind }) => [kind, { enabled: false }])),
      ...Object.fromEntries(look.probes.flatMap(timeoutOf)),
      ...(Object.keys(options).length === 0 ? {} : { data_quality: { options } }),
    },
    thresholds,
    remarks: [...failing.map(whyOff), ...look.objects.flatMap(whyLeftOut), ...remarks],
  };
}

/** What the configuration could still say is worth no switch: it would have to be found again. */
function onlyLacksConfiguration({ run }: ProbeLook): boolean {
  const result = run?.result;
  return result?.ok === true && result.unknowns.every(({ reason }) => reason === 'not_configured');
}

function whyOff({ kind, run }: ProbeLook): string {
  const { result } = run ?? {};
  const why = result?.ok === false ? result.failure : result?.unknowns[0];
  return `the probe ${kind} is switched off: ${why?.reason}: ${why?.detail}`;
}

function whyLeftOut({ object, proposed, run, failure }: ObjectLook): readonly string[] {
  const failed = failure ?? (run?.result.ok === false ? run.result.failure : undefined);
  if (failed !== undefined)
    return [`the object ${object} is left out: ${failed.reason}: ${failed.detail}`];
  return proposed?.leftOut ?? [];
}

/** A slow CRM is given more time than usual: three times what it took. */
function timeoutOf({ kind, run, usualTimeoutMs }: ProbeLook): [ProbeKindName, object][] {
  if (run?.result.ok !== true || run.durationSeconds * 2000 < usualTimeoutMs) return [];
  return [[kind, { timeout: `${Math.ceil(run.durationSeconds * 3)}s` }]];
}

/** The worst of each measurement that is beyond what is usual. */
function beyondDefaults(samples: readonly Sample[]): ReadonlyMap<MeasurementName, number> {
  const worst = new Map<MeasurementName, number>();
  for (const { metric, value } of samples) {
    const { threshold } = MEASUREMENTS[metric];
    if (threshold === undefined) continue;
    const isAbove = threshold.bad === 'above';
    const { warning } = threshold.defaults;
    if (isAbove ? value <= warning : value >= warning) continue;
    const other = worst.get(metric);
    if (other === undefined || (isAbove ? value > other : value < other)) worst.set(metric, value);
  }
  return worst;
}

/** Above what was measured, so that what is usual here does not alert on the first day. */
const MARGIN = 1.25;
const CEILINGS: Levels = { warning: 0.95, critical: 0.99 };

function proposeThresholds(samples: readonly Sample[]): Omit<ProposedTarget, 'probes'> {
  const thresholds: Partial<Record<MeasurementName, Levels>> = {};
  const remarks: string[] = [];
  for (const [metric, value] of beyondDefaults(samples)) {
    const { threshold, unit, probe } = MEASUREMENTS[metric];
    if (threshold === undefined || probe === undefined) continue;
    const measured = `${metric} is ${rounded(value)} now, ${threshold.bad} its usual warning of ${threshold.defaults.warning}`;
    const isRatio = unit === 'ratio';
    const isHopeless = isRatio && value >= CEILINGS.warning;
    if (!isHabit(probe) || threshold.bad === 'below' || isHopeless) {
      remarks.push(`${measured}: it will alert`);
      continue;
    }
    const warning = roundUp(value * MARGIN);
    const critical = Math.max(threshold.defaults.critical, roundUp(value * 2));
    thresholds[metric] = {
      warning: isRatio ? Math.min(CEILINGS.warning, warning) : warning,
      critical: isRatio ? Math.min(CEILINGS.critical, critical) : critical,
    };
    remarks.push(`${measured}: its thresholds are raised; lower them when that is mended`);
  }
  return { thresholds, remarks };
}

/** What is usual in one CRM is bad in another; a certificate that ends or a wave of log-ins is bad everywhere. */
function isHabit(probe: ProbeKindName): boolean {
  return PROBE_KINDS[probe].area === 'quality' || probe === 'api_latency' || probe === 'login';
}

/** To two digits, never below. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / step) * step).toPrecision(2));
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
