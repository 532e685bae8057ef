import { PROBE_KINDS, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { ProbeArea, ProbeKindName } from '../../catalog/catalog.ts';
import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { ProbeKind } from './probe.ts';
import { PROBE_REGISTRY } from './registry.ts';
import { windowMsOf } from './window-option.ts';

/** How one probe kind runs on one target. */
export type ProbeSettings = {
  readonly enabled: boolean;
  readonly intervalMs: number;
  /** The pace while a failure is still soft. */
  readonly retryIntervalMs: number;
  /** Failures in a row that make a failure hard. */
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  /** Who asks for a result that is younger than this gets it as it is. */
  readonly minimumIntervalMs: number;
  /** What the kind's own decoder returned. */
  readonly options: unknown;
};

export type TargetProbes = Readonly<Record<ProbeKindName, ProbeSettings>>;

type Defaults = {
  readonly interval: string;
  readonly retryInterval: string;
  readonly maxAttempts: number;
  readonly timeout: string;
  readonly minimumInterval: string;
};

const DEFAULTS: Readonly<Record<ProbeArea, Defaults>> = {
  health: {
    interval: '30s',
    retryInterval: '10s',
    maxAttempts: 3,
    timeout: '10s',
    minimumInterval: '1s',
  },
  security: {
    interval: '60s',
    retryInterval: '20s',
    maxAttempts: 3,
    timeout: '15s',
    minimumInterval: '30s',
  },
  quality: {
    interval: '5m',
    retryInterval: '60s',
    maxAttempts: 2,
    timeout: '2m',
    minimumInterval: '60s',
  },
};

/** What changes seldom, or costs the CRM much to tell, is asked less often than its area. */
const OWN_DEFAULTS: Readonly<Partial<Record<ProbeKindName, Partial<Defaults>>>> = {
  integrations: { interval: '5m', retryInterval: '60s', timeout: '30s', minimumInterval: '30s' },
  vendor_status: { interval: '5m', retryInterval: '60s', minimumInterval: '60s' },
  api_lifecycle: { interval: '1h', retryInterval: '10m', minimumInterval: '60s' },
  audit_trail: { interval: '5m', retryInterval: '60s', timeout: '30s' },
  api_tokens: { interval: '1h', retryInterval: '10m', timeout: '30s', minimumInterval: '60s' },
};

const HOUR_MS = 3_600_000;

function durationField(fallback: string, maximumMs: number, description: string) {
  return decode.withDefault(
    decode.duration({ minimumMs: 100, maximumMs }),
    decode.parseDurationMs(fallback) ?? 0,
    description,
    fallback,
  );
}

function settingsDecoder(kind: ProbeKind<unknown>): Decoder<ProbeSettings> {
  const defaults = { ...DEFAULTS[PROBE_KINDS[kind.id].area], ...OWN_DEFAULTS[kind.id] };
  const fallbackOptions = decode.run(kind.options, {});
  const decoder = decode.transform(
    decode.object({
      enabled: decode.withDefault(decode.boolean(), true, 'false leaves the probe out', 'true'),
      interval: durationField(defaults.interval, 24 * HOUR_MS, 'time from one run to the next'),
      retry_interval: durationField(
        defaults.retryInterval,
        24 * HOUR_MS,
        'the same while a failure is not confirmed; never longer than interval',
      ),
      max_attempts: decode.withDefault(
        decode.integer({ minimum: 1, maximum: 100 }),
        defaults.maxAttempts,
        'failures in a row that confirm a failure',
        String(defaults.maxAttempts),
      ),
      timeout: durationField(defaults.timeout, HOUR_MS, 'deadline of a run'),
      min_interval: durationField(
        defaults.minimumInterval,
        24 * HOUR_MS,
        'a result younger than this answers /probe without another run',
      ),
      options: decode.optional(kind.options, `options of ${kind.id}`),
    }),
    (settings): ProbeSettings => ({
      enabled: settings.enabled,
      intervalMs: settings.interval,
      retryIntervalMs: Math.min(settings.retry_interval, settings.interval),
      maxAttempts: settings.max_attempts,
      timeoutMs: settings.timeout,
      minimumIntervalMs: settings.min_interval,
      options: settings.options ?? (fallbackOptions.ok ? fallbackOptions.value : {}),
    }),
  );
  return decode.refine(decoder, ({ enabled, intervalMs, options }) =>
    enabled && windowMsOf(options) < intervalMs
      ? {
          at: 'interval',
          message:
            'what happens between the end of one window and the start of the next is never counted',
          remedy: 'write an options.window that is at least as long as interval',
        }
      : undefined,
  );
}

function createTargetProbesDecoder(): Decoder<TargetProbes> {
  const fields = PROBE_KIND_NAMES.map((name) => {
    const decoder = settingsDecoder(PROBE_REGISTRY[name]);
    const fallback = decode.run(decoder, {});
    if (!fallback.ok) throw new Error(`the defaults of probe ${name} do not decode`);
    const title = PROBE_KINDS[name].title;
    return [name, decode.withDefault(decoder, fallback.value, title, 'enabled')] as const;
  });
  return decode.object(Object.fromEntries(fields)) as Decoder<TargetProbes>;
}

/**
 * The `probes` section of a target, a map from probe kind to its settings. Whatever is left out has its
 * default, and every kind that the connector supports runs unless it is disabled.
 */
export const targetProbesDecoder: Decoder<TargetProbes> = createTargetProbesDecoder();

/** The section as if it were left out. */
export function defaultTargetProbes(): TargetProbes {
  const decoded = decode.run(targetProbesDecoder, {});
  if (!decoded.ok) throw new Error('the defaults of the probes do not decode');
  return decoded.value;
}
