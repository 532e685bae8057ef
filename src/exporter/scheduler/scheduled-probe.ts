import { PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { MeasurementName, ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock, Logger } from '../../std/std.ts';
import { PROBE_REGISTRY, runProbe } from '../probes/probes.ts';
import type { ProbeRun, ProbeTarget, TargetProbes } from '../probes/probes.ts';
import type { ApiBudget } from './budget/api-budget.ts';
import type { AttemptPolicy } from './state.ts';

/** One probe of one target with its pace; `run` ends by its own deadline and never throws. */
export type ScheduledProbe = {
  readonly target: string;
  readonly probe: ProbeKindName;
  readonly policy: AttemptPolicy;
  /** What it is made of: two with the same text do the same, so that one may stand for the other. */
  readonly fingerprint: string;
  /**
   * What it logs goes to `logger` when one is given. `shed` means that the API budget did not allow the run, or cut it
   * short: nothing is known.
   */
  run(signal: AbortSignal, logger?: Logger): Promise<ProbeRun | 'shed'>;
};

export type TargetPlan = {
  readonly scheduled: readonly ScheduledProbe[];
  /** Enabled kinds that the connector cannot do: their measurements are unknown, `not_supported`. */
  readonly unsupported: readonly ProbeKindName[];
};

export type PlanDependencies = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the connector behind the target is made of. */
  readonly fingerprint: string;
  /** The share of the platform's API quota that the target's probes may use; all of it when absent. */
  readonly budget?: ApiBudget;
};

/** Turns the probes section of a target into what the scheduler runs. */
export function planTarget(
  target: ProbeTarget,
  probes: TargetProbes,
  dependencies: PlanDependencies,
): TargetPlan {
  const { clock, logger, fingerprint, budget } = dependencies;
  const enabled = PROBE_KIND_NAMES.filter((probe) => probes[probe].enabled);
  const isSupported = (probe: ProbeKindName): boolean =>
    PROBE_REGISTRY[probe].isSupported(target.connector);
  const scheduled = enabled.filter(isSupported).map((probe): ScheduledProbe => {
    const { timeoutMs, options, ...settings } = probes[probe];
    const run = async (signal: AbortSignal, ownLogger: Logger = logger): Promise<ProbeRun> => {
      const how = { clock, logger: ownLogger, timeoutMs, options, signal };
      const ran = await runProbe(target, probe, how);
      if (probe === 'api_quota') learnDailyQuota(ran, budget);
      return ran;
    };
    return {
      target: target.name,
      probe,
      policy: settings,
      fingerprint: JSON.stringify([fingerprint, probes[probe]]),
      run: async (signal, ownLogger) =>
        budget === undefined
          ? run(signal, ownLogger)
          : budget.spend(probe, async () => run(signal, ownLogger), isQuotaFailure),
    };
  });
  return { scheduled, unsupported: enabled.filter((probe) => !isSupported(probe)) };
}

function isQuotaFailure({ result }: ProbeRun): boolean {
  return !result.ok && result.failure.reason === 'quota_exhausted';
}

/** Platforms name their limits themselves; only one that speaks of a day is the quota that a budget is a share of. */
function learnDailyQuota({ result }: ProbeRun, budget: ApiBudget | undefined): void {
  if (budget === undefined || !result.ok) return;
  const valueOf = (metric: MeasurementName): number | undefined =>
    result.samples.find(
      (sample) => sample.metric === metric && /da(y|ily)/i.test(sample.labels['limit'] ?? ''),
    )?.value;
  const limitCalls = valueOf('crm_api_quota_limit');
  const remainingCalls = valueOf('crm_api_quota_remaining');
  if (limitCalls === undefined || limitCalls < 1) return;
  budget.learn(remainingCalls === undefined ? { limitCalls } : { limitCalls, remainingCalls });
}
