import type { FaultProxy } from '../../../src/sandbox/sandbox.ts';
import type { LabFault } from '../site/crm.ts';
import type { FaultResolver, NameTrouble } from '../site/resolver.ts';
import type { StallingClock } from '../site/stalling-clock.ts';

export type Monitoring = {
  /** The names that the exporter looks up. */
  readonly resolver: FaultResolver;
  /** The clock of the exporter. */
  readonly clock: StallingClock;
  /** Between Prometheus and the exporter. */
  readonly scrapes: FaultProxy;
  dropConnections(): void;
};

/** From here on what was connected before is cut as well, as after a failover. */
const CONNECTIONS_END_FROM = 0.5;
/** Of nobody: RFC 5737. */
const WRONG_ADDRESS = '192.0.2.77';

function nameFault(
  { resolver, dropConnections }: Monitoring,
  id: string,
  troubleAt: (strength: number) => NameTrouble,
): LabFault {
  return {
    id,
    faultClass: 'dns',
    break(strength) {
      resolver.trouble = troubleAt(strength);
      if (strength >= CONNECTIONS_END_FROM) dropConnections();
      return Promise.resolve(() => {
        resolver.trouble = {};
        return Promise.resolve();
      });
    },
  };
}

/** Names that cannot be resolved, for any target. */
export function nameFaults(monitoring: Monitoring): readonly LabFault[] {
  return [
    nameFault(monitoring, 'name_unknown', () => ({ code: 'ENOTFOUND' })),
    nameFault(monitoring, 'resolver_failing', (strength) => ({
      code: 'EAI_AGAIN',
      ratio: 0.6 + 0.4 * strength,
      delayMs: 1500,
    })),
    nameFault(monitoring, 'resolver_slow', (strength) => ({ delayMs: 5000 + 15_000 * strength })),
  ];
}

/** What can be wrong with the watching itself, for any target. */
export function monitoringFaults(monitoring: Monitoring): readonly LabFault[] {
  const { resolver, clock, scrapes } = monitoring;
  const faultClass = 'monitoring_pipeline';
  return [
    {
      id: 'probes_stalled',
      faultClass,
      break() {
        clock.stall();
        return Promise.resolve(() => Promise.resolve(clock.goOn()));
      },
    },
    {
      id: 'scrapes_refused',
      faultClass,
      async break() {
        await scrapes.close();
        return async () => void (await scrapes.open());
      },
    },
    {
      id: 'scrapes_silent',
      faultClass,
      break() {
        scrapes.line.isSilent = true;
        return Promise.resolve(() => {
          scrapes.line.isSilent = false;
          return Promise.resolve();
        });
      },
    },
    {
      id: 'target_refused',
      faultClass,
      break() {
        // The name leads to an address that the configuration does not allow: crmwatch refuses to connect.
        resolver.trouble = { address: WRONG_ADDRESS };
        monitoring.dropConnections();
        return Promise.resolve(() => {
          resolver.trouble = {};
          return Promise.resolve();
        });
      },
    },
  ];
}
