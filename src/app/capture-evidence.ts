import type { LoadedConfig } from '../config/config.ts';
import {
  askFiringAlerts,
  countLogTemplates,
  createEvidenceSource,
} from '../responder/evidence/evidence.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { BASELINE_MS, createPrometheus, dependenciesOf } from './prometheus.ts';

export type CaptureOptions = {
  readonly target: string;
  /** Address of a Prometheus; that of the configuration unless given. */
  readonly prometheusUrl?: string;
  /** Says what depends on what, and how to ask for changes. */
  readonly loaded?: LoadedConfig;
  /** The earliest start of the alerts unless given. */
  readonly onsetAtMs?: number;
  /** As things stood at this time; now unless given. */
  readonly atMs?: number;
  /** The text of a log. */
  readonly log?: string;
};

function refuseSecrets(): never {
  throw new Error('there is no configuration that could name a secret');
}

/**
 * Gathers the evidence about one target as the responder would.
 * @throws CrmwatchError upstream_failed when Prometheus does not answer; what else could not be asked is a gap.
 */
export async function captureEvidence(options: CaptureOptions, clock: Clock): Promise<Evidence> {
  const { target, loaded, log, onsetAtMs, atMs } = options;
  const config = loaded?.config.responder;
  // The token of a configuration is for its own Prometheus alone.
  const server =
    options.prometheusUrl === undefined ? config?.prometheus : { url: options.prometheusUrl };
  if (server === undefined) {
    throw new CrmwatchError('usage', 'nothing says where Prometheus is', {
      remedy: 'give --prometheus URL, or --config FILE',
    });
  }
  const resolveSecret = loaded?.resolveSecret ?? refuseSecrets;
  const { prometheus, http } = createPrometheus(server, { resolveSecret, clock });
  try {
    const alerts = await askFiringAlerts(prometheus, target, atMs);
    if (!alerts.ok) {
      throw new CrmwatchError('upstream_failed', `${server.url}: ${alerts.failure.detail}`, {
        remedy: 'check that this is the address of a Prometheus, and that it runs',
      });
    }
    const source = createEvidenceSource({
      prometheus,
      clock,
      baselineMs: BASELINE_MS,
      ...(config === undefined
        ? {}
        : { dependencies: dependenciesOf(config), changes: config.evidence.changes }),
    });
    const evidence = await source.gather({
      target,
      alerts: alerts.value,
      ...(onsetAtMs === undefined ? {} : { onsetAtMs }),
      ...(atMs === undefined ? {} : { atMs }),
    });
    if (log === undefined) return evidence;
    const window = { onsetAtMs: evidence.onsetAtMs, untilMs: evidence.capturedAtMs };
    return { ...evidence, logs: countLogTemplates(log, window) };
  } finally {
    http.close();
  }
}
