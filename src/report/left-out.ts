import type { LeftOutClass } from '../responder/diagnosis/diagnosis.ts';
import type { Html } from '../std/std.ts';
import { linearScale, rangeOf, ticksOf } from './scale.ts';
import { PLOT_WIDTH, axisBelow, axisLeft, dot, label, line, plot, polyline } from './svg.ts';
import type { Area, Point } from './svg.ts';
import { countText, fitText, percentText } from './text.ts';

type UnknownPoint = LeftOutClass['points'][number];

const ALL: Area = { left: 62, right: PLOT_WIDTH - 26, top: 34, bottom: 274 };
/** Of the small pictures, of which two stand side by side on a telephone. */
const SMALL_WIDTH = 186;
const SMALL: Area = { left: 52, right: SMALL_WIDTH - 24, top: 28, bottom: 118 };
const SMALL_FONT_SIZE = 13;

/** The means over classes, each weighted by its rows; for each share of false unknowns that was asked for. */
export function meanPoints(left: readonly LeftOutClass[]): readonly UnknownPoint[] {
  return (left[0]?.points ?? []).map((_, at) => meanOf(left, ({ points }) => points[at]));
}

/** The same of the limits that the models set themselves. */
export function meanOwnLimit(left: readonly LeftOutClass[]): UnknownPoint {
  return meanOf(left, ({ ownLimit }) => ownLimit);
}

function meanOf(
  left: readonly LeftOutClass[],
  pointOf: (one: LeftOutClass) => UnknownPoint | undefined,
): UnknownPoint {
  const rows = left.reduce((sum, one) => sum + one.rows, 0);
  const of = (key: keyof UnknownPoint): number =>
    left.reduce((sum, one) => sum + (pointOf(one)?.[key] ?? 0) * (one.rows / rows), 0);
  return { falseUnknown: of('falseUnknown'), unknown: of('unknown') };
}

type Axes = {
  readonly x: (share: number) => number;
  readonly y: (share: number) => number;
  readonly xTicks: readonly number[];
};

/** All pictures share their axes, so that they can be compared. */
function axesOf(left: readonly LeftOutClass[], area: Area, tickCount: number): Axes {
  const largest = Math.max(
    0.01,
    ...left.flatMap(({ points }) => points.map(({ falseUnknown }) => falseUnknown)),
  );
  const xTicks = ticksOf({ low: 0, high: largest }, { count: tickCount });
  return {
    x: linearScale(rangeOf(xTicks), area.left, area.right),
    y: linearScale({ low: 0, high: 1 }, area.bottom, area.top),
    xTicks,
  };
}

const percent = (share: number): string => percentText(share);

function pointsOn({ x, y }: Axes, points: readonly UnknownPoint[]): readonly Point[] {
  return points.map(({ falseUnknown, unknown }): Point => [x(falseUnknown), y(unknown)]);
}

function said({ falseUnknown, unknown }: UnknownPoint): string {
  return `${percentText(unknown, 1)} recognised at ${percentText(falseUnknown, 1)} false`;
}

/** Rows of a class that was never seen that are recognised, against rows of known classes that are taken for such too. */
export function leftOutPlot(left: readonly LeftOutClass[]): Html {
  const axes = axesOf(left, ALL, 5);
  const mean = meanPoints(left);
  return plot(
    {
      id: 'left-out',
      title: 'Recognised as unknown, all classes',
      description:
        'Share of rows of a class that was never seen that are called unknown, against the share of rows of known classes that are. A thin line for each class, a thick one for their mean. The table beneath has the numbers.',
      height: ALL.bottom + 46,
    },
    axisLeft(
      {
        scale: axes.y,
        ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
        format: percent,
        name: 'recognised as unknown',
      },
      ALL,
    ),
    axisBelow(
      { scale: axes.x, ticks: axes.xTicks, format: percent, name: 'known rows taken for unknown' },
      ALL,
    ),
    left.map(({ points }) => polyline(pointsOn(axes, points), 'other')),
    polyline(pointsOn(axes, mean), 'curve'),
    mean.map((point) =>
      dot([axes.x(point.falseUnknown), axes.y(point.unknown)], 'point', said(point), 4.5),
    ),
  );
}

/** The same for each class alone, before the mean in grey. */
export function leftOutPlots(
  left: readonly LeftOutClass[],
  classes: readonly string[],
): readonly Html[] {
  const axes = axesOf(left, SMALL, 2);
  const mean = pointsOn(axes, meanPoints(left));
  const frame = [0, 0.5, 1].map((tick) => [
    line([SMALL.left, axes.y(tick)], [SMALL.right, axes.y(tick)], 'grid'),
    label([SMALL.left - 6, axes.y(tick) + 4.5], percent(tick), {
      anchor: 'end',
      className: 'tick',
    }),
  ]);
  const below = axes.xTicks.map((tick) =>
    label([axes.x(tick), SMALL.bottom + 17], percent(tick), {
      anchor: 'middle',
      className: 'tick',
    }),
  );
  return left.map((one) => {
    const name = classes[one.class] ?? '';
    return plot(
      {
        id: `left-out-${one.class}`,
        title: name,
        description: `${countText(one.rows)} rows that were never seen: ${one.points.map(said).join('; ')}.`,
        width: SMALL_WIDTH,
        height: SMALL.bottom + 24,
      },
      label([0, 14], fitText(name, SMALL_WIDTH, SMALL_FONT_SIZE), {
        className: 'label name',
        title: name,
      }),
      frame,
      below,
      line([SMALL.left, SMALL.bottom], [SMALL.right, SMALL.bottom], 'axis'),
      polyline(mean, 'other'),
      polyline(pointsOn(axes, one.points), 'curve'),
      one.points.map((point) =>
        dot([axes.x(point.falseUnknown), axes.y(point.unknown)], 'point', said(point), 3),
      ),
    );
  });
}
