import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { PerformanceDatum, PerformanceRange } from '../connector.ts';
import { unitOf } from './units.ts';

/** What can be wrong with performance data, as clauses for people; none holds anything of the data. */
export const PERFORMANCE_PROBLEMS = {
  label_missing: 'a value has no label',
  label_malformed: 'a label has a quote that it may not have',
  label_unclosed: 'a label begins with a quote and does not end with one; nothing is read after it',
  value_missing: 'a label has no value',
  value_malformed: 'a value is no number',
  number_too_large: 'a number is too large',
  unit_malformed: 'what follows a number is no unit',
  range_malformed: 'a threshold is no range',
  limit_malformed: 'a minimum or maximum is no number',
  too_many_fields: 'a value has more than its thresholds and limits behind it',
} as const;

export type PerformanceProblem = {
  readonly problem: keyof typeof PERFORMANCE_PROBLEMS;
  /** Where the label begins. */
  readonly offset: number;
};

export type PerformanceData = {
  readonly performance: readonly PerformanceDatum[];
  readonly problems: readonly PerformanceProblem[];
};

type Problem = PerformanceProblem['problem'];

const SPACE = /[ \t\r\n\v\f]/;
const WORD = /[^ \t\r\n\v\f]*/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;
const UNIT = /^[^\d;'"=,.+-]{0,16}$/u;

/**
 * Reads `'label'=value[UOM];[warn];[crit];[min];[max]` of the guidelines for monitoring plugins, separated by white space.
 * What is malformed is named and left out, the rest is read; a threshold that is malformed does not take its value with it.
 * Never throws, and gives no number that is not finite, beside open ends of ranges.
 */
export function parsePerformanceData(text: string): PerformanceData {
  const performance: PerformanceDatum[] = [];
  const problems: PerformanceProblem[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const offset = at;
    const note = (problem: Problem): void => void problems.push({ problem, offset });
    const label = readLabel(text, at);
    const word = wordAt(text, label.end);
    at = skipSpace(text, label.end + word.length);
    if (label.problem === undefined && word.startsWith('=')) {
      const datum = readDatum(label.text, word.slice(1), note);
      if (datum !== undefined) performance.push(datum);
    } else {
      note(label.problem ?? 'value_missing');
    }
    if (label.problem === 'label_unclosed') break;
  }
  return { performance, problems };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text.charAt(at))) at++;
  return at;
}

function wordAt(text: string, from: number): string {
  WORD.lastIndex = from;
  return WORD.exec(text)?.[0] ?? '';
}

type Label = { readonly text: string; readonly end: number; readonly problem?: Problem };

function readLabel(text: string, from: number): Label {
  return text.charAt(from) === "'" ? readQuotedLabel(text, from) : readPlainLabel(text, from);
}

function readPlainLabel(text: string, from: number): Label {
  const word = wordAt(text, from);
  const equals = word.indexOf('=');
  const label = equals === -1 ? word : word.slice(0, equals);
  const end = from + label.length;
  if (label === '') return { text: label, end, problem: 'label_missing' };
  return label.includes("'")
    ? { text: label, end, problem: 'label_malformed' }
    : { text: label, end };
}

/** Inside, two quotes are one. */
function readQuotedLabel(text: string, from: number): Label {
  let label = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf("'", at);
    if (quote === -1) return { text: label, end: text.length, problem: 'label_unclosed' };
    label += text.slice(at, quote);
    if (text.charAt(quote + 1) !== "'") {
      const end = quote + 1;
      const isBlank = label.trim() === '';
      return { text: label, end, ...(isBlank ? { problem: 'label_missing' } : {}) };
    }
    label += "'";
    at = quote + 2;
  }
}

function readDatum(
  label: string,
  word: string,
  note: (problem: Problem) => void,
): PerformanceDatum | undefined {
  const [measured = '', warning = '', critical = '', minimum = '', maximum = '', ...more] =
    word.split(';');
  const read = readValue(measured);
  if (typeof read === 'string') {
    note(read);
    return undefined;
  }
  if (more.some((field) => field !== '')) note('too_many_fields');
  const { convert, base } = unitOf(read.unitOfMeasure);
  const optional = <T>(text: string, parse: (text: string) => T | undefined, wrong: Problem) => {
    const value = text === '' ? undefined : parse(text);
    if (text !== '' && value === undefined) note(wrong);
    return value;
  };
  const range = (text: string) => parseRange(text, convert);
  const limit = (text: string) => readNumber(text, convert);
  return withoutUndefined({
    label,
    value: read.value,
    unit: base,
    unitOfMeasure: read.unitOfMeasure,
    warning: optional(warning, range, 'range_malformed'),
    critical: optional(critical, range, 'range_malformed'),
    minimum: optional(minimum, limit, 'limit_malformed'),
    maximum: optional(maximum, limit, 'limit_malformed'),
  });
}

type Loose = Pick<PerformanceDatum, 'label' | 'value' | 'unit' | 'unitOfMeasure'> & {
  readonly warning: PerformanceRange | undefined;
  readonly critical: PerformanceRange | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
};

function withoutUndefined({
  warning,
  critical,
  minimum,
  maximum,
  ...rest
}: Loose): PerformanceDatum {
  return {
    ...rest,
    ...(warning === undefined ? {} : { warning }),
    ...(critical === undefined ? {} : { critical }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

type Read = { readonly value: Knowable<number>; readonly unitOfMeasure: string };

/** `U` stands for a value that the plugin could not find out; it has no unit then. */
function readValue(text: string): Read | Problem {
  if (text === '') return 'value_missing';
  if (text === 'U') {
    const value = unknown('undetermined', 'the plugin could not find out the value');
    return { value, unitOfMeasure: '' };
  }
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) return 'value_malformed';
  const unitOfMeasure = text.slice(number.length);
  if (!UNIT.test(unitOfMeasure)) return 'unit_malformed';
  const value = unitOf(unitOfMeasure).convert(Number(number));
  return Number.isFinite(value) ? { value: known(value), unitOfMeasure } : 'number_too_large';
}

type Convert = (value: number) => number;

function readNumber(text: string, convert: Convert): number | undefined {
  if (NUMBER.exec(text)?.[0] !== text) return undefined;
  const value = convert(Number(text));
  return Number.isFinite(value) ? value : undefined;
}

/**
 * `[@][start:][end]` of the guidelines (definitions/01.range_expressions.md): without a start it begins at 0, without an end
 * it is open, `~` is the lowest of all; at least one of them is there.
 */
export function parseRange(text: string, convert: Convert): PerformanceRange | undefined {
  const isBadInside = text.startsWith('@');
  const range = isBadInside ? text.slice(1) : text;
  const colon = range.indexOf(':');
  const start = range.slice(0, Math.max(0, colon));
  const end = range.slice(colon + 1);
  if (start === '' && end === '') return undefined;
  const from = start === '~' ? -Infinity : readNumber(start === '' ? '0' : start, convert);
  const to = end === '' ? Infinity : readNumber(end, convert);
  if (from === undefined || to === undefined || from > to) return undefined;
  return { from, to, isBadInside };
}
