import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { answeredPoints } from '../../src/report/answered.ts';
import { confusionPlot, frequentConfusions, matrixLayout } from '../../src/report/confusion.ts';
import { leftOutPlot, leftOutPlots, meanPoints } from '../../src/report/left-out.ts';
import { reliabilityPlot } from '../../src/report/reliability.ts';
import { riskCoveragePlot } from '../../src/report/risk-coverage.ts';
import { thin } from '../../src/report/thin.ts';
import { whiskerPlots } from '../../src/report/whiskers.ts';
import { inventReport } from '../support/invented-report.ts';
import { svgElements } from '../support/svg-elements.ts';
import type { SvgElement } from '../support/svg-elements.ts';

const classesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `class ${index}`);

const report = inventReport(classesOf(4), 300);

/** From a coordinate to the value that the ticks of the axis say it has. */
function readingOf(
  ticks: readonly SvgElement[],
  key: 'x' | 'y',
  offset: number,
): (at: number) => number {
  const value = (tick: SvgElement): number =>
    Number(/[\d.,]+/.exec(tick.content)![0].replace(',', ''));
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  const slope = (value(last) - value(first)) / (last.number(key) - first.number(key));
  return (at) => value(first) + (at - (first.number(key) - offset)) * slope;
}

const ticksOfAnchor = (markup: string, anchor: string): readonly SvgElement[] =>
  svgElements(markup, 'text', 'tick').filter(
    ({ attributes }) => attributes['text-anchor'] === anchor,
  );

describe('the reliability diagram', () => {
  const { html: markup } = reliabilityPlot(report.bins, 0.05);
  const filled = report.bins.filter(({ rows }) => rows > 0);
  const shares = ticksOfAnchor(markup, 'end').filter(({ content }) => content.includes('%'));

  it('has a dot for each bin with rows, at its mean probability and its share of right answers', () => {
    const x = readingOf(ticksOfAnchor(markup, 'middle'), 'x', 0);
    const y = readingOf(shares, 'y', 4.5);
    const dots = svgElements(markup, 'circle');
    expect(dots.length).toBe(filled.length);
    for (const [index, dot] of dots.entries()) {
      expect(x(dot.number('cx')) / 100).toBeCloseTo(filled[index]!.confidence!, 3);
      expect(y(dot.number('cy')) / 100).toBeCloseTo(filled[index]!.accuracy!, 3);
    }
  });

  it('has the rows of each bin beneath it, right and wrong ones', () => {
    const counts = ticksOfAnchor(markup, 'end').filter(({ content }) => !content.includes('%'));
    const rows = readingOf(counts, 'y', 4.5);
    const perUnit = rows(0) - rows(1);
    const heights = new Map<string, number>();
    for (const bar of svgElements(markup, 'rect', 'bar')) {
      const x = bar.attributes['x']!;
      heights.set(x, (heights.get(x) ?? 0) + bar.number('height') * perUnit);
    }
    expect([...heights.values()].map(Math.round)).toEqual(filled.map((bin) => bin.rows));
    const wrong = svgElements(markup, 'rect', 'wrong');
    const wrongRows = wrong.reduce((sum, bar) => sum + bar.number('height') * perUnit, 0);
    const all = report.confusion.filter(({ actual, answer }) => actual !== answer);
    expect(Math.round(wrongRows)).toBe(all.reduce((sum, { rows: own }) => sum + own, 0));
  });

  it('stands without any row', () => {
    const empty = reliabilityPlot([{ rows: 0, confidence: null, accuracy: null }], null).html;
    expect(svgElements(empty, 'circle')).toEqual([]);
    expect(empty).not.toContain('NaN');
  });
});

describe('the curve of coverage', () => {
  const marked = answeredPoints(report.coverage);
  const { html: markup } = riskCoveragePlot(report.coverage, marked);

  it('marks the shares that are told of, where the data has them', () => {
    const x = readingOf(ticksOfAnchor(markup, 'middle'), 'x', 0);
    const y = readingOf(ticksOfAnchor(markup, 'end'), 'y', 4.5);
    const dots = svgElements(markup, 'circle');
    expect(dots.map((dot) => Math.round(x(dot.number('cx'))))).toEqual([100, 95, 90, 80, 70, 50]);
    for (const [index, dot] of dots.entries()) {
      expect(y(dot.number('cy')) / 100).toBeCloseTo(marked[index]!.accuracy, 3);
    }
  });

  it('takes the fewest answers that cover a share, also where many are equally probable', () => {
    const points = [
      { coverage: 0.3, accuracy: 1, threshold: 0.9 },
      { coverage: 0.92, accuracy: 0.9, threshold: 0.6 },
      { coverage: 1, accuracy: 0.8, threshold: 0.4 },
    ];
    expect(answeredPoints(points).map(({ coverage }) => coverage)).toEqual([
      1, 1, 0.92, 0.92, 0.92, 0.92,
    ]);
  });
});

describe('a line that is thinned', () => {
  it('keeps its ends, its extremes in each column and its order, and is short', () => {
    const steps = fc.array(
      fc.tuple(fc.double({ min: 0, max: 0.2, noNaN: true }), fc.integer({ min: 0, max: 99 })),
      { minLength: 1, maxLength: 400 },
    );
    fc.assert(
      fc.property(steps, (pairs) => {
        let x = 0;
        const points = pairs.map(([step, y]) => [(x += step), y] as const);
        const kept = thin(points);
        const columns = (all: typeof points, pick: (...ys: number[]) => number): unknown =>
          [...Map.groupBy(all, ([at]) => Math.floor(at * 2))].map(([column, own]) => [
            column,
            pick(...own.map(([, y]) => y)),
          ]);
        expect(kept[0]).toBe(points[0]);
        expect(kept.at(-1)).toBe(points.at(-1));
        expect(columns([...kept], Math.min)).toEqual(columns(points, Math.min));
        expect(columns([...kept], Math.max)).toEqual(columns(points, Math.max));
        expect(kept.map(([at]) => at)).toEqual(kept.map(([at]) => at).toSorted((a, b) => a - b));
        expect(kept.length).toBeLessThanOrEqual(4 * (Math.floor(x * 2) + 1));
      }),
    );
  });
});

describe('the matrix of confusions', () => {
  it.each([2, 3, 6, 7, 18, 40])(
    'has the count of every pair in its row and column: %i classes',
    (classCount) => {
      const own = inventReport(classesOf(classCount), 2000);
      const { html: markup } = confusionPlot(own, matrixLayout(own.classes, own.confusion));
      const counts = svgElements(markup, 'text').filter(({ attributes }) =>
        attributes['class']!.includes('heat-ink'),
      );
      const places = (key: 'x' | 'y'): readonly number[] =>
        [...new Set(counts.map((count) => count.number(key)))].toSorted((a, b) => a - b);
      expect(places('x').length).toBe(classCount);
      const found = counts.map((count) => ({
        actual: places('y').indexOf(count.number('y')),
        answer: places('x').indexOf(count.number('x')),
        rows: Number(count.content.replace(',', '')),
      }));
      expect(found).toEqual(own.confusion);
    },
  );

  it('colours by the share of the class, not of all rows', () => {
    const skewed = {
      classes: ['common', 'rare'],
      byClass: [
        { class: 0, rows: 1000, precision: 1, recall: 1, f1: 1 },
        { class: 1, rows: 2, precision: null, recall: 0, f1: 0 },
      ],
      confusion: [
        { actual: 0, answer: 0, rows: 1000 },
        { actual: 1, answer: 0, rows: 2 },
      ],
    };
    const layout = matrixLayout(skewed.classes, skewed.confusion);
    const { html: markup } = confusionPlot(skewed, layout);
    expect(svgElements(markup, 'rect', 'heat-8').length).toBe(2);
  });

  it('names its columns where all names have room, and numbers rows and columns otherwise', () => {
    const digits = inventReport(
      classesOf(10).map((name) => name.slice(-1)),
      500,
    );
    expect(matrixLayout(digits.classes, digits.confusion)).toMatchObject({
      names: digits.classes,
      heads: digits.classes,
      isCompact: true,
    });
    const long = inventReport(
      classesOf(10).map((name) => `a long name of ${name}`),
      500,
    );
    const layout = matrixLayout(long.classes, long.confusion);
    expect([layout.names[1], layout.heads[1]]).toEqual(['2 a long name of class 1', '2']);
    expect(matrixLayout(classesOf(40), []).isCompact).toBe(false);
  });

  it('names the pairs that are taken for each other most often', () => {
    const [first, second] = frequentConfusions(report.confusion, 2);
    expect(first!.rows).toBeGreaterThanOrEqual(second!.rows);
    expect(first!.actual).not.toBe(first!.answer);
  });
});

describe('dots and whiskers', () => {
  it('lie where the figures and their intervals do', () => {
    const [shares, losses] = whiskerPlots(report.figures);
    const accuracy = report.figures.find(({ name }) => name === 'accuracy')!;
    const loss = report.figures.find(({ name }) => name === 'logLoss')!;
    for (const [plot, figure, unit] of [
      [shares, accuracy, 100],
      [losses, loss, 1],
    ] as const) {
      const x = readingOf(ticksOfAnchor(plot!.picture.html, 'middle'), 'x', 0);
      const [whisker] = svgElements(plot!.picture.html, 'line', 'whisker');
      expect(x(svgElements(plot!.picture.html, 'circle')[0]!.number('cx')) / unit).toBeCloseTo(
        figure.value!,
        2,
      );
      expect(x(whisker!.number('x1')) / unit).toBeCloseTo(figure.interval!.low, 2);
      expect(x(whisker!.number('x2')) / unit).toBeCloseTo(figure.interval!.high, 2);
    }
    expect(
      svgElements(shares!.picture.html, 'circle').length +
        svgElements(losses!.picture.html, 'circle').length,
    ).toBe(report.figures.length);
  });

  it('leave out what the rows cannot tell', () => {
    const [shares] = whiskerPlots([{ name: 'areaUnderRoc', value: null, interval: null }]);
    expect(svgElements(shares!.picture.html, 'circle')).toEqual([]);
    expect(shares!.picture.html).not.toContain('NaN');
  });
});

describe('the curves of classes that were left out', () => {
  const left = [
    {
      class: 0,
      rows: 10,
      ownLimit: { falseUnknown: 0.05, unknown: 0.6 },
      points: [
        { falseUnknown: 0.01, unknown: 0.2 },
        { falseUnknown: 0.18, unknown: 1 },
      ],
    },
    {
      class: 1,
      rows: 30,
      ownLimit: { falseUnknown: 0.05, unknown: 0.6 },
      points: [
        { falseUnknown: 0.01, unknown: 0.6 },
        { falseUnknown: 0.1, unknown: 0.6 },
      ],
    },
  ];

  it('have their mean over rows among them', () => {
    const mean = meanPoints(left);
    expect(mean.map(({ unknown }) => unknown)).toEqual(
      [0.5, 0.7].map((value) => expect.closeTo(value, 12)),
    );
    expect(mean[1]!.falseUnknown).toBeCloseTo(0.12, 12);
    const { html: markup } = leftOutPlot(left);
    const x = readingOf(ticksOfAnchor(markup, 'middle'), 'x', 0);
    const y = readingOf(ticksOfAnchor(markup, 'end'), 'y', 4.5);
    const [, second] = svgElements(markup, 'circle');
    expect(x(second!.number('cx'))).toBeCloseTo(12, 1);
    expect(y(second!.number('cy'))).toBeCloseTo(70, 1);
    expect(svgElements(markup, 'polyline', 'other').length).toBe(2);
  });

  it('are drawn for each class on the same axes', () => {
    const [first, second] = leftOutPlots(left, ['a', 'b']).map(({ html: markup }) => ({
      ticks: ticksOfAnchor(markup, 'middle').map(({ attributes, content }) => [
        attributes['x'],
        content,
      ]),
      dots: svgElements(markup, 'circle').map((dot) => [dot.number('cx'), dot.number('cy')]),
    }));
    expect(first!.ticks).toEqual(second!.ticks);
    expect(second!.dots[0]![1]).toBe(second!.dots[1]![1]);
    expect(first!.dots[1]![1]).toBeLessThan(first!.dots[0]![1]!);
  });
});
