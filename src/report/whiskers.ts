import type { Figure } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { linearScale, rangeOf, ticksOf } from './scale.ts';
import { PLOT_WIDTH, axisBelow, dot, label, line, plot } from './svg.ts';
import type { Area } from './svg.ts';
import { figureText, percentText } from './text.ts';
import { FIGURE_TITLES, SHARES } from './wording.ts';

const ROW_HEIGHT = 42;

type Panel = {
  readonly id: string;
  readonly title: string;
  readonly axisName: string;
  readonly figures: readonly Figure[];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
};

export type WhiskerPlot = { readonly title: string; readonly picture: Html };

/** Each figure as a dot on the line of its interval: first those of which more is better, then those of which less is. */
export function whiskerPlots(figures: readonly Figure[]): readonly WhiskerPlot[] {
  const shares = SHARES.flatMap((name) => figures.filter((figure) => figure.name === name));
  const losses = figures.filter(({ name }) => !SHARES.includes(name));
  const valuesOf = (own: readonly Figure[]): readonly number[] =>
    own.flatMap(({ value, interval }) =>
      [value, interval?.low ?? null, interval?.high ?? null].filter((number) => number !== null),
    );
  // A range of a tenth at least: otherwise the noise of a perfect classifier would fill the picture.
  const lowest = Math.min(0.9, ...valuesOf(shares));
  const highest = Math.max(0.1, ...valuesOf(losses));
  return [
    panel({
      id: 'shares',
      title: 'More is better',
      axisName: 'share',
      figures: shares,
      ticks: ticksOf({ low: lowest, high: 1 }),
      format: (value) => percentText(value),
    }),
    panel({
      id: 'losses',
      title: 'Less is better',
      axisName: 'nats, score or share',
      figures: losses,
      ticks: ticksOf({ low: 0, high: highest }),
      format: String,
    }),
  ];
}

function panel({ id, title, axisName, figures, ticks, format }: Panel): WhiskerPlot {
  const bottom = figures.length * ROW_HEIGHT + 10;
  const area: Area = { left: 22, right: PLOT_WIDTH - 26, top: 0, bottom };
  const scale = linearScale(rangeOf(ticks), area.left, area.right);
  const rows = figures.map((figure, index) => {
    const y = index * ROW_HEIGHT + 30;
    const { value, interval, name } = figure;
    const range =
      interval === null ? '' : `, ${figureText(interval.low)} to ${figureText(interval.high)}`;
    return html`${label([area.left, y - 12], FIGURE_TITLES[name], { className: 'label over' })}
    ${
      interval === null
        ? null
        : [
            line([scale(interval.low), y], [scale(interval.high), y], 'whisker'),
            line([scale(interval.low), y - 5], [scale(interval.low), y + 5], 'whisker'),
            line([scale(interval.high), y - 5], [scale(interval.high), y + 5], 'whisker'),
          ]
    }
    ${value === null ? null : dot([scale(value), y], 'point', `${FIGURE_TITLES[name]}: ${figureText(value)}${range}`, 5)}`;
  });
  const picture = plot(
    {
      id,
      title,
      description:
        'Each figure as a dot on the line of its 95 % interval; the table of figures has the numbers.',
      height: bottom + 44,
    },
    axisBelow({ scale, ticks, format, name: axisName }, area),
    rows,
  );
  return { title, picture };
}
