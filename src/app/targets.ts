import type { ProbeKindName } from '../catalog/catalog.ts';
import type { TargetConfig } from '../config/config.ts';
import { createConnector } from '../exporter/connectors/connectors.ts';
import type { Connector } from '../exporter/connectors/connectors.ts';
import { PROBE_REGISTRY, runProbe } from '../exporter/probes/probes.ts';
import type { ProbeRun } from '../exporter/probes/probes.ts';
import { planTarget } from '../exporter/scheduler/scheduler.ts';
import type { TargetPlan } from '../exporter/scheduler/scheduler.ts';
import type { Clock, Logger, SecretResolver } from '../std/std.ts';
import { createHidingLogger } from './hiding-logger.ts';

/** A configured CRM with its live connector. */
export type Target = {
  readonly config: TargetConfig;
  readonly connector: Connector;
  readonly plan: TargetPlan;
};

export type Targets = {
  readonly all: readonly Target[];
  find(name: string): Target | undefined;
  /** Runs a probe once, outside of any schedule; undefined when the target lacks it. */
  run(
    target: string,
    probe: ProbeKindName,
    options?: {
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
      readonly logger?: Logger;
    },
  ): Promise<ProbeRun | undefined>;
  close(): Promise<void>;
};

export type TargetsOptions = {
  readonly targets: readonly TargetConfig[];
  readonly folder: string;
  readonly resolveSecret: SecretResolver;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** Makes the connectors of all targets; connects to nothing yet. */
export function createTargets(options: TargetsOptions): Targets {
  const { clock, resolveSecret, folder } = options;
  const { hide = (text: string): string => text } = resolveSecret;
  const logger = createHidingLogger(options.logger, hide);
  const all = options.targets.map((config): Target => {
    const connector = createConnector(config.connection, { clock, logger, resolveSecret, folder });
    const plan = planTarget({ name: config.name, connector }, config.probes, { clock, logger });
    return { config, connector, plan };
  });
  const byName = new Map(all.map((target) => [target.config.name, target]));
  return {
    all,
    find: (name) => byName.get(name),
    async run(name, probe, { timeoutMs, signal, logger: ownLogger } = {}) {
      const target = byName.get(name);
      if (target === undefined || !PROBE_REGISTRY[probe].isSupported(target.connector)) {
        return undefined;
      }
      const settings = target.config.probes[probe];
      return runProbe({ name, connector: target.connector }, probe, {
        clock,
        logger: ownLogger === undefined ? logger : createHidingLogger(ownLogger, hide),
        timeoutMs: Math.min(timeoutMs ?? settings.timeoutMs, settings.timeoutMs),
        options: settings.options,
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async close() {
      await Promise.allSettled(all.map(({ connector }) => connector.close()));
    },
  };
}
