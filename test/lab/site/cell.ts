import { loadConfig } from '../../../src/config/config.ts';
import { startExporter } from '../../../src/app/app.ts';
import { createFaultProxy } from '../../../src/sandbox/sandbox.ts';
import { createSeededRandom } from '../../../src/std/std.ts';
import type { Clock, Logger } from '../../../src/std/std.ts';
import { monitoringFaults, nameFaults } from '../faults/monitoring-faults.ts';
import type { LabCrm, LabFault } from './crm.ts';
import { createFaultResolver } from './resolver.ts';
import { createStallingClock } from './stalling-clock.ts';

/** A CRM with an exporter of its own, so that also its watching can be broken alone. */
export type Cell = {
  readonly name: string;
  readonly faults: readonly LabFault[];
  /** host:port at which Prometheus scrapes the exporter. */
  readonly exporter: string;
  call(): Promise<void>;
  stop(): Promise<void>;
};

export async function startCell(
  crm: LabCrm,
  options: { readonly clock: Clock; readonly logger: Logger; readonly seed: number },
): Promise<Cell> {
  const { logger, seed } = options;
  const random = createSeededRandom(seed);
  const clock = createStallingClock(options.clock);
  const resolver = createFaultResolver(options.clock, random);
  const exporter = await startExporter(loadConfig(crm.configFile, {}), {
    clock,
    random,
    logger,
    resolve: resolver.resolve,
  });
  const exporterPort = Number(new URL(exporter.url).port);
  const scrapes = createFaultProxy({
    host: '127.0.0.1',
    port: 0,
    upstreamPort: () => exporterPort,
    clock: options.clock,
    random,
  });
  const port = await scrapes.open();
  const monitoring = {
    resolver,
    clock,
    scrapes,
    dropConnections: () => crm.dropConnections(),
  };
  return {
    name: crm.name,
    faults: [...crm.faults, ...nameFaults(monitoring), ...monitoringFaults(monitoring)],
    exporter: `127.0.0.1:${port}`,
    call: () => crm.call(),
    async stop() {
      clock.goOn();
      await scrapes.close();
      await exporter.stop();
      await crm.stop();
    },
  };
}
