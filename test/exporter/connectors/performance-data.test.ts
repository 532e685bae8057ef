import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PERFORMANCE_PROBLEMS,
  parsePerformanceData,
  parseRange,
} from '../../../src/exporter/connectors/nagios/performance-data.ts';
import {
  maskPluginText,
  readPluginOutput,
} from '../../../src/exporter/connectors/nagios/plugin-output.ts';

const same = (value: number): number => value;

/** Label, value and unit of each datum, and the problems in order. */
function read(text: string): { data: readonly unknown[]; problems: readonly string[] } {
  const { performance, problems } = parsePerformanceData(text);
  return {
    data: performance.map(({ label, value, unit }) => [label, value.known && value.value, unit]),
    problems: problems.map(({ problem }) => problem),
  };
}

describe('performance data', () => {
  // What the plugins of Debian's monitoring-plugins-basic 2.3.3 print.
  it.each<[string, readonly unknown[]]>([
    ['procs=153;1:500;;0;', [['procs', 153, 'number']]],
    ['load1=4.860;5.000;9.000;0; load5=4.970;5.000;9.000;0; ', [['load1', 4.86, 'number'], ['load5', 4.97, 'number']]],
    ['/=53217329152B;257024904396;267847005634;0;270552530944', [['/', 53_217_329_152, 'bytes']]],
    ['rta=0.031000ms;100.000000;200.000000;0.000000 pl=0%;10;20;0;', [['rta', 0.000031, 'seconds'], ['pl', 0, 'ratio']]],
    ['offset=-1.2e-05s;0.5;1;', [['offset', -0.000012, 'seconds']]],
    ["'C:\\ used'=12.5MB 'it''s'=3KiB x=7c", [['C:\\ used', 12_500_000, 'bytes'], ["it's", 3072, 'bytes'], ['x', 7, 'counter']]],
    ["'a=b|c'=1", [['a=b|c', 1, 'number']]],
    ['unknown=U;1;2 temp=21.5C', [['unknown', false, 'number'], ['temp', 21.5, 'C']]],
    ['a=.5 b=5. c=+3 d=100%\n\te=1us', [['a', 0.5, 'number'], ['b', 5, 'number'], ['c', 3, 'number'], ['d', 1, 'ratio'], ['e', 0.000001, 'seconds']]],
    ['', []],
  ])('reads %j', (text, data) => {
    expect(read(text)).toEqual({ data, problems: [] });
  }); // prettier-ignore

  it.each<[string, string, readonly unknown[]]>([
    ['=5 b=1', 'label_missing', [['b', 1, 'number']]],
    ["''=5 b=1", 'label_missing', [['b', 1, 'number']]],
    ["it's=5 b=1", 'label_malformed', [['b', 1, 'number']]],
    ["b=1 'open=5 c=2", 'label_unclosed', [['b', 1, 'number']]],
    ['word b=1', 'value_missing', [['b', 1, 'number']]],
    ['a= b=1', 'value_missing', [['b', 1, 'number']]],
    ['a=;1;2 b=1', 'value_missing', [['b', 1, 'number']]],
    ['a=NaN b=1', 'value_malformed', [['b', 1, 'number']]],
    ['a=Infinity b=1', 'value_malformed', [['b', 1, 'number']]],
    ['a=1e999 b=1', 'number_too_large', [['b', 1, 'number']]],
    ['a=1e307PB b=1', 'number_too_large', [['b', 1, 'number']]],
    ['a=0,5s b=1', 'unit_malformed', [['b', 1, 'number']]],
    ['a=1=2 b=1', 'unit_malformed', [['b', 1, 'number']]],
    ['a=1.2.3 b=1', 'unit_malformed', [['b', 1, 'number']]],
    ['a=1;x', 'range_malformed', [['a', 1, 'number']]],
    ['a=1;;9:5', 'range_malformed', [['a', 1, 'number']]],
    ['a=1;5s', 'range_malformed', [['a', 1, 'number']]],
    ['a=1;;;~', 'limit_malformed', [['a', 1, 'number']]],
    ['a=1;;;;;6', 'too_many_fields', [['a', 1, 'number']]],
  ])('names what is wrong with %j and reads the rest', (text, problem, data) => {
    expect(read(text)).toEqual({ data, problems: [problem] });
  }); // prettier-ignore

  // The examples of the guidelines, definitions/01.range_expressions.md.
  it.each([
    ['10', { from: 0, to: 10, isBadInside: false }],
    ['10:', { from: 10, to: Infinity, isBadInside: false }],
    ['~:10', { from: -Infinity, to: 10, isBadInside: false }],
    ['10:20', { from: 10, to: 20, isBadInside: false }],
    ['@10:20', { from: 10, to: 20, isBadInside: true }],
    ['@~:-3', { from: -Infinity, to: -3, isBadInside: true }],
    [':7', { from: 0, to: 7, isBadInside: false }],
    ['', undefined],
    ['@', undefined],
    [':', undefined],
    ['-5', undefined],
    ['1:2:3', undefined],
    ['~', undefined],
  ])('takes the range %j as %j', (text, expected) => {
    expect(parseRange(text, same)).toEqual(expected);
  });

  it('gives thresholds and limits in the base unit of the value', () => {
    expect(parsePerformanceData('t=250ms;~:500;@1000:;0;2000').performance).toEqual([
      {
        label: 't',
        value: { known: true, value: 0.25 },
        unit: 'seconds',
        unitOfMeasure: 'ms',
        warning: { from: -Infinity, to: 0.5, isBadInside: false },
        critical: { from: 1, to: Infinity, isBadInside: true },
        minimum: 0,
        maximum: 2,
      },
    ]);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom("'", "''", '=', ';', ' ', '\n', '|', '~', '@', ':', '1', '-', '.', 'e', 'U', 'ms', 'a'))
    .map((parts) => parts.join('')),
); // prettier-ignore

const numbers = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 })
  // Zero has no sign in text.
  .map((value) => value + 0);
const ranges = fc
  .record({ ends: fc.tuple(numbers, numbers), open: fc.constantFrom('', 'from', 'to'), inside: fc.boolean() })
  .map(({ ends, open, inside }) => {
    const [low, high] = ends[0] <= ends[1] ? ends : [ends[1], ends[0]];
    const from = open === 'from' ? -Infinity : low;
    const to = open === 'to' ? Infinity : high;
    return { from: from + 0, to: to + 0, isBadInside: inside };
  }); // prettier-ignore
const data = fc.record(
  {
    label: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== ''),
    value: fc.option(numbers, { nil: 'U' as const }),
    unitOfMeasure: fc.constantFrom('', 's', 'B', 'c', 'W', 'req/s'),
    warning: ranges,
    critical: ranges,
    minimum: numbers,
    maximum: numbers,
  },
  { requiredKeys: ['label', 'value', 'unitOfMeasure'] },
); // prettier-ignore

type Written = typeof data extends fc.Arbitrary<infer T> ? T : never;
type WrittenRange = NonNullable<Written['warning']>;

function writeRange(range: WrittenRange | undefined): string {
  if (range === undefined) return '';
  const { from, to, isBadInside } = range;
  const start = from === -Infinity ? '~' : String(from);
  return `${isBadInside ? '@' : ''}${start}:${to === Infinity ? '' : to}`;
}

function write({
  label,
  value,
  unitOfMeasure,
  warning,
  critical,
  minimum,
  maximum,
}: Written): string {
  const unit = value === 'U' ? '' : unitOfMeasure;
  const fields = [writeRange(warning), writeRange(critical), minimum ?? '', maximum ?? ''];
  return `'${label.replaceAll("'", "''")}'=${value}${unit};${fields.join(';')}`;
}

describe('performance data of any kind', () => {
  it('is read or named, and is never a number that is none', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { performance, problems } = parsePerformanceData(text);
        for (const { label, value, unit, minimum = 0, maximum = 0, ...datum } of performance) {
          expect(label.trim()).not.toBe('');
          expect(unit).not.toMatch(/[\d;'"\s]/);
          const all = [value.known ? value.value : 0, minimum, maximum];
          expect(all.every((each) => Number.isFinite(each))).toBe(true);
          for (const range of [datum.warning, datum.critical]) {
            if (range !== undefined) expect(range.from <= range.to).toBe(true);
          }
        }
        for (const { problem, offset } of problems) {
          expect(Object.keys(PERFORMANCE_PROBLEMS)).toContain(problem);
          expect(offset).toBeLessThan(text.length);
        }
        const isBlank = text.replaceAll(/[ \t\r\n\v\f]/g, '') === '';
        expect(performance.length + problems.length > 0).toBe(!isBlank);
      }),
      { numRuns: 2000 },
    );
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 8 }), (written) => {
        const { performance, problems } = parsePerformanceData(written.map(write).join(' '));
        expect(problems).toEqual([]);
        expect(performance.map(({ unit: _unit, value, ...datum }) => ({ ...datum, value: value.known ? value.value : 'U' }))).toEqual(
          written.map((one) => ({ ...one, unitOfMeasure: one.value === 'U' ? '' : one.unitOfMeasure })),
        );
      }),
    );
  }); // prettier-ignore

  it('takes no longer than its length allows', () => {
    for (const part of ["'", "''", "'' ", "'a'' ", 'a=1;', '=', ' ', "' "]) {
      const startedAtMs = performance.now();
      parsePerformanceData(part.repeat(65_536 / part.length));
      expect(performance.now() - startedAtMs, part).toBeLessThan(2000);
    }
  });
});

describe('the output of a plugin', () => {
  it.each([
    ['OK', 'OK', []],
    ['', '', []],
    ['OK - 5 | a=1', 'OK - 5 ', ['a']],
    ['OK | a=1\r\nlong text b=2\nmore | c=3\nd=4 e=5', 'OK ', ['a', 'c', 'd', 'e']],
    ['OK\nlong | x=1 y=2', 'OK', ['x', 'y']],
    ["OK | 'a|b'=1\n", 'OK ', ['a|b']],
  ])('%j is the text %j', (output, text, labels) => {
    const found = readPluginOutput(output);
    expect(found.text).toBe(text);
    expect(parsePerformanceData(found.performance).performance.map(({ label }) => label)).toEqual(
      labels,
    );
  });

  it('is one short line without addresses in the log', () => {
    const text = maskPluginText(`a\u0000\tb\uFFFD <ada@example.com>, c ${'x'.repeat(90_000)}`);
    expect(text.slice(0, 19)).toBe('a b <[address]>, c ');
    expect(text).toHaveLength(200);
  });
});
