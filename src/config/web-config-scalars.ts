import { parseGoDuration, resolveScalar } from './go-scalars.ts';
import type { GoValue } from './go-scalars.ts';
import type { GoNode } from './go-yaml.ts';
import { textOf } from './web-config-fields.ts';
import type { ReportWebProblem } from './web-config-problems.ts';

const LARGEST_INTEGER = 2n ** 63n - 1n;
const SMALLEST_INTEGER = -(2n ** 63n);

function valueOf(node: GoNode): GoValue {
  return node.kind === 'scalar' ? resolveScalar(node) : { kind: 'refused' };
}

/** A flag; one that is left empty is off, whatever its default, as in Go. */
export function flagOf(
  node: GoNode | undefined,
  place: string,
  fallback: boolean,
  report: ReportWebProblem,
): boolean {
  if (node === undefined) return fallback;
  const value = valueOf(node);
  if (value.kind === 'flag') return value.value;
  if (value.kind !== 'null') {
    report('not_understood', place, 'this is neither true nor false', 'write true or false');
  }
  return false;
}

/** Go takes a number with a fraction for a whole one without it. */
function wholeNumberOf(value: GoValue): bigint | undefined {
  if (value.kind === 'null') return 0n;
  if (value.kind === 'integer') return value.value <= LARGEST_INTEGER ? value.value : undefined;
  if (value.kind !== 'float' || !(value.value <= Number(LARGEST_INTEGER))) return undefined;
  return value.value < Number(SMALLEST_INTEGER)
    ? SMALLEST_INTEGER
    : BigInt(Math.trunc(value.value));
}

/** A whole number of 64 bits; 0 where there is none. */
export function integerOf(
  node: GoNode | undefined,
  place: string,
  report: ReportWebProblem,
): number {
  const value = node === undefined ? 0n : wholeNumberOf(valueOf(node));
  if (value === undefined) {
    const remedy = 'write how many requests may come at once';
    report('not_understood', place, 'this is no whole number', remedy);
  }
  return Number(value ?? 0n);
}

/** Milliseconds of a duration (`1m30s`), or of a number of nanoseconds; 0 where there is none. */
export function durationMsOf(
  node: GoNode | undefined,
  place: string,
  report: ReportWebProblem,
): number {
  const value = node === undefined ? ({ kind: 'null' } as const) : valueOf(node);
  const nanoseconds = value.kind === 'text' ? parseGoDuration(value.value) : wholeNumberOf(value);
  if (nanoseconds === undefined) {
    const remedy = 'write one such as 500ms or 1s; 0 is no limit';
    report('not_understood', place, 'this is no duration', remedy);
  }
  return Number(nanoseconds ?? 0n) / 1e6;
}

/**
 * A name that stands for something; undefined where it is left empty. An empty text is a name that nobody knows.
 * `"null"` and `"~"` in quotes are no names: go.yaml.in/yaml/v2 takes them for nothing, and then not for a number.
 */
export function nameOf(
  node: GoNode | undefined,
  place: string,
  report: ReportWebProblem,
): string | undefined {
  if (node?.kind !== 'scalar') return node === undefined ? undefined : textOf(node, place, report);
  const isNothing = node.tag === '!!null' || (node.tag === '' && /^(?:null|~)$/.test(node.text));
  if (!isNothing && (node.text !== '' || !node.isPlain)) return textOf(node, place, report);
  if (!node.isPlain && node.tag === '') {
    report('not_understood', place, 'nothing stands here, in quotes', 'write a name, or nothing');
  }
  return undefined;
}
