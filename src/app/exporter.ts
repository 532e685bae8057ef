import type { LoadedConfig } from '../config/config.ts';
import { createExposition, createSelfMetrics } from '../exporter/exposition/exposition.ts';
import type { SelfMetrics } from '../exporter/exposition/exposition.ts';
import { createScheduler, createSharedRuns } from '../exporter/scheduler/scheduler.ts';
import type { ProbeSubscriber } from '../exporter/scheduler/scheduler.ts';
import type { Resolve } from '../http/http.ts';
import type { Clock, Logger, Random } from '../std/std.ts';
import { createExporterApp, createWebServer } from '../web/web.ts';
import type { ReloadAnswer } from '../web/web.ts';
import { readAssets } from './assets.ts';
import { createReloader } from './exporter-reload.ts';
import { DEFAULT_RUN_OPTIONS } from './exporter-run-options.ts';
import type { ExporterRunOptions } from './exporter-run-options.ts';
import { createExporterService } from './exporter-service.ts';
import { chooseListening } from './exporter-listening.ts';
import { applyTargets, exposeBudget, exposeTarget } from './exporter-targets.ts';
import type { ExporterRooms } from './exporter-targets.ts';
import { createHidingLogger } from './hiding-logger.ts';
import { createProbeHistory } from './probe-history.ts';
import type { ProbeHistory } from './probe-history.ts';
import { createProbeLog } from './probe-log.ts';
import { readVersion } from './repository.ts';
import type { Targets } from './targets.ts';

export type Dependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How host names of targets become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
};

export type Service = AsyncDisposable & {
  /** Listens; returns the address. Throws address_in_use or listen_refused. */
  start(): Promise<{ readonly url: string; readonly urls: readonly string[] }>;
  /** Idempotent and bounded. */
  stop(): Promise<void>;
};

export type Exporter = Service & {
  subscribe(subscriber: ProbeSubscriber): () => void;
  /** Reads the configuration again; never rejects. */
  reload(): Promise<ReloadAnswer>;
};

function startSelfMetrics(version: string, { clock, logger }: Dependencies): SelfMetrics {
  const selfMetrics = createSelfMetrics({
    logger,
    clock,
    declared: [
      'crmwatch_probe_start_delay_seconds',
      'crmwatch_config_reloads_total',
      'crmwatch_config_reload_failures_total',
    ],
  });
  selfMetrics.set('crmwatch_build_info', 1, { version, node_version: process.version });
  noteReload(selfMetrics, true, clock);
  return selfMetrics;
}

function noteReload(selfMetrics: SelfMetrics, succeeded: boolean, clock: Clock): void {
  selfMetrics.set('crmwatch_config_last_reload_successful', succeeded ? 1 : 0);
  if (!succeeded) return;
  const nowSeconds = clock.now() / 1000;
  selfMetrics.set('crmwatch_config_last_reload_success_timestamp_seconds', nowSeconds);
}

type Core = ExporterRooms & {
  readonly selfMetrics: SelfMetrics;
  readonly history: ProbeHistory;
  /** Takes every secret that is known out of a text. */
  readonly hide: (text: string) => string;
};

/** Everything behind the pages. */
function createCore(
  { config, resolveSecret }: LoadedConfig,
  targets: Targets,
  version: string,
  dependencies: Dependencies,
): Core {
  const { clock, random, logger } = dependencies;
  const { limits, schedule, maximumConcurrentProbes, hardWhileUnreachable } = config.exporter;
  const { hide = (text: string): string => text } = resolveSecret;
  const selfMetrics = startSelfMetrics(version, dependencies);
  const { seriesPerProbe, labelValueLength } = limits;
  const exposition = createExposition({
    clock,
    selfMetrics,
    limits: { seriesPerProbe, labelValueLength },
  });
  for (const target of targets.all) exposeTarget(exposition, target);
  const history = createProbeHistory(limits);
  const sharedRuns = createSharedRuns({
    clock,
    maximumResults: limits.cachedResults,
    createLog: () => createProbeLog(createHidingLogger(logger, hide), limits, hide),
    onFinished(finished) {
      history.add(finished);
      exposeBudget(exposition, targets.find(finished.run.target));
    },
    onShed: ({ target }) => exposeBudget(exposition, targets.find(target)),
  });
  const scheduled = schedule ? targets.all.flatMap(({ plan }) => plan.scheduled) : [];
  const scheduler = createScheduler(
    scheduled.map((one) => sharedRuns.share(one)),
    {
      clock,
      random,
      logger,
      observer: {
        startDelay: (seconds) => selfMetrics.observe('crmwatch_probe_start_delay_seconds', seconds),
        inFlight: (count) => selfMetrics.set('crmwatch_probes_in_flight', count),
      },
    },
    {
      maximumConcurrent: maximumConcurrentProbes,
      forceHardWhileUnreachable: hardWhileUnreachable,
    },
  );
  scheduler.subscribe((report) => exposition.record(report));
  return { targets, exposition, scheduler, sharedRuns, selfMetrics, history, hide };
}

/** The monitoring half: probes at its own pace and serves the results. */
export function createExporter(
  loaded: LoadedConfig,
  targets: Targets,
  dependencies: Dependencies,
  runOptions: ExporterRunOptions = DEFAULT_RUN_OPTIONS,
): Exporter {
  const { clock, logger } = dependencies;
  const version = readVersion();
  const core = createCore(loaded, targets, version, dependencies);
  const { scheduler, selfMetrics } = core;
  let inForce = loaded;
  const reloader = createReloader({
    loaded,
    clock,
    logger,
    async apply(next) {
      // Whether there is a schedule at all is decided at the start.
      const { schedule } = loaded.config.exporter;
      const summary = await applyTargets(core, next.config.targets, schedule);
      inForce = next;
      return summary;
    },
    onReload(succeeded) {
      selfMetrics.increment('crmwatch_config_reloads_total');
      if (!succeeded) selfMetrics.increment('crmwatch_config_reload_failures_total');
      noteReload(selfMetrics, succeeded, clock);
    },
  });
  const service = createExporterService({
    ...core,
    version,
    reloader,
    clock,
    startedMs: clock.monotonicMs(),
    enableLifecycle: runOptions.enableLifecycle,
    config: () => inForce.config,
    written: () => inForce.source.written,
    countRefusedScrape: (path) => selfMetrics.increment('crmwatch_scrapes_refused_total', { path }),
  });
  const listening = chooseListening(loaded.config.exporter.listen, runOptions, logger);
  const { telemetryPath } = runOptions;
  const { server: serverOptions, ...place } = listening;
  const assets = readAssets();
  const app = createExporterApp({ service, assets, clock, logger, ...place, telemetryPath });
  const server = createWebServer(app, { ...serverOptions, clock });
  async function stop(): Promise<void> {
    reloader.stop();
    core.sharedRuns.stop();
    await Promise.all([server.stop(), scheduler.stop()]);
  }
  return {
    async start() {
      const address = await server.start();
      scheduler.start();
      const { autoReloadIntervalMs } = runOptions;
      if (autoReloadIntervalMs !== undefined) reloader.watch(autoReloadIntervalMs);
      return address;
    },
    stop,
    subscribe: (subscriber) => scheduler.subscribe(subscriber),
    reload: async () => reloader.reload(),
    [Symbol.asyncDispose]: stop,
  };
}
