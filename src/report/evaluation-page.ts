import type { Report, TableEvaluation } from '../responder/diagnosis/diagnosis.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { answeredPoints } from './answered.ts';
import {
  MATRIX_CLASSES_MAX,
  confusionPlot,
  frequentConfusions,
  matrixLayout,
} from './confusion.ts';
import type { MatrixLayout } from './confusion.ts';
import { renderPage, scrolling } from './page.ts';
import type { Card } from './page.ts';
import { reliabilityPlot } from './reliability.ts';
import { riskCoveragePlot } from './risk-coverage.ts';
import type { ReportSource } from './source.ts';
import {
  answeredTable,
  binsTable,
  classesTable,
  confusionsTable,
  figuresTable,
  recipesTable,
} from './tables.ts';
import { countText, figureText } from './text.ts';
import { whiskerPlots } from './whiskers.ts';

const CONFUSIONS_SHOWN = 12;

export type EvaluationView = {
  readonly report: Report;
  readonly evaluation: Pick<TableEvaluation, 'folds' | 'inOrderOfTime' | 'recipes'>;
  readonly source: ReportSource;
};

/** All that `crmwatch evaluate` found, as one HTML file: no script, no other file, the same bytes for the same values. */
export function evaluationPage({ report, evaluation, source }: EvaluationView): string {
  const { folds, inOrderOfTime } = evaluation;
  const layout = matrixLayout(report.classes, report.confusion);
  return renderPage({
    title: 'Evaluation',
    facts: [
      `${countText(report.rows)} rows`,
      `${countText(report.groups)} groups`,
      `${countText(report.classes.length)} classes`,
      `${folds} folds${inOrderOfTime ? ' in the order of time' : ''}`,
      `seed ${source.seed}`,
    ],
    source,
    cards: [
      figuresCard(report, evaluation),
      reliabilityCard(report),
      coverageCard(report),
      confusionCard(report, layout),
      {
        id: 'classes',
        title: 'Precision, recall and F1',
        isWide: true,
        body: scrolling(
          'Precision, recall and F1 of each class',
          classesTable(report.byClass, layout.names),
        ),
      },
    ],
  });
}

function figuresCard(report: Report, evaluation: EvaluationView['evaluation']): Card {
  return {
    id: 'figures',
    title: 'Figures',
    lead: 'Every row was predicted by a classifier that saw neither it nor its group. Intervals come from 1,000 draws of whole groups.',
    isWide: true,
    body: html`<div class="columns">
      <div>${figuresTable(report.figures)} ${recipesTable(evaluation.recipes)}</div>
      <div>
        ${whiskerPlots(report.figures).map(
          ({ title, picture }) =>
            html`<h3>${title}</h3>
              ${picture}`,
        )}
      </div>
    </div>`,
  };
}

function reliabilityCard({ figures, bins }: Report): Card {
  const error = figures.find(({ name }) => name === 'calibrationError')?.value ?? null;
  return {
    id: 'reliability',
    title: 'Reliability',
    lead: `Does 90 % mean 90 %? On the diagonal it does; below it the classifier was too sure. The larger a dot, the more rows. Expected calibration error ${figureText(error)}.`,
    body: [
      reliabilityPlot(bins, error),
      html`<ul class="legend">
        <li class="bar">right</li>
        <li class="wrong">wrong</li>
      </ul>`,
      binsTable(bins),
    ],
  };
}

function coverageCard({ coverage }: Report): Card {
  const marked = [...new Set(answeredPoints(coverage))];
  return {
    id: 'coverage',
    title: 'Risk and coverage',
    lead: 'How many answers are right when the least probable ones are left to people.',
    body: [riskCoveragePlot(coverage, marked), answeredTable(marked)],
  };
}

function confusionCard(report: Report, layout: MatrixLayout): Card {
  const { classes, confusion } = report;
  const isDrawn = classes.length <= MATRIX_CLASSES_MAX;
  return {
    id: 'confusion',
    title: 'Confusion matrix',
    lead: isDrawn
      ? 'Counts of rows; the darker or, on a dark page, the lighter a cell is, the larger is its share of the rows of its class.'
      : `A matrix of ${classes.length} classes is larger than any page, so only the most frequent confusions are told.`,
    isWide: true,
    body: html`<div class="beside">
      ${isDrawn ? matrix(report, layout) : null}
      ${confusionsTable(frequentConfusions(confusion, CONFUSIONS_SHOWN), layout.names)}
    </div>`,
  };
}

function matrix(report: Report, layout: MatrixLayout): Html {
  const picture = confusionPlot(report, layout);
  return layout.isCompact ? picture : scrolling('Counts of rows by class and answer', picture);
}
