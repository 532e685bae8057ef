import type { Figure, LeftOutClass, Recipe, Report } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import type { CoveragePoint } from './answered.ts';
import { shareBar } from './bar.ts';
import { meanPoints } from './left-out.ts';
import { countText, figureText, percentText } from './text.ts';
import { FIGURE_TITLES } from './wording.ts';

/** `heads` names the columns; the first ones hold texts, the others numbers. */
function table(
  caption: string,
  heads: readonly string[],
  rows: readonly Html[],
  textCount: number = 1,
): Html {
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads.map((head, index) => html`<th scope="col" ${index < textCount ? null : html` class="number"`}>${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** A name may be long: it is cut by the width of the table, and whole in its title. */
function nameCell(name: string): Html {
  return html`<th scope="row" class="name" title="${name}"><bdi>${name}</bdi></th>`;
}

function numberCell(text: string): Html {
  return html`<td class="number">${text}</td>`;
}

export function figuresTable(figures: readonly Figure[]): Html {
  return table(
    'Figures on rows that were left out, with 95 % intervals over groups',
    ['Figure', 'Value', '95 % interval'],
    figures.map(
      ({ name, value, interval }) =>
        html`<tr>
          <th scope="row">${FIGURE_TITLES[name]}</th>
          ${numberCell(figureText(value))}
          ${numberCell(interval === null ? '–' : `${figureText(interval.low)} to ${figureText(interval.high)}`)}
        </tr>`,
    ),
  );
}

export function recipesTable(recipes: readonly Recipe[]): Html {
  const counted = Map.groupBy(recipes, ({ encoding, strengthC }) => `${encoding} ${strengthC}`);
  return table(
    'What was chosen within the folds',
    ['Encoding', 'C', 'Folds'],
    [...counted.values()]
      .toSorted((a, b) => b.length - a.length)
      .flatMap((own) => {
        const [first] = own;
        if (first === undefined) return [];
        return html`<tr>
          <th scope="row">${first.encoding}</th>
          ${numberCell(String(first.strengthC))} ${numberCell(String(own.length))}
        </tr>`;
      }),
  );
}

/** Precision, recall and F1 of each class as bars with a common beginning, so that the short ones are seen at once. */
export function classesTable(byClass: Report['byClass'], names: readonly string[]): Html {
  const shareCell = (share: number | null): Html =>
    html`<td class="number">${figureText(share)}${shareBar(share)}</td>`;
  return table(
    'Of each class',
    ['Class', 'Rows', 'Precision', 'Recall', 'F1'],
    byClass.map(
      (row) =>
        html`<tr>
          ${nameCell(names[row.class] ?? '')} ${numberCell(countText(row.rows))}
          ${shareCell(row.precision)} ${shareCell(row.recall)} ${shareCell(row.f1)}
        </tr>`,
    ),
  );
}

export function binsTable(bins: Report['bins']): Html {
  const edge = (index: number): string => percentText(index / bins.length, 0);
  return table(
    'Bins with rows',
    ['Probability', 'Rows', 'Mean', 'Right'],
    bins.flatMap(({ rows, confidence, accuracy }, index) =>
      rows === 0
        ? []
        : html`<tr>
            <th scope="row">${edge(index)} to ${edge(index + 1)}</th>
            ${numberCell(countText(rows))} ${numberCell(figureText(confidence))}
            ${numberCell(figureText(accuracy))}
          </tr>`,
    ),
  );
}

export function answeredTable(points: readonly CoveragePoint[]): Html {
  return table(
    'Marked points',
    ['Answered', 'Right', 'Least probability'],
    points.map(
      ({ coverage, accuracy, threshold }) =>
        html`<tr>
          <th scope="row">${percentText(coverage, 1)}</th>
          ${numberCell(figureText(accuracy))} ${numberCell(figureText(threshold))}
        </tr>`,
    ),
  );
}

export function confusionsTable(confusions: Report['confusion'], names: readonly string[]): Html {
  if (confusions.length === 0) return html`<p>No row was taken for something else.</p>`;
  return table(
    'Most frequent confusions',
    ['Class', 'Answer', 'Rows'],
    confusions.map(
      ({ actual, answer, rows }) =>
        html`<tr>
          ${nameCell(names[actual] ?? '')}
          <td class="name" title="${names[answer] ?? ''}">
            <bdi>${names[answer] ?? ''}</bdi>
          </td>
          ${numberCell(countText(rows))}
        </tr>`,
    ),
    2,
  );
}

/** A line for each class, and the mean over their rows. */
export function leftOutTable(left: readonly LeftOutClass[], classes: readonly string[]): Html {
  const rows = left.reduce((sum, one) => sum + one.rows, 0);
  const mean = meanPoints(left);
  const cells = (points: LeftOutClass['points']): readonly Html[] =>
    points.map(({ unknown }) => numberCell(percentText(unknown, 1)));
  return table(
    'Share recognised as unknown, by the share of known rows that are taken for unknown',
    ['Class', 'Rows', ...mean.map(({ falseUnknown }) => percentText(falseUnknown, 1))],
    [
      ...left.map(
        (one) =>
          html`<tr>
            ${nameCell(classes[one.class] ?? '')} ${numberCell(countText(one.rows))}
            ${cells(one.points)}
          </tr>`,
      ),
      html`<tr class="total">
        <th scope="row">all rows</th>
        ${numberCell(countText(rows))} ${cells(mean)}
      </tr>`,
    ],
  );
}
