import { PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock, Logger } from '../../std/std.ts';
import { PROBE_REGISTRY, runProbe } from '../probes/probes.ts';
import type { ProbeRun, ProbeTarget, TargetProbes } from '../probes/probes.ts';
import type { AttemptPolicy } from './state.ts';

/** One probe of one target with its pace; `run` ends by its own deadline and never throws. */
export type ScheduledProbe = {
  readonly target: string;
  readonly probe: ProbeKindName;
  readonly policy: AttemptPolicy;
  run(signal: AbortSignal): Promise<ProbeRun>;
};

export type TargetPlan = {
  readonly scheduled: readonly ScheduledProbe[];
  /** Enabled kinds that the connector cannot do: their measurements are unknown, `not_supported`. */
  readonly unsupported: readonly ProbeKindName[];
};

/** Turns the probes section of a target into what the scheduler runs. */
export function planTarget(
  target: ProbeTarget,
  probes: TargetProbes,
  dependencies: { readonly clock: Clock; readonly logger: Logger },
): TargetPlan {
  const enabled = PROBE_KIND_NAMES.filter((probe) => probes[probe].enabled);
  const isSupported = (probe: ProbeKindName): boolean =>
    PROBE_REGISTRY[probe].isSupported(target.connector);
  const scheduled = enabled.filter(isSupported).map((probe): ScheduledProbe => {
    const { timeoutMs, options, ...settings } = probes[probe];
    return {
      target: target.name,
      probe,
      policy: settings,
      run: async (signal) =>
        runProbe(target, probe, { ...dependencies, timeoutMs, options, signal }),
    };
  });
  return { scheduled, unsupported: enabled.filter((probe) => !isSupported(probe)) };
}
