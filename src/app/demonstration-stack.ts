import type { Clock } from '../std/std.ts';
import type { DemonstrationAddresses } from './demonstration-config.ts';
import { findFreePort } from './processes.ts';
import { startStack } from './stack.ts';
import type { Stack, StackIntervals } from './stack.ts';

/** Short, so that a fault is seen while one watches. */
const INTERVALS: StackIntervals = {
  scrape: '5s',
  evaluation: '5s',
  groupWait: '2s',
  groupInterval: '5s',
  watchdog: '30s',
};

export type DemonstrationStack = {
  readonly stack: Stack;
  /** Where the two halves shall listen, and where Prometheus is. */
  readonly addresses: DemonstrationAddresses;
};

/** Prometheus and Alertmanager at the pace of the demonstration, all on free ports of the loopback interface. */
export async function startDemonstrationStack(
  folder: string,
  clock: Clock,
): Promise<DemonstrationStack> {
  const [exporterPort, responderPort] = [await findFreePort(), await findFreePort()];
  const stack = await startStack({
    folder,
    exporters: [`127.0.0.1:${exporterPort}`],
    responder: `127.0.0.1:${responderPort}`,
    intervals: INTERVALS,
    prometheusPort: 0,
    alertmanagerPort: 0,
    clock,
  });
  const { prometheusUrl, alertmanagerUrl } = stack;
  return { stack, addresses: { exporterPort, responderPort, prometheusUrl, alertmanagerUrl } };
}
