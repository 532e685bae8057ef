import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock, Logger } from '../../std/std.ts';
import { errorMessage } from '../../std/std.ts';
import type { Connector } from '../connectors/connectors.ts';
import type { ProbeResult, ProbeRun } from './probe.ts';
import { PROBE_REGISTRY } from './registry.ts';

export type ProbeTarget = { readonly name: string; readonly connector: Connector };

export type RunProbeOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly options: unknown;
  /** Aborts the run before its deadline, as when the exporter stops. */
  readonly signal?: AbortSignal;
};

/**
 * After the deadline the probe has this long to hand over what it measured until then; one that does not
 * listen to its signal is left behind, so a run never lasts longer than timeoutMs + GRACE_MS.
 */
export const GRACE_MS = 500;

/**
 * Runs one probe once. Never throws and always ends: what lasts longer than `timeoutMs` is `timeout`, an
 * exception of a connector or a probe is `internal` and logged.
 */
export async function runProbe(
  target: ProbeTarget,
  probe: ProbeKindName,
  options: RunProbeOptions,
): Promise<ProbeRun> {
  const { clock } = options;
  const startedAtMs = clock.now();
  const startMs = clock.monotonicMs();
  const result = await runUntilDeadline(target, probe, options);
  const durationSeconds = (clock.monotonicMs() - startMs) / 1000;
  return {
    target: target.name,
    platform: target.connector.platform,
    probe,
    result,
    startedAtMs,
    endedAtMs: clock.now(),
    durationSeconds,
  };
}

async function runUntilDeadline(
  target: ProbeTarget,
  probe: ProbeKindName,
  options: RunProbeOptions,
): Promise<ProbeResult> {
  const { clock, timeoutMs } = options;
  const abort = new AbortController();
  const late = Promise.withResolvers<ProbeResult>();
  let why: string | undefined;
  let grace = clock.after(timeoutMs, () => end(`no answer within ${timeoutMs} ms`));
  function end(detail: string): void {
    if (why !== undefined) return;
    why = detail;
    grace.cancel();
    grace = clock.after(GRACE_MS, () => late.resolve(timedOut(detail)));
    abort.abort();
  }
  const stop = (): void => end('the run was stopped');
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted === true) stop();
  try {
    const result = await Promise.race([
      execute(target, probe, options, abort.signal),
      late.promise,
    ]);
    // Once the time is over, every failure is a consequence of that.
    if (why === undefined || result.ok) return result;
    return { ...timedOut(why), samples: result.samples };
  } finally {
    grace.cancel();
    options.signal?.removeEventListener('abort', stop);
  }
}

function timedOut(detail: string): Extract<ProbeResult, { ok: false }> {
  return { ok: false, failure: { reason: 'timeout', detail }, samples: [] };
}

async function execute(
  target: ProbeTarget,
  probe: ProbeKindName,
  options: RunProbeOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { clock, logger, timeoutMs } = options;
  const { connector } = target;
  try {
    const context = { connector, clock, logger, timeoutMs, signal };
    return await PROBE_REGISTRY[probe].run(context, options.options);
  } catch (error) {
    if (!signal.aborted) {
      const fields = { target: target.name, probe, error: errorMessage(error) };
      logger.error('a probe threw an exception; please report it', fields);
    }
    // The message of an unforeseen exception may hold anything, so it stays in the log.
    const detail = 'the probe threw an exception; see the log';
    return { ok: false, failure: { reason: 'internal', detail }, samples: [] };
  }
}
