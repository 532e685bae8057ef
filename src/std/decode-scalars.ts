import { primitive, refuse } from './decoding.ts';
import type { Decoder } from './decoding.ts';

export type TextOptions = {
  readonly pattern?: RegExp;
  /** What the pattern means, in words: "lower-case letters, digits and dashes". */
  readonly meaning?: string;
  readonly maximumLength?: number;
};

export function text(options: TextOptions = {}): Decoder<string> {
  const { pattern, meaning = 'text', maximumLength = 10_000 } = options;
  return primitive(
    meaning === 'text' ? { kind: 'text' } : { kind: 'text', note: meaning },
    meaning,
    (value) =>
      typeof value === 'string' &&
      value.length > 0 &&
      value.length <= maximumLength &&
      (pattern === undefined || pattern.test(value))
        ? value
        : undefined,
    `write ${meaning}; put quotes around it if it looks like a number or a date`,
  );
}

export function boolean(): Decoder<boolean> {
  return primitive(
    { kind: 'boolean' },
    'true or false',
    (value) => (typeof value === 'boolean' ? value : undefined),
    'write true or false without quotes',
  );
}

export type NumberOptions = { readonly minimum?: number; readonly maximum?: number };

function inRange(value: number, options: NumberOptions): boolean {
  return value >= (options.minimum ?? -Infinity) && value <= (options.maximum ?? Infinity);
}

function rangeText(options: NumberOptions): string {
  const { minimum, maximum } = options;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

export function number(options: NumberOptions = {}): Decoder<number> {
  const expected = `a number${rangeText(options)}`;
  return primitive(
    { kind: 'number', note: expected },
    expected,
    (value) =>
      typeof value === 'number' && Number.isFinite(value) && inRange(value, options)
        ? value
        : undefined,
    `write ${expected} without quotes`,
  );
}

export function integer(options: NumberOptions = {}): Decoder<number> {
  const expected = `a whole number${rangeText(options)}`;
  return primitive(
    { kind: 'integer', note: expected },
    expected,
    (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && inRange(value, options)
        ? value
        : undefined,
    `write ${expected} without quotes`,
  );
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Parses a Prometheus duration (`500ms`, `90s`, `1h30m`) to milliseconds; undefined when it is none. */
export function parseDurationMs(value: string): number | undefined {
  if (!/^(\d+(ms|[smhdw]))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+)(ms|[smhdw])/g)) {
    total += Number(amount) * (DURATION_UNITS_MS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The largest unit that leaves no fraction: 90000 is 90s, 86400000 is 1d. */
function durationText(durationMs: number): string {
  const units = Object.entries(DURATION_UNITS_MS).toReversed();
  const [unit, size] = units.find(([, unitMs]) => durationMs % unitMs === 0) ?? ['ms', 1];
  return `${durationMs / size}${unit}`;
}

function durationRangeText(options: { minimumMs?: number; maximumMs?: number }): string {
  const { minimumMs, maximumMs } = options;
  if (minimumMs !== undefined && maximumMs !== undefined) {
    return `, from ${durationText(minimumMs)} to ${durationText(maximumMs)}`;
  }
  if (minimumMs !== undefined) return `, at least ${durationText(minimumMs)}`;
  return maximumMs === undefined ? '' : `, at most ${durationText(maximumMs)}`;
}

/** A duration in Prometheus' notation, decoded to milliseconds. */
export function duration(
  options: { minimumMs?: number; maximumMs?: number } = {},
): Decoder<number> {
  return primitive(
    { kind: 'duration' },
    `a duration such as 30s, 5m or 1h${durationRangeText(options)}`,
    (value) => {
      const parsed = typeof value === 'string' ? parseDurationMs(value) : undefined;
      if (parsed === undefined) return undefined;
      return parsed >= (options.minimumMs ?? 0) && parsed <= (options.maximumMs ?? Infinity)
        ? parsed
        : undefined;
    },
    'write a whole number with a unit: ms, s, m, h, d or w',
  );
}

/** An absolute http or https URL without credentials in it, decoded to its text without a trailing slash. */
export function url(): Decoder<string> {
  const web = primitive(
    { kind: 'url' },
    'an http or https URL',
    (value) => {
      if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
      const { protocol } = new URL(value);
      return protocol === 'http:' || protocol === 'https:' ? value.replace(/\/+$/, '') : undefined;
    },
    'write it whole, such as https://crm.example.com',
  );
  return {
    shape: web.shape,
    decode(value, place, report) {
      if (typeof value === 'string' && URL.canParse(value)) {
        const { username, password } = new URL(value);
        if (username !== '' || password !== '') {
          // The credentials are not repeated: messages are logged.
          const message = 'a URL with a user name or password in it';
          return refuse(report, place, message, 'put credentials under "authentication"');
        }
      }
      return web.decode(value, place, report);
    },
  };
}

export function choice<const T extends string>(choices: readonly T[]): Decoder<T> {
  return primitive(
    { kind: 'choice', choices },
    `one of ${choices.join(', ')}`,
    (value) => choices.find((candidate) => candidate === value),
    `write one of: ${choices.join(', ')}`,
  );
}
