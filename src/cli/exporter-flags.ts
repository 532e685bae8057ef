import type { ExporterRunOptions } from '../app/app.ts';
import { parseListenAddress } from '../config/config.ts';
import { CrmwatchError, LOG_FORMATS, LOG_LEVELS, decode } from '../std/std.ts';
import type { LogFormat, LogLevel } from '../std/std.ts';
import type { OptionDefinitions, ParsedOptions } from './options.ts';

/** The flags that exporters of Prometheus share, by the names that they have there. */
export const EXPORTER_FLAGS: OptionDefinitions = {
  'web.config.file': { type: 'string' },
  'web.listen-address': { type: 'string', multiple: true },
  'web.systemd-socket': { type: 'boolean' },
  'web.telemetry-path': { type: 'string' },
  'web.enable-lifecycle': { type: 'boolean' },
  'config.auto-reload-interval': { type: 'string' },
  'log.level': { type: 'string' },
  'log.format': { type: 'string' },
};

export const EXPORTER_FLAGS_HELP = `  --web.listen-address HOST:PORT      instead of exporter.listen; may be repeated; :9968 is every address
  --web.systemd-socket                take the sockets that systemd hands over instead
  --web.config.file FILE              TLS, client certificates, passwords, headers, rate limit (docs/exporter/web.md)
  --web.telemetry-path PATH           where the metrics are; default /metrics
  --web.enable-lifecycle              allow POST /-/reload (SIGHUP always reloads)
  --config.auto-reload-interval TIME  look so often whether the configuration has changed, such as 30s
  --log.level LEVEL                   debug, info, warn, error or silent; instead of log_level
  --log.format FORMAT                 logfmt or json; default json`;

export type ExporterFlags = {
  readonly runOptions: ExporterRunOptions;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: LogFormat;
};

function usage(message: string, remedy: string): CrmwatchError {
  return new CrmwatchError('usage', message, { remedy });
}

function oneOf<Word extends string>(
  options: ParsedOptions,
  flag: string,
  words: readonly Word[],
): Word | undefined {
  const text = options.text(flag);
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw usage(`--${flag} "${text}" is not known`, `use one of: ${words.join(', ')}`);
}

/** Pages that have their address already. */
const TAKEN_PATHS = ['/', '/probe', '/sd', '/config', '/history'];

function telemetryPathOf(options: ParsedOptions): string {
  const path = options.text('web.telemetry-path') ?? '/metrics';
  if (!/^\/[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/.test(path)) {
    throw usage(
      `--web.telemetry-path "${path}" is no path of a page`,
      'write a path that begins with a slash, such as /metrics',
    );
  }
  if (TAKEN_PATHS.includes(path) || path.startsWith('/-/') || path.startsWith('/assets/')) {
    throw usage(
      `--web.telemetry-path "${path}" is the address of another page`,
      'choose another path, such as /metrics',
    );
  }
  return path;
}

function autoReloadOf(options: ParsedOptions): { autoReloadIntervalMs?: number } {
  const text = options.text('config.auto-reload-interval');
  if (text === undefined) return {};
  const autoReloadIntervalMs = decode.parseDurationMs(text);
  if (autoReloadIntervalMs !== undefined && autoReloadIntervalMs >= 1000) {
    return { autoReloadIntervalMs };
  }
  throw usage(
    `--config.auto-reload-interval "${text}" is no duration of at least a second`,
    'write one such as 30s or 5m',
  );
}

/** Reads the flags; throws `usage` for the first that cannot be used. */
export function readExporterFlags(options: ParsedOptions): ExporterFlags {
  const webConfigFile = options.text('web.config.file') ?? '';
  const addresses = options.texts('web.listen-address');
  const systemdSocket = options.flag('web.systemd-socket');
  if (systemdSocket && addresses.length > 0) {
    throw usage(
      '--web.systemd-socket and --web.listen-address exclude each other',
      'give one of them: systemd has opened its sockets already',
    );
  }
  const listenAddresses = addresses.map((text) => {
    const address = parseListenAddress(text);
    if (address !== undefined) return address;
    throw usage(
      `--web.listen-address "${text}" is no address`,
      'write host:port, such as 127.0.0.1:9968, [::1]:9968 or :9968',
    );
  });
  return {
    runOptions: {
      ...(webConfigFile === '' ? {} : { webConfigFile }),
      ...(listenAddresses.length === 0 ? {} : { listenAddresses }),
      ...(systemdSocket ? { systemdSocket } : {}),
      telemetryPath: telemetryPathOf(options),
      enableLifecycle: options.flag('web.enable-lifecycle'),
      ...autoReloadOf(options),
    },
    logLevel: oneOf(options, 'log.level', LOG_LEVELS),
    logFormat: oneOf(options, 'log.format', LOG_FORMATS) ?? 'json',
  };
}
