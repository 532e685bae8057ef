import type { Html } from '../std/std.ts';
import type { CoveragePoint } from './answered.ts';
import { linearScale, rangeOf, ticksOf } from './scale.ts';
import { PLOT_WIDTH, axisBelow, axisLeft, dot, plot, polyline } from './svg.ts';
import type { Area, Point } from './svg.ts';
import { percentText } from './text.ts';
import { thin } from './thin.ts';

const AREA: Area = { left: 62, right: PLOT_WIDTH - 26, top: 34, bottom: 274 };
/** Of the few surest answers one that is wrong would stretch the axis to 0 and flatten everything else. */
const SMALLEST_COVERAGE = 0.05;

/** Share of right answers against the share of rows that are answered, the surest first. Source: El-Yaniv and Wiener, 2010. */
export function riskCoveragePlot(
  coverage: readonly CoveragePoint[],
  marked: readonly CoveragePoint[],
): Html {
  const shown = coverage.filter((point) => point.coverage >= SMALLEST_COVERAGE);
  const accuracies = shown.map(({ accuracy }) => accuracy);
  const lowest = accuracies.reduce((least, value) => Math.min(least, value), 0.95);
  const yTicks = ticksOf({ low: lowest, high: 1 });
  const x = linearScale({ low: 0, high: 1 }, AREA.left, AREA.right);
  const y = linearScale(rangeOf(yTicks), AREA.bottom, AREA.top);
  const at = ({ coverage: share, accuracy }: CoveragePoint): Point => [x(share), y(accuracy)];
  const format = (share: number): string => percentText(share);
  return plot(
    {
      id: 'risk-coverage',
      title: 'Accuracy of the surest answers',
      description:
        'Share of right answers against the share of rows that are answered, the surest first. The table beneath has the marked points.',
      height: AREA.bottom + 46,
    },
    axisLeft({ scale: y, ticks: yTicks, format, name: 'right answers' }, AREA),
    axisBelow({ scale: x, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format, name: 'rows answered' }, AREA),
    polyline(thin(shown.map(at)), 'curve'),
    marked.map((point) =>
      dot(
        at(point),
        'point',
        `${percentText(point.coverage, 1)} of the rows: ${percentText(point.accuracy, 1)} right`,
        4.5,
      ),
    ),
  );
}
