import { pino } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: one message in plain words, and fields. Never a secret, never personal data. */
export type Logger = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const REDACTED_PATHS = ['token', 'password', 'secret', 'authorization', 'cookie'].flatMap(
  (name) => [name, `*.${name}`],
);

type PinoLike = Record<
  'debug' | 'info' | 'warn' | 'error',
  (fields: object, message: string) => void
> & {
  child(fields: object): PinoLike;
};

function wrap(base: PinoLike): Logger {
  return {
    debug: (message, fields = {}) => base.debug(fields, message),
    info: (message, fields = {}) => base.info(fields, message),
    warn: (message, fields = {}) => base.warn(fields, message),
    error: (message, fields = {}) => base.error(fields, message),
    child: (fields) => wrap(base.child(fields)),
  };
}

export const LOG_FORMATS = ['logfmt', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A value as logfmt has it: bare where it can be, in quotes otherwise. */
function logfmtValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text);
}

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
};

/** A line of pino as one of logfmt: time, level, message, then the fields. */
function toLogfmt(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const head = {
    ts: new Date(Number(time)).toISOString(),
    level: LEVEL_NAMES[Number(level)] ?? 'info',
    msg,
  };
  const pairs = Object.entries({ ...head, ...fields });
  return `${pairs.map(([name, value]) => `${name}=${logfmtValue(value)}`).join(' ')}\n`;
}

/** Lines on standard error, so that standard output stays free for what a command prints. */
export function createLogger(level: LogLevel, format: LogFormat = 'json'): Logger {
  const options = { level, base: null, redact: { paths: REDACTED_PATHS, censor: '[hidden]' } };
  const destination = pino.destination({ dest: 2, sync: true });
  if (format === 'json') return wrap(pino(options, destination));
  return wrap(pino(options, { write: (line) => destination.write(toLogfmt(line)) }));
}

export function createSilentLogger(): Logger {
  const silent: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: () => {},
    child: () => silent,
  };
  return silent;
}
