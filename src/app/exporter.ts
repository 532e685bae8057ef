import type { Config } from '../config/config.ts';
import { createExposition, createSelfMetrics } from '../exporter/exposition/exposition.ts';
import { createScheduler } from '../exporter/scheduler/scheduler.ts';
import type { ProbeSubscriber } from '../exporter/scheduler/scheduler.ts';
import type { Clock, Logger, Random } from '../std/std.ts';
import { createExporterApp, createWebServer } from '../web/web.ts';
import { readAssets } from './assets.ts';
import { createExporterService } from './exporter-service.ts';
import { readVersion } from './repository.ts';
import type { Targets } from './targets.ts';

export type Dependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

export type Service = AsyncDisposable & {
  /** Listens; returns the address. Throws address_in_use or listen_refused. */
  start(): Promise<{ readonly url: string }>;
  /** Idempotent and bounded. */
  stop(): Promise<void>;
};

export type Exporter = Service & {
  subscribe(subscriber: ProbeSubscriber): () => void;
};

/** The monitoring half: probes at its own pace and serves the results. */
export function createExporter(
  config: Config,
  targets: Targets,
  { clock, random, logger }: Dependencies,
): Exporter {
  const version = readVersion();
  const selfMetrics = createSelfMetrics({
    logger,
    declared: ['crmwatch_probe_start_delay_seconds'],
  });
  const exposition = createExposition({ clock, selfMetrics });
  selfMetrics.set('crmwatch_build_info', 1, { version, node_version: process.version });
  for (const { config: target, connector, plan } of targets.all) {
    exposition.setTarget({
      name: target.name,
      platform: connector.platform,
      thresholds: target.thresholds,
      unsupported: plan.unsupported,
    });
  }
  const scheduler = createScheduler(
    targets.all.flatMap(({ plan }) => plan.scheduled),
    {
      clock,
      random,
      logger,
      observer: {
        startDelay: (seconds) => selfMetrics.observe('crmwatch_probe_start_delay_seconds', seconds),
        inFlight: (count) => selfMetrics.set('crmwatch_probes_in_flight', count),
      },
    },
    { maximumConcurrent: config.exporter.maximumConcurrentProbes },
  );
  scheduler.subscribe((report) => exposition.record(report));
  const service = createExporterService({ version, targets, exposition, logger });
  const { host, port } = config.exporter.listen;
  const app = createExporterApp({ service, assets: readAssets(), clock, logger, listenHost: host });
  const server = createWebServer(app, { host, port, clock });
  async function stop(): Promise<void> {
    await Promise.all([server.stop(), scheduler.stop()]);
  }
  return {
    async start() {
      const address = await server.start();
      scheduler.start();
      return address;
    },
    stop,
    subscribe: (subscriber) => scheduler.subscribe(subscriber),
    [Symbol.asyncDispose]: stop,
  };
}
