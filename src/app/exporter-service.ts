import { PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import type { ProbeKindName } from '../catalog/catalog.ts';
import type { TargetStatusView } from '../console/console.ts';
import { renderProbe } from '../exporter/exposition/exposition.ts';
import type { Exposition, RenderedPage } from '../exporter/exposition/exposition.ts';
import type { ProbeReport } from '../exporter/scheduler/scheduler.ts';
import type { LogFields, Logger } from '../std/std.ts';
import type { ExporterService, ProbeAnswer, ProbeRequestOptions } from '../web/web.ts';
import type { Target, Targets } from './targets.ts';

type Parts = {
  readonly version: string;
  readonly targets: Targets;
  readonly exposition: Exposition;
  readonly logger: Logger;
};

/** A logger that also keeps its lines, for the page of `?debug=true`. */
function createRecordingLogger(logger: Logger, lines: string[]): Logger {
  const record = (level: string, message: string, fields: LogFields | undefined): void => {
    lines.push(`${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`);
  };
  return {
    debug: (message, fields) => record('debug', message, fields),
    info: (message, fields) => record('info', message, fields),
    warn: (message, fields) => record('warn', message, fields),
    error(message, fields) {
      record('error', message, fields);
      logger.error(message, fields);
    },
    child: () => createRecordingLogger(logger, lines),
  };
}

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

function isProbeKind(name: string): name is ProbeKindName {
  return (PROBE_KIND_NAMES as readonly string[]).includes(name);
}

/** Comment lines before the metrics: what the probe logged and the settings it ran with. */
function debugComments(target: Target, kind: ProbeKindName, lines: readonly string[]): string {
  const { intervalMs, retryIntervalMs, maxAttempts, timeoutMs, options } =
    target.config.probes[kind];
  const settings = { intervalMs, retryIntervalMs, maxAttempts, timeoutMs, options };
  const comments = [
    `settings ${JSON.stringify(settings)}`,
    ...(lines.length === 0 ? ['the probe logged nothing'] : lines),
  ];
  return comments.map((comment) => `# ${comment.replaceAll('\n', ' ')}\n`).join('');
}

function withComments(
  page: RenderedPage,
  target: Target,
  kind: ProbeKindName,
  lines: readonly string[],
): RenderedPage {
  return { ...page, body: [Buffer.from(debugComments(target, kind, lines)), ...page.body] };
}

async function answerProbe(
  { targets, logger }: Parts,
  name: string,
  kind: string,
  options: ProbeRequestOptions,
): Promise<ProbeAnswer> {
  const target = targets.find(name);
  if (target === undefined) {
    return { kind: 'unknown_target', known: targets.all.map(({ config }) => config.name) };
  }
  const known = target.plan.scheduled.map((scheduled) => scheduled.probe);
  if (!isProbeKind(kind) || !known.includes(kind)) return { kind: 'unknown_kind', known };
  const lines: string[] = [];
  const run = await targets.run(name, kind, {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    logger: createRecordingLogger(logger, lines),
  });
  if (run === undefined) return { kind: 'unknown_kind', known };
  if (!run.result.ok) {
    const { reason, detail } = run.result.failure;
    lines.push(`failed: ${reason}: ${detail}`);
  }
  const page = await renderProbe([{ run, ageSeconds: 0 }], options.scrape);
  return { kind: 'ok', ...(options.debug ? withComments(page, target, kind, lines) : page) };
}

/** What web needs of the exporter, made of the exporter's rooms. */
export function createExporterService(parts: Parts): ExporterService {
  const { version, targets, exposition } = parts;
  const planned = targets.all.flatMap(({ plan }) => plan.scheduled);
  return {
    version,
    renderMetrics: async (request) => exposition.render(request),
    probe: async (name, kind, options) => answerProbe(parts, name, kind, options),
    targets: () => targets.all.map((target) => statusOf(target, exposition.latest())),
    isReady() {
      const missing = planned.length - exposition.latest().length;
      if (missing <= 0) return { ready: true };
      return { ready: false, why: `${missing} of ${planned.length} probes have not run yet` };
    },
  };
}
