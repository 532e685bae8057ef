import type { Report } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { heatLevel } from './palette.ts';
import { FONT_SIZE, PLOT_WIDTH, box, label, line, plot } from './svg.ts';
import { countText, fitText, percentText, textWidth } from './text.ts';

/** Beyond it a matrix is larger than any page; the table of confusions remains. */
export const MATRIX_CLASSES_MAX = 60;
const LEFT_MIN = 60;
const LEFT_MAX = 136;
const CELL_SIZE = 22;
/** The smallest that can be read, so that forty classes fit a screen; three digits have room in a cell. */
const COUNT_SIZE = 11;
const HEAD_HEIGHT = 44;

export type MatrixLayout = {
  /** Of the classes, before their rows: with their numbers when the columns carry numbers. */
  readonly names: readonly string[];
  /** Above the columns: names where all of them have room, numbers otherwise. */
  readonly heads: readonly string[];
  /** The whole fits a telephone. */
  readonly isCompact: boolean;
  readonly left: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
};

/** How the classes are called beside and above their cells, and how large these are. */
export function matrixLayout(
  classes: readonly string[],
  confusion: Report['confusion'],
): MatrixLayout {
  const named = sizesOf(classes, classes.length, confusion);
  const haveRoom = classes.every((name) => textWidth(name, FONT_SIZE) <= named.cellWidth - 2);
  if (haveRoom) return { ...named, names: classes, heads: classes };
  const names = classes.map((name, index) => `${index + 1} ${name}`);
  const heads = classes.map((_, index) => String(index + 1));
  return { ...sizesOf(names, classes.length, confusion), names, heads };
}

type Sizes = Omit<MatrixLayout, 'names' | 'heads'>;

function sizesOf(
  names: readonly string[],
  classCount: number,
  confusion: Report['confusion'],
): Sizes {
  const left = Math.ceil(Math.min(LEFT_MAX, Math.max(LEFT_MIN, widest(names, FONT_SIZE) + 10)));
  const counts = confusion.map(({ rows }) => countText(rows));
  const room = (PLOT_WIDTH - 2 - left) / classCount;
  if (room >= Math.max(CELL_SIZE, widest(counts, FONT_SIZE) + 2)) {
    return { isCompact: true, left, cellWidth: room, cellHeight: Math.min(40, Math.max(26, room)) };
  }
  const cellWidth = Math.ceil(Math.max(CELL_SIZE, widest(counts, COUNT_SIZE) + 2));
  return { isCompact: false, left, cellWidth, cellHeight: CELL_SIZE };
}

function widest(texts: readonly string[], fontSize: number): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text, fontSize)), 0);
}

type Confusion = Pick<Report, 'classes' | 'confusion' | 'byClass'>;
type Grid = MatrixLayout & {
  readonly x: (column: number) => number;
  readonly y: (row: number) => number;
};

/**
 * Rows of each class by the answer they got, as a map of heat: the colour of a cell tells which share of the rows of its
 * class lies in it, so that rare classes are seen as well. Only cells with rows are drawn on their own.
 */
export function confusionPlot(
  { classes, confusion, byClass }: Confusion,
  layout: MatrixLayout,
): Html {
  const rowsOf = new Map(byClass.map((row) => [row.class, row.rows]));
  const grid: Grid = {
    ...layout,
    x: (column) => layout.left + column * layout.cellWidth,
    y: (row) => HEAD_HEIGHT + row * layout.cellHeight,
  };
  const [width, height] = [grid.x(classes.length), grid.y(classes.length)];
  return plot(
    {
      id: 'confusion',
      title: 'Confusion matrix',
      description:
        'One row for each class and one column for each answer; each cell tells how many rows of the class got the answer. The tables have the numbers.',
      width: width + 2,
      height: height + 2,
    },
    label([grid.left, 14], 'answer', { className: 'axis-name' }),
    label([0, HEAD_HEIGHT - 8], 'class', { className: 'axis-name' }),
    ground(grid, width, height),
    classes.map((name, index) => labelsOf(grid, name, index)),
    confusion.map((pair) => cell(pair, rowsOf.get(pair.actual) ?? pair.rows, grid, classes)),
  );
}

/** All cells without rows at once, parted by lines that the eye can follow. */
function ground({ names: texts, left, x, y }: Grid, width: number, height: number): Html {
  const place = { x: left, y: HEAD_HEIGHT, width: width - left, height: height - HEAD_HEIGHT };
  return html`${box(place, 'heat-0')}
  ${texts.map((_, index) => [
    line([left, y(index)], [width, y(index)], 'edge'),
    line([x(index), HEAD_HEIGHT], [x(index), height], 'edge'),
  ])}`;
}

/** Of one class: before its row and above its column. */
function labelsOf(grid: Grid, name: string, index: number): Html {
  const { left, cellWidth, cellHeight, x, y } = grid;
  const before = fitText(grid.names[index] ?? '', left - 8, FONT_SIZE);
  return html`${label([0, y(index) + cellHeight / 2 + 4.5], before, { title: name })}
  ${label([x(index) + cellWidth / 2, HEAD_HEIGHT - 8], grid.heads[index] ?? '', { anchor: 'middle', title: name })}`;
}

function cell(
  { actual, answer, rows }: Report['confusion'][number],
  all: number,
  { x, y, cellWidth, cellHeight, isCompact }: Grid,
  classes: readonly string[],
): Html {
  const level = heatLevel(rows / all);
  const place = {
    x: x(answer) + 0.5,
    y: y(actual) + 0.5,
    width: cellWidth - 1,
    height: cellHeight - 1,
  };
  const said = `${classes[actual]}, answered ${classes[answer]}: ${countText(rows)} of ${countText(all)} rows, ${percentText(rows / all, 1)}`;
  return html`${box(place, `heat-${level}`, said)}
  ${label([x(answer) + cellWidth / 2, y(actual) + cellHeight / 2 + 4.5], countText(rows), {
    anchor: 'middle',
    className: `${isCompact ? 'label' : 'count'} heat-ink-${level}`,
  })}`;
}

/** The pairs that were taken for each other most often, the most frequent first. */
export function frequentConfusions(
  confusion: Report['confusion'],
  count: number,
): Report['confusion'] {
  return confusion
    .filter(({ actual, answer }) => actual !== answer)
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, count);
}
