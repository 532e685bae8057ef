export { createSystemClock, sleep } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export {
  CrmwatchError,
  RefusedTargetError,
  ERROR_CODES,
  describeFileError,
  errorMessage,
  systemErrorCode,
  unreachable,
} from './errors.ts';
export type { CrmwatchErrorOptions, ErrorCode } from './errors.ts';
export { CRASH_POINTS, crashPoint } from './crash-point.ts';
export type { CrashPoint } from './crash-point.ts';
export { known, unknown } from './knowable.ts';
export type { Knowable, Known, Unknown } from './knowable.ts';
export {
  createId,
  createSeededRandom,
  createSystemRandom,
  secretsEqual,
  sha256Hex,
} from './ids.ts';
export type { Random } from './ids.ts';
export { html } from './html.ts';
export type { Html, HtmlPart } from './html.ts';
export { isFields, isTextMap } from './fields.ts';
export type { Fields } from './fields.ts';
export { nearestNames } from './nearest-names.ts';
export { partsOf } from './parts.ts';
export { backoffDelayMs } from './backoff.ts';
export type { BackoffOptions } from './backoff.ts';
export { secretReference } from './secret.ts';
export type { SecretReference, SecretResolver } from './secret.ts';
export { LOG_FORMATS, LOG_LEVELS, createLogger, createSilentLogger } from './log.ts';
export type { LogFields, LogFormat, LogLevel, Logger } from './log.ts';
export * as decode from './decode.ts';
export type { Decoder, DecodedOf, FieldShape, Problem, Shape } from './decoding.ts';
