import type { Report } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { linearScale, rangeOf, ticksOf } from './scale.ts';
import { PLOT_WIDTH, axisBelow, axisLeft, box, dot, line, plot, polyline } from './svg.ts';
import type { Area, Point } from './svg.ts';
import { countText, figureText, percentText } from './text.ts';

type Bin = Report['bins'][number];
type FilledBin = { readonly index: number } & { readonly [Key in keyof Bin]: number };

/** The area of a dot grows with its rows, so that a bin of two rows does not look like a finding. */
const LARGEST_DOT = 7;
const SMALLEST_DOT = 3.5;

const UNIT = { low: 0, high: 1 };
const UPPER: Area = { left: 62, right: PLOT_WIDTH - 26, top: 34, bottom: 314 };
const LOWER: Area = { ...UPPER, top: 366, bottom: 446 };

/** Bins without rows have no place in the diagram. */
function filledBins(bins: readonly Bin[]): readonly FilledBin[] {
  return bins.flatMap(({ rows, confidence, accuracy }, index) =>
    confidence === null || accuracy === null ? [] : [{ index, rows, confidence, accuracy }],
  );
}

/**
 * Share of right answers against the probability that was given with them, by bins of equal width; beneath it the rows of
 * each bin, right ones below wrong ones. On the diagonal a probability means what it says. Source: Guo et al., 2017, figure 1.
 */
export function reliabilityPlot(bins: readonly Bin[], calibrationError: number | null): Html {
  const x = linearScale(UNIT, UPPER.left, UPPER.right);
  const filled = filledBins(bins);
  const axis = { ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: (share: number) => percentText(share) };
  return plot(
    {
      id: 'reliability',
      title: 'Reliability diagram',
      description: `Share of right answers against their probability in ${bins.length} bins. Expected calibration error ${figureText(calibrationError)}. The table beneath has the numbers.`,
      height: LOWER.bottom + 46,
    },
    upperPart(filled, x, axis),
    lowerPart(filled, x, axis, bins.length),
  );
}

type AxisForm = {
  readonly ticks: readonly number[];
  readonly format: (share: number) => string;
};

function upperPart(
  filled: readonly FilledBin[],
  x: (share: number) => number,
  axis: AxisForm,
): Html {
  const y = linearScale(UNIT, UPPER.bottom, UPPER.top);
  const largest = Math.max(1, ...filled.map(({ rows }) => rows));
  const points = filled.map(({ confidence, accuracy }): Point => [x(confidence), y(accuracy)]);
  return html`${axisLeft({ ...axis, scale: y, name: 'right answers' }, UPPER)}
  ${axis.ticks.map((tick) => line([x(tick), UPPER.top], [x(tick), UPPER.bottom], 'grid'))}
  ${line([x(0), y(0)], [x(1), y(1)], 'ideal')}
  ${filled.map(({ confidence, accuracy }) => line([x(confidence), y(confidence)], [x(confidence), y(accuracy)], 'gap'))}
  ${polyline(points, 'curve faint')}
  ${filled.map(({ confidence, accuracy, rows }) =>
    dot(
      [x(confidence), y(accuracy)],
      'point',
      `${countText(rows)} rows said ${percentText(confidence, 1)}, right ${percentText(accuracy, 1)}`,
      Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(rows / largest)),
    ),
  )}`;
}

function lowerPart(
  filled: readonly FilledBin[],
  x: (share: number) => number,
  axis: AxisForm,
  binCount: number,
): Html {
  const largest = Math.max(1, ...filled.map(({ rows }) => rows));
  const ticks = ticksOf({ low: 0, high: largest }, { count: 2, smallestStep: 1 });
  const y = linearScale(rangeOf(ticks), LOWER.bottom, LOWER.top);
  const bars = filled.map(({ index, rows, accuracy }) => {
    const [left, right] = [x(index / binCount) + 1, x((index + 1) / binCount) - 1];
    const correct = Math.round(rows * accuracy);
    const said = `${countText(rows)} rows, ${countText(correct)} right`;
    const bar = (from: number, to: number, className: string): Html =>
      box({ x: left, y: y(to), width: right - left, height: y(from) - y(to) }, className, said);
    return [bar(0, correct, 'bar'), rows > correct ? bar(correct, rows, 'bar wrong') : null];
  });
  return html`${axisBelow({ ...axis, scale: x, name: 'probability of the answer' }, LOWER)}
  ${axisLeft({ scale: y, ticks, format: countText, name: 'rows' }, LOWER)} ${bars}`;
}
