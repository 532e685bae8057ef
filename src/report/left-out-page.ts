import type { LabelledTable, LeftOutClass } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import { leftOutPlot, leftOutPlots, meanOwnLimit } from './left-out.ts';
import { renderPage, scrolling } from './page.ts';
import type { ReportSource } from './source.ts';
import { leftOutTable } from './tables.ts';
import { countText, percentText } from './text.ts';

export type LeftOutView = {
  readonly left: readonly LeftOutClass[];
  readonly table: Pick<LabelledTable, 'classes' | 'groups'>;
  readonly folds: number;
  readonly source: ReportSource;
};

/** What `crmwatch evaluate --leave-class-out` found, as one HTML file like that of the evaluation. */
export function leftOutPage({ left, table, folds, source }: LeftOutView): string {
  const { classes, groups } = table;
  const own = meanOwnLimit(left);
  return renderPage({
    title: 'Classes that were never seen',
    facts: [
      `${countText(groups.length)} rows`,
      `${countText(new Set(groups).size)} groups`,
      `${countText(classes.length)} classes`,
      `${folds} folds`,
      `seed ${source.seed}`,
    ],
    source,
    cards: [
      {
        id: 'all',
        title: 'Recognised as unknown',
        lead: `Each class in turn was kept out of the training. The further a line is up and left, the better. By the limit that a model sets itself, from its training rows: ${percentText(own.unknown, 1)}, and ${percentText(own.falseUnknown, 1)} of known rows.`,
        isWide: true,
        body: html`<div class="columns">
          <div>${leftOutPlot(left)}</div>
          <div>${scrolling('Shares recognised as unknown', leftOutTable(left, classes))}</div>
        </div>`,
      },
      {
        id: 'each',
        title: 'Each class',
        lead: 'Axes as above; the mean of all classes is the thin line.',
        isWide: true,
        body: html`<div class="small-plots">${leftOutPlots(left, classes)}</div>`,
      },
    ],
  });
}
