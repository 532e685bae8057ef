import { PROBE_KINDS, PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import type { ProbeArea } from '../catalog/catalog.ts';
import type { DiscoveredGroup, DiscoveryAnswer, DiscoveryFilters } from '../web/web.ts';
import type { Target } from './targets.ts';

const AREAS: readonly ProbeArea[] = ['health', 'security', 'quality'];

/** Prometheus forgets a series 5 minutes after its last sample, so nothing is scraped less often than this. */
const LONGEST_SCRAPE_INTERVAL_MS = 120_000;

/**
 * What Prometheus is to scrape: each area of each target on its own, since their paces differ. Source of the
 * format: Prometheus, "Writing HTTP service discovery".
 */
export function discoverTargets(
  targets: readonly Target[],
  filters: DiscoveryFilters,
  address: string,
  scrapeTimeoutOffsetMs: number,
): DiscoveryAnswer {
  const known = {
    target: targets.map(({ config }) => config.name),
    platform: [...new Set(targets.map(({ connector }) => connector.platform))],
    module: PROBE_KIND_NAMES,
    area: AREAS,
  } as const;
  for (const filter of ['target', 'platform', 'module', 'area'] as const) {
    const value = filters[filter];
    if (value !== undefined && !(known[filter] as readonly string[]).includes(value)) {
      return { kind: 'unknown_value', filter, known: known[filter] };
    }
  }
  const groups = targets
    .filter(({ config }) => filters.target === undefined || config.name === filters.target)
    .filter(
      ({ connector }) => filters.platform === undefined || connector.platform === filters.platform,
    )
    .flatMap((target) =>
      AREAS.filter((area) => filters.area === undefined || area === filters.area).flatMap((area) =>
        groupOf(target, area, filters.module, address, scrapeTimeoutOffsetMs),
      ),
    );
  return { kind: 'ok', groups };
}

function groupOf(
  { config, connector, plan }: Target,
  area: ProbeArea,
  only: string | undefined,
  address: string,
  scrapeTimeoutOffsetMs: number,
): readonly DiscoveredGroup[] {
  const modules = plan.scheduled
    .map(({ probe }) => probe)
    .filter((probe) => PROBE_KINDS[probe].area === area)
    .filter((probe) => only === undefined || probe === only);
  if (modules.length === 0) return [];
  const longestTimeoutMs = Math.max(...modules.map((probe) => config.probes[probe].timeoutMs));
  const shortestMs = Math.min(...modules.map((probe) => config.probes[probe].intervalMs));
  const intervalMs = Math.min(shortestMs, LONGEST_SCRAPE_INTERVAL_MS);
  // Prometheus refuses a timeout that is longer than the interval.
  const timeoutMs = Math.min(longestTimeoutMs + scrapeTimeoutOffsetMs, intervalMs);
  return [
    {
      targets: [address],
      labels: {
        __metrics_path__: '/probe',
        __param_target: config.name,
        __param_module: modules.join(','),
        __scrape_interval__: prometheusDuration(intervalMs),
        __scrape_timeout__: prometheusDuration(timeoutMs),
        target: config.name,
        platform: connector.platform,
        area,
      },
    },
  ];
}

function prometheusDuration(durationMs: number): string {
  return durationMs % 1000 === 0 ? `${durationMs / 1000}s` : `${durationMs}ms`;
}
