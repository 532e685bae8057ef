import { LOG_LEVELS, decode } from '../std/std.ts';
import type { Decoder, LogLevel, Shape } from '../std/std.ts';
import { listenAddress, uniquelyNamed } from './common.ts';
import type { ListenAddress } from './common.ts';
import { findUnknownDependency } from './correlation.ts';
import { exporterLimits } from './limits.ts';
import type { ExporterLimits } from './limits.ts';
import { findUnknownMaintained } from './maintenance.ts';
import { responderDecoder } from './responder.ts';
import type { ResponderConfig } from './responder.ts';
import { targetDecoder } from './target.ts';
import type { TargetConfig } from './target.ts';

export type ExporterConfig = {
  readonly listen: ListenAddress;
  readonly maximumConcurrentProbes: number;
  /** Failures of a target that cannot be reached at all are hard at once, and untold, as Nagios has it. */
  readonly hardWhileUnreachable: boolean;
  /** False: probes run only when /probe asks for them. */
  readonly schedule: boolean;
  /** What is kept back of the deadline of a scrape to answer in. */
  readonly scrapeTimeoutOffsetMs: number;
  /** A target that has not reported for so long no longer keeps the exporter from being ready. */
  readonly readyTimeoutMs: number;
  readonly limits: ExporterLimits;
};

const exporter: Decoder<ExporterConfig> = decode.transform(
  decode.object({
    listen: decode.withDefault(
      listenAddress(),
      { host: '127.0.0.1', port: 9968 },
      'where /metrics and /probe are served',
      '127.0.0.1:9968',
    ),
    maximum_concurrent_probes: decode.withDefault(
      decode.integer({ minimum: 1, maximum: 1000 }),
      20,
      'probes that run at the same time over all targets',
      '20',
    ),
    hard_while_unreachable: decode.withDefault(
      decode.boolean(),
      false,
      'true: while the reachability probe of a target fails, failures of its other probes are hard at once and raise no ' +
        'alert of their own, as Nagios does for services of a host that is down',
      'false',
    ),
    schedule: decode.withDefault(
      decode.boolean(),
      true,
      'false: probes run only when /probe asks for them',
      'true',
    ),
    scrape_timeout_offset: decode.withDefault(
      decode.duration({ minimumMs: 0, maximumMs: 60_000 }),
      500,
      "what is kept back of Prometheus' scrape timeout, so that the answer still arrives",
      '500ms',
    ),
    ready_timeout: decode.withDefault(
      decode.duration({ minimumMs: 0, maximumMs: 3_600_000 }),
      60_000,
      'longest time that /-/ready waits for a first result of each target',
      '60s',
    ),
    limits: decode.withDefault(
      exporterLimits,
      defaultsOf(exporterLimits),
      'what one scrape, one probe and the memory of the exporter are bounded by',
      'each of its own',
    ),
  }),
  (decoded) => ({
    listen: decoded.listen,
    maximumConcurrentProbes: decoded.maximum_concurrent_probes,
    hardWhileUnreachable: decoded.hard_while_unreachable,
    schedule: decoded.schedule,
    scrapeTimeoutOffsetMs: decoded.scrape_timeout_offset,
    readyTimeoutMs: decoded.ready_timeout,
    limits: decoded.limits,
  }),
);

const root = decode.object({
  log_level: decode.withDefault(
    decode.choice(LOG_LEVELS),
    'info',
    'least severe lines that are logged',
    'info',
  ),
  targets: decode.required(
    uniquelyNamed(decode.list(targetDecoder, { minimumLength: 1, maximumLength: 5000 }), 'target'),
    'the CRMs to watch',
  ),
  exporter: decode.optional(exporter, 'the monitoring half'),
  responder: decode.optional(responderDecoder, 'the fault-handling half'),
});

export type Config = {
  readonly logLevel: LogLevel;
  readonly targets: readonly TargetConfig[];
  readonly exporter: ExporterConfig;
  readonly responder: ResponderConfig;
};

/** A section that is left out has the defaults of each of its keys. */
function defaultsOf<T>(decoder: Decoder<T>): T {
  const decoded = decode.run(decoder, {});
  if (!decoded.ok) throw new Error('the defaults of the configuration do not decode');
  return decoded.value;
}

export const CONFIG_SHAPE: Shape = root.shape;

const checked = decode.refine(root, ({ targets, responder }) => {
  const names = targets.map(({ name }) => name);
  const dependencies = responder?.dependencies ?? [];
  const known = new Set([...names, ...dependencies.map(({ name }) => name)]);
  return (
    findUnknownDependency(dependencies, names) ??
    findUnknownMaintained(responder?.maintenance ?? [], known)
  );
});

export const configDecoder: Decoder<Config> = decode.transform(checked, (decoded) => ({
  logLevel: decoded.log_level,
  targets: decoded.targets,
  exporter: decoded.exporter ?? defaultsOf(exporter),
  responder: decoded.responder ?? defaultsOf(responderDecoder),
}));
