import { renderEffectiveConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import type { TargetStatusView } from '../console/console.ts';
import type { Exposition } from '../exporter/exposition/exposition.ts';
import type { ProbeReport, SharedRuns } from '../exporter/scheduler/scheduler.ts';
import type { Clock } from '../std/std.ts';
import type { ExporterService, Readiness } from '../web/web.ts';
import type { Reloader } from './exporter-reload.ts';
import { answerProbe, runPage } from './on-demand.ts';
import type { ProbeHistory } from './probe-history.ts';
import { discoverTargets } from './service-discovery.ts';
import type { Target, Targets } from './targets.ts';

type Parts = {
  readonly version: string;
  readonly targets: Targets;
  readonly exposition: Exposition;
  readonly sharedRuns: SharedRuns;
  readonly history: ProbeHistory;
  readonly hide: (text: string) => string;
  readonly reloader: Reloader;
  readonly clock: Clock;
  /** Monotonic. */
  readonly startedMs: number;
  readonly enableLifecycle: boolean;
  /** The configuration in force. */
  readonly config: () => Config;
  /** The same as it was written. */
  readonly written: () => unknown;
  readonly countRefusedScrape: (path: string) => void;
};

function statusOf(target: Target, latest: readonly ProbeReport[]): TargetStatusView {
  const { name } = target.config;
  const scheduled = target.plan.scheduled.map(({ probe }) => {
    const report = latest.find(({ run }) => run.target === name && run.probe === probe);
    if (report === undefined) {
      return {
        probe,
        state: 'pending' as const,
        reason: null,
        lastRunAtMs: null,
        durationSeconds: null,
      };
    }
    const { run, state } = report;
    const failed = state.hardFailure ? ('failed_hard' as const) : ('failed_soft' as const);
    return {
      probe,
      state: run.result.ok ? ('passed' as const) : failed,
      reason: run.result.ok ? null : run.result.failure.reason,
      lastRunAtMs: run.endedAtMs,
      durationSeconds: run.durationSeconds,
    };
  });
  const unsupported = target.plan.unsupported.map((probe) => ({
    probe,
    state: 'unsupported' as const,
    reason: null,
    lastRunAtMs: null,
    durationSeconds: null,
  }));
  return {
    target: name,
    platform: target.connector.platform,
    probes: [...scheduled, ...unsupported],
  };
}

/** A target was tried when one of its probes has reported, and is given up on when the time for that is over. */
function readinessOf(parts: Parts): Readiness {
  const { targets, exposition, clock, startedMs, config } = parts;
  const { schedule, readyTimeoutMs } = config().exporter;
  if (!schedule || clock.monotonicMs() - startedMs >= readyTimeoutMs) return { ready: true };
  const tried = new Set(exposition.latest().map(({ run }) => run.target));
  const due = targets.all.filter(({ plan }) => plan.scheduled.length > 0);
  const missing = due.filter((target) => !tried.has(target.config.name));
  if (missing.length === 0) return { ready: true };
  const { length } = missing;
  const names = missing.slice(0, 5).map((target) => target.config.name);
  const others = length > names.length ? ` and ${length - names.length} more` : '';
  const verb = length === 1 ? 'has' : 'have';
  const which = `${names.join(', ')}${others}`;
  return {
    ready: false,
    why: `${length} of ${due.length} targets ${verb} not been tried yet: ${which}`,
  };
}

/** What web needs of the exporter, made of the exporter's rooms. */
export function createExporterService(parts: Parts): ExporterService {
  const { version, targets, exposition, history, reloader, config } = parts;
  return {
    version,
    settings() {
      const { scrapeTimeoutOffsetMs, limits } = config().exporter;
      const { scrapesInFlight, modulesPerProbe } = limits;
      return { scrapeTimeoutOffsetMs, scrapesInFlight, modulesPerProbe };
    },
    renderMetrics: async (request) => exposition.render(request),
    probe: async (name, modules, options) => answerProbe(parts, name, modules, options),
    targets: () => targets.all.map((target) => statusOf(target, exposition.latest())),
    isReady: () => readinessOf(parts),
    discover: (filters, address) =>
      discoverTargets(targets.all, filters, address, config().exporter.scrapeTimeoutOffsetMs),
    reload: parts.enableLifecycle ? async () => reloader.reload() : null,
    lastReload: () => reloader.last(),
    effectiveConfig: () => renderEffectiveConfig(parts.written()),
    history: () => history.list(),
    async historyEntry(id) {
      const found = history.find(id);
      return found === undefined ? null : runPage(found.run, found.log, parts.hide);
    },
    countRefusedScrape: (path) => parts.countRefusedScrape(path),
  };
}
