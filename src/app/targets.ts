import type { ProbeKindName } from '../catalog/catalog.ts';
import type { TargetConfig } from '../config/config.ts';
import { createConnector } from '../exporter/connectors/connectors.ts';
import type { Connector } from '../exporter/connectors/connectors.ts';
import { PROBE_REGISTRY, runProbe } from '../exporter/probes/probes.ts';
import type { ProbeRun } from '../exporter/probes/probes.ts';
import { createApiBudget, planTarget } from '../exporter/scheduler/scheduler.ts';
import type { ApiBudget, TargetPlan } from '../exporter/scheduler/scheduler.ts';
import type { Clock, Logger, SecretResolver } from '../std/std.ts';
import { createHidingLogger } from './hiding-logger.ts';

/** A configured CRM with its live connector. */
export type Target = {
  readonly config: TargetConfig;
  readonly connector: Connector;
  readonly plan: TargetPlan;
  readonly budget?: ApiBudget;
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
    const { name, connection, probes, apiBudget } = config;
    const budget = apiBudget === undefined ? undefined : createApiBudget(apiBudget, clock);
    const shared = { clock, logger, resolveSecret, folder };
    const connector = createConnector(
      connection,
      budget === undefined ? shared : { ...shared, observer: budget.observer },
    );
    const fingerprint = JSON.stringify([connection, apiBudget]);
    const plan = planTarget({ name, connector }, probes, {
      clock,
      logger,
      fingerprint,
      ...(budget === undefined ? {} : { budget }),
    });
    return { config, connector, plan, ...(budget === undefined ? {} : { budget }) };
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
