import { MEASUREMENTS, PROBE_KIND_NAMES, alertDefinition } from '../../catalog/catalog.ts';
import type { MeasurementName, ProbeKindName, Severity } from '../../catalog/catalog.ts';
import type { ProbeRun, Sample } from '../../exporter/probes/probes.ts';
import { errorMessage, partsOf, unreachable } from '../../std/std.ts';
import type { Clock } from '../../std/std.ts';
import type {
  Incident,
  IncidentAlert,
  Verification,
  VerificationCheck,
} from '../incidents/incidents.ts';

export type VerifierOptions = {
  readonly clock: Pick<Clock, 'now'>;
  /** Runs one probe now. Rejects when the target or the probe is not configured or cannot be asked. */
  readonly runProbe: (target: string, probe: ProbeKindName) => Promise<ProbeRun>;
  /** The threshold that is in force for a target; null when it has none. */
  readonly thresholdFor: (
    target: string,
    metric: MeasurementName,
    severity: Severity,
  ) => Promise<number | null>;
  /**
   * For alerts about an increase or a drop: the largest or smallest value that counts as recovered, from
   * the time before the alert; null when it is not known.
   */
  readonly limitFor: (alert: IncidentAlert) => Promise<number | null>;
  /** For alerts about the pipe: whether their expression still gives something; null when it cannot be asked. */
  readonly isStillTrue: (alert: IncidentAlert) => Promise<boolean | null>;
};

export type Verifier = {
  /** Never throws: what cannot be judged is "impossible", with the reason. */
  verify(incident: Incident): Promise<Verification>;
};

type Verdict = Pick<VerificationCheck, 'outcome' | 'why'>;

const PASSED: Verdict = { outcome: 'passed', why: '' };
const failed = (why: string): Verdict => ({ outcome: 'failed', why });
const impossible = (why: string): Verdict => ({ outcome: 'impossible', why });

/**
 * Judges recovery by fresh evidence alone: each probe that can tell is run once, must succeed, and must
 * measure nothing past the limit that the alert was about. One failure fails the whole; what cannot be
 * judged never passes.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return {
    async verify(incident) {
      const startedAtMs = options.clock.now();
      const runs = new Map<string, Promise<ProbeRun>>();
      const runOnce = async (target: string, probe: ProbeKindName): Promise<ProbeRun> => {
        const key = `${probe} ${target}`;
        const run = runs.get(key) ?? options.runProbe(target, probe);
        runs.set(key, run);
        return run;
      };
      const alerts = distinct(incident.alerts);
      const checks: (readonly VerificationCheck[])[] = [];
      for (const some of partsOf(alerts, CHECKS_AT_ONCE)) {
        checks.push(
          ...(await Promise.all(some.map(async (alert) => checkAlert(alert, options, runOnce)))),
        );
      }
      const { quietSinceMs } = incident;
      return { ...summarise(checks.flat()), startedAtMs, quietSinceMs };
    },
  };
}

/** A result keeps this many checks, so that the snapshot of a storm stays small; the worst outcome decides all the same. */
export const MAXIMUM_CHECKS = 200;
const MAXIMUM_REASONS = 20;
/** An incident may hold alerts of hundreds of targets, and their probes are not to run all together. */
const CHECKS_AT_ONCE = 20;

/** Of alerts that the same check decides, only one is checked: the first. */
function distinct(alerts: readonly IncidentAlert[]): readonly IncidentAlert[] {
  const byCheck = Map.groupBy(alerts, ({ name, severity, labels }) =>
    JSON.stringify([name, severity, labels]),
  );
  return [...byCheck.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}

function summarise(
  checks: readonly VerificationCheck[],
): Pick<Verification, 'outcome' | 'why' | 'checks'> {
  const decisive = (['failed', 'impossible'] as const).find((outcome) =>
    checks.some((check) => check.outcome === outcome),
  );
  const outcome = checks.length === 0 ? 'impossible' : (decisive ?? 'passed');
  const reasons = checks.filter((check) => check.outcome === outcome).map(({ why }) => why);
  const why =
    outcome === 'passed'
      ? ''
      : [...new Set(reasons)].slice(0, MAXIMUM_REASONS).join('; ') || 'there is no alert to check';
  const decisiveFirst = checks.toSorted(
    (left, right) => Number(right.outcome === outcome) - Number(left.outcome === outcome),
  );
  const kept = checks.length > MAXIMUM_CHECKS ? decisiveFirst.slice(0, MAXIMUM_CHECKS) : checks;
  return { outcome, why, checks: kept };
}

type RunOnce = (target: string, probe: ProbeKindName) => Promise<ProbeRun>;

async function checkAlert(
  alert: IncidentAlert,
  options: VerifierOptions,
  runOnce: RunOnce,
): Promise<readonly VerificationCheck[]> {
  const check = (probe: ProbeKindName | null, verdict: Verdict): VerificationCheck => ({
    alert: alert.name,
    probe,
    ...verdict,
  });
  const { target } = alert.labels;
  const probes = probesFor(alert);
  if (alertDefinition(alert.name)?.area === 'pipeline') {
    return [check(null, await checkPipeline(alert, options))];
  }
  if (target === undefined || probes.length === 0) {
    return [
      check(null, impossible(`no probe is known that could prove that ${alert.name} is over`)),
    ];
  }
  return Promise.all(
    probes.map(async (probe) => {
      try {
        const run = await runOnce(target, probe);
        return check(probe, await judge(alert, target, run, options));
      } catch (error) {
        return check(probe, impossible(`probe ${probe} could not be run: ${errorMessage(error)}`));
      }
    }),
  );
}

/** CrmProbeFailed stands for many probes: its label says which. */
function probesFor(alert: IncidentAlert): readonly ProbeKindName[] {
  const definition = alertDefinition(alert.name);
  if (definition?.condition.kind !== 'probe_failed' || definition.verifiedBy.length > 0) {
    return definition?.verifiedBy ?? [];
  }
  return PROBE_KIND_NAMES.filter((probe) => probe === alert.labels['probe']);
}

async function checkPipeline(alert: IncidentAlert, options: VerifierOptions): Promise<Verdict> {
  try {
    const isStillTrue = await options.isStillTrue(alert);
    if (isStillTrue === null)
      return impossible(`Prometheus could not be asked about ${alert.name}`);
    return isStillTrue ? failed(`the expression of ${alert.name} is still true`) : PASSED;
  } catch (error) {
    return impossible(`Prometheus could not be asked about ${alert.name}: ${errorMessage(error)}`);
  }
}

async function judge(
  alert: IncidentAlert,
  target: string,
  run: ProbeRun,
  options: VerifierOptions,
): Promise<Verdict> {
  if (!run.result.ok) {
    const { reason, detail } = run.result.failure;
    return failed(`probe ${run.probe} fails: ${reason} (${detail})`);
  }
  const condition = alertDefinition(alert.name)?.condition;
  switch (condition?.kind) {
    case undefined:
    case 'probe_failed':
    case 'expression':
      return PASSED;
    case 'threshold': {
      const { metric } = condition;
      const limit = await options.thresholdFor(target, metric, alert.severity);
      const bad = MEASUREMENTS[metric].threshold?.bad ?? 'above';
      return compare(alert, metric, run.result.samples, limit, bad);
    }
    case 'state': {
      const limit = alert.severity === 'critical' ? 1 : 0;
      return compare(alert, condition.metric, run.result.samples, limit, 'above');
    }
    case 'off':
      return compare(alert, condition.metric, run.result.samples, 1, 'below');
    case 'increase':
    case 'drop': {
      const bad = condition.kind === 'increase' ? 'above' : 'below';
      const limit = await options.limitFor(alert);
      return compare(alert, condition.metric, run.result.samples, limit, bad);
    }
    default:
      return unreachable(condition);
  }
}

/** Only series with the very labels of the alert are compared: another field may be bad for its own reason. */
function compare(
  alert: IncidentAlert,
  metric: MeasurementName,
  samples: readonly Sample[],
  limit: number | null,
  bad: 'above' | 'below',
): Verdict {
  const fresh = samples.filter(
    (sample) =>
      sample.metric === metric &&
      MEASUREMENTS[metric].labels.every(
        (label) =>
          alert.labels[label] === undefined || alert.labels[label] === sample.labels[label],
      ),
  );
  if (fresh.length === 0) return impossible(`the probe measured no fresh ${metric}`);
  if (limit === null) return impossible(`it is not known which ${metric} counts as recovered`);
  const isPast = ({ value }: Sample): boolean => (bad === 'above' ? value > limit : value < limit);
  const worst = fresh.find(isPast);
  if (worst === undefined) return PASSED;
  return failed(`${metric} is ${round(worst.value)}, ${bad} ${round(limit)}`);
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
