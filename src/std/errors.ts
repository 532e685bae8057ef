/**
 * Operating errors: things that go wrong because of the world, not because of a bug. The codes are a closed
 * set, documented in docs/ERRORS.md; a test keeps the two equal.
 */
export const ERROR_CODES = [
  'config_invalid',
  'secret_unreadable',
  'address_in_use',
  'listen_refused',
  'store_unavailable',
  'store_incompatible',
  'model_incompatible',
  'training_data_invalid',
  'series_invalid',
  'evidence_invalid',
  'program_missing',
  'program_failed',
  'sandbox_unreachable',
  'unknown_fault',
  'unknown_incident',
  'usage',
  'upstream_failed',
  'generated_stale',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export type CrmwatchErrorOptions = {
  /** What the person who reads this should do next. */
  readonly remedy: string;
  readonly cause?: unknown;
};

/** The message says what was found and where; the remedy says what to do. */
export class CrmwatchError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, options: CrmwatchErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CrmwatchError';
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** Refused by crmwatch itself: a connection to an address that nobody listed. */
export class RefusedTargetError extends Error {
  readonly code: string = 'CRMWATCH_REFUSED_TARGET';
}

/** The innermost useful message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map((inner) => errorMessage(inner)).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** What to say when a file cannot be read or written: with its path, and without Node's way of putting it. */
export function describeFileError(path: string, error: unknown): string {
  const code = systemErrorCode(error);
  if (code === 'ENOENT') return `there is no file ${path}`;
  if (code === 'EISDIR') return `${path} is a folder`;
  if (code === 'EACCES') return `this user may not use ${path}`;
  return `cannot use ${path}: ${errorMessage(error)}`;
}

/** The `code` of a Node system error (`ECONNREFUSED`, …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`impossible value: ${JSON.stringify(value)}`);
}
