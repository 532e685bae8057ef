import type { GoNode } from './go-yaml.ts';

/** What a scalar means in YAML 1.1 as go.yaml.in/yaml/v2 reads it; `refused`: its tag says what it is not. */
export type GoValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'refused' };

type GoScalar = Extract<GoNode, { kind: 'scalar' }>;

const NULL = /^(?:|~|null|Null|NULL)$/;
const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^([-+]?)(?:(0x[0-9a-f]+|0b[01]+)|0o?([0-7]+)|(0|[1-9]\d*))$/i;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;

const SMALLEST = -(2n ** 63n);
const LARGEST_UNSIGNED = 2n ** 64n - 1n;

function integerOf(text: string): bigint | undefined {
  const [, sign = '', prefixed, octal, decimal] = INTEGER.exec(text) ?? [];
  const digits = prefixed ?? (octal === undefined ? decimal : `0o${octal}`);
  if (digits === undefined) return undefined;
  const value = BigInt(digits.toLowerCase()) * (sign === '-' ? -1n : 1n);
  return value >= SMALLEST && value <= LARGEST_UNSIGNED ? value : undefined;
}

function numberOf(text: string): GoValue | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite !== null)
    return { kind: 'float', value: infinite[1] === '-' ? -Infinity : Infinity };
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return { kind: 'float', value: Number.NaN };
  // Underscores may part the digits of a number that begins with a digit.
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  const integer = /^[-+\d]/.test(text) ? integerOf(plain) : undefined;
  if (integer !== undefined) return { kind: 'integer', value: integer };
  const value = FLOAT.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? { kind: 'float', value } : undefined;
}

function meaningOf(text: string): GoValue {
  if (NULL.test(text)) return { kind: 'null' };
  if (TRUE.test(text) || FALSE.test(text)) return { kind: 'flag', value: TRUE.test(text) };
  return numberOf(text) ?? { kind: 'text', value: text };
}

const KINDS_OF_TAGS: Readonly<Record<string, GoValue['kind']>> = {
  '!!null': 'null',
  '!!bool': 'flag',
  '!!int': 'integer',
  '!!float': 'float',
};

/** Base64 with its padding, and lines if need be. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function resolveScalar({ text, isPlain, tag }: GoScalar): GoValue {
  if (tag === '') return isPlain ? meaningOf(text) : { kind: 'text', value: text };
  if (tag === '!!binary') {
    const encoded = text.replaceAll(/[\r\n]/g, '');
    return BASE64.test(encoded)
      ? { kind: 'text', value: Buffer.from(encoded, 'base64').toString() }
      : { kind: 'refused' };
  }
  if (tag === '!!timestamp') {
    return /^\d{4}-\d/.test(text) ? { kind: 'text', value: text } : { kind: 'refused' };
  }
  const wanted = KINDS_OF_TAGS[tag];
  // A tag of one's own says nothing, and what is in it is a text.
  if (wanted === undefined) return { kind: 'text', value: text };
  const value = meaningOf(text);
  if (value.kind === wanted) return value;
  return wanted === 'float' && value.kind === 'integer'
    ? { kind: 'float', value: Number(value.value) }
    : { kind: 'refused' };
}

const UNITS_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  // The sign for micro and the Greek letter look alike and are not the same.
  '\u00b5s': 1000n,
  '\u03bcs': 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const PART = /(\d*)(?:\.(\d*))?([^\d.]+)/gy;

/** Nanoseconds of a duration as time.ParseDuration of Go reads it: `1m30s`, `-.5h`, `0`; undefined when it is none. */
export function parseGoDuration(text: string): bigint | undefined {
  const isNegative = text.startsWith('-');
  const rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  let total = 0n;
  let end = 0;
  for (const { 0: part, 1: whole = '', 2: fraction = '', 3: unit = '', index } of rest.matchAll(
    PART,
  )) {
    const unitNs = Object.hasOwn(UNITS_NS, unit) ? UNITS_NS[unit] : undefined;
    if (unitNs === undefined || `${whole}${fraction}` === '') return undefined;
    const fractionNs = BigInt(Math.trunc(Number(`0.${fraction || '0'}`) * Number(unitNs)));
    total += BigInt(whole || '0') * unitNs + fractionNs;
    end = index + part.length;
  }
  if (end === 0 || end !== rest.length) return undefined;
  const isTooLong = total > (isNegative ? -SMALLEST : -SMALLEST - 1n);
  return isTooLong ? undefined : isNegative ? -total : total;
}
