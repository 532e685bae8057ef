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

/** JSON lines on standard error, so that standard output stays free for what a command prints. */
export function createLogger(level: LogLevel): Logger {
  const options = { level, base: null, redact: { paths: REDACTED_PATHS, censor: '[hidden]' } };
  return wrap(pino(options, pino.destination({ dest: 2, sync: true })));
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
