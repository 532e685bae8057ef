import type { ProbeKindName } from '../catalog/catalog.ts';
import type { TargetConfig } from '../config/config.ts';
import { createConnector } from '../exporter/connectors/connectors.ts';
import type { Connector } from '../exporter/connectors/connectors.ts';
import { PROBE_REGISTRY, runProbe } from '../exporter/probes/probes.ts';
import type { ProbeRun } from '../exporter/probes/probes.ts';
import { createApiBudget, planTarget } from '../exporter/scheduler/scheduler.ts';
import type { ApiBudget, TargetPlan } from '../exporter/scheduler/scheduler.ts';
import type { Resolve } from '../http/http.ts';
import type { Clock, Logger, Random, SecretResolver } from '../std/std.ts';
import { createHidingLogger } from './hiding-logger.ts';
import { createKeptTexts } from './kept-texts.ts';
import { createProgramRunner } from './run-program.ts';

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
  /**
   * Makes the targets of another configuration, in which a connection that did not change keeps its connector.
   * Nothing is different before `commit`; throws what a connector refuses, and nothing is left then.
   */
  prepare(next: readonly TargetConfig[]): PreparedTargets;
  close(): Promise<void>;
};

export type PreparedTargets = {
  /** Goes over to them; returns what closes the connectors that are no longer used. */
  commit(): () => Promise<void>;
};

export type TargetsOptions = {
  readonly targets: readonly TargetConfig[];
  readonly folder: string;
  readonly resolveSecret: SecretResolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly resolve?: Resolve;
};

type Connected = Pick<Target, 'connector' | 'budget'>;

/** What the connector of a target is made of; with the same text the old one can go on. */
function connectionFingerprint({ connection, apiBudget }: TargetConfig): string {
  return JSON.stringify([connection, apiBudget]);
}

/** Whether two connections lead to the same CRM, whatever else is different between them, so to the same quota. */
function leadToSameCrm(before: TargetConfig, after: TargetConfig): boolean {
  const placeOf = ({ connection }: TargetConfig): unknown[] => [
    connection.platform,
    'url' in connection ? connection.url : null,
  ];
  return JSON.stringify(placeOf(before)) === JSON.stringify(placeOf(after));
}

/** `old` is the target of this name until now: what it spent of its CRM's quota stays spent. */
function connect(config: TargetConfig, options: TargetsOptions, old?: Target): Connected {
  const { clock, logger, random, resolveSecret, folder, resolve } = options;
  const { connection, apiBudget } = config;
  const shared = {
    clock,
    logger,
    random,
    resolveSecret,
    folder,
    kept: createKeptTexts(folder),
    runProgram: createProgramRunner(clock),
    ...(resolve === undefined ? {} : { resolve }),
  };
  if (apiBudget === undefined) return { connector: createConnector(connection, shared) };
  const former = old !== undefined && leadToSameCrm(old.config, config) ? old.budget : undefined;
  const budget = former?.withPolicy(apiBudget) ?? createApiBudget(apiBudget, clock);
  return {
    connector: createConnector(connection, { ...shared, observer: budget.observer }),
    budget,
  };
}

function describeTarget(
  config: TargetConfig,
  connected: Connected,
  { clock, logger }: TargetsOptions,
): Target {
  const { connector, budget } = connected;
  const plan = planTarget({ name: config.name, connector }, config.probes, {
    clock,
    logger,
    fingerprint: connectionFingerprint(config),
    ...(budget === undefined ? {} : { budget }),
  });
  return { config, ...connected, plan };
}

async function closeAll(targets: readonly Connected[]): Promise<void> {
  await Promise.allSettled(targets.map(async ({ connector }) => connector.close()));
}

/** Makes the connectors of all targets; connects to nothing yet. */
export function createTargets(given: TargetsOptions): Targets {
  const { hide = (text: string): string => text } = given.resolveSecret;
  const options = { ...given, logger: createHidingLogger(given.logger, hide) };
  const { clock, logger } = options;
  let all: readonly Target[] = options.targets.map((config) =>
    describeTarget(config, connect(config, options), options),
  );
  let byName = new Map(all.map((target) => [target.config.name, target]));

  function prepare(next: readonly TargetConfig[]): PreparedTargets {
    const fresh: Connected[] = [];
    try {
      const prepared = next.map((config): Target => {
        const old = byName.get(config.name);
        if (old !== undefined && JSON.stringify(old.config) === JSON.stringify(config)) return old;
        const isSame =
          old !== undefined && connectionFingerprint(old.config) === connectionFingerprint(config);
        const connected = isSame ? connectedOf(old) : connect(config, options, old);
        if (!isSame) fresh.push(connected);
        return describeTarget(config, connected, options);
      });
      return {
        commit() {
          const used = new Set(prepared.map(({ connector }) => connector));
          const unused = all.filter(({ connector }) => !used.has(connector));
          all = prepared;
          byName = new Map(all.map((target) => [target.config.name, target]));
          return async () => closeAll(unused);
        },
      };
    } catch (error) {
      void closeAll(fresh);
      throw error;
    }
  }

  return {
    get all() {
      return all;
    },
    find: (name) => byName.get(name),
    prepare,
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
      await closeAll(all);
    },
  };
}

function connectedOf({ connector, budget }: Target): Connected {
  return budget === undefined ? { connector } : { connector, budget };
}
