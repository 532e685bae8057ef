import type {
  AnswerFacts,
  Figure,
  LeftOutClass,
  Report,
  TableEvaluation,
} from '../responder/diagnosis/diagnosis.ts';
import { FIGURE_TITLES, answeredPoints, meanOwnLimit, meanPoints } from '../report/report.ts';

export function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function figureLine({ name, value, interval }: Figure): string {
  const range = interval === null ? '' : `   ${figure(interval.low)} to ${figure(interval.high)}`;
  return `  ${FIGURE_TITLES[name].padEnd(46)}${figure(value).padStart(8)}${range}`;
}

export function describeFigures(figures: readonly Figure[]): readonly string[] {
  return [`${''.padEnd(48)}   value   95 % interval over groups`, ...figures.map(figureLine)];
}

/** How often nothing, and how well several classes at once, are named. */
export function describeAnswers({
  unknownRatio,
  answeredAccuracyRatio,
  coincidence,
}: AnswerFacts): readonly string[] {
  return [
    `  answered "unknown" ${figure(unknownRatio)}  accuracy of what was answered ${figure(answeredAccuracyRatio)}`,
    ...(coincidence === null
      ? []
      : [
          `  of ${coincidence.rows} rows of several classes: all named and no other ${figure(coincidence.allNamedRatio)}, only right ones named ${figure(coincidence.someNamedRatio)}`,
          `  several named where one holds ${figure(coincidence.falseSeveralRatio)}`,
        ]),
  ];
}

export function describeClasses({
  classes,
  byClass,
}: Pick<Report, 'classes' | 'byClass'>): readonly string[] {
  const width = Math.max(5, ...classes.map((name) => name.length));
  return [
    `  ${'class'.padEnd(width)}   rows  precision  recall      F1`,
    ...byClass.map(
      (row) =>
        `  ${(classes[row.class] ?? '').padEnd(width)} ${String(row.rows).padStart(6)}     ${figure(row.precision).padStart(6)}  ${figure(row.recall).padStart(6)}  ${figure(row.f1).padStart(6)}`,
    ),
  ];
}

/** Nothing when every row got its class. */
export function describeConfusion({
  classes,
  confusion,
}: Pick<Report, 'classes' | 'confusion'>): readonly string[] {
  const wrong = confusion.filter(({ actual, answer }) => actual !== answer);
  return [
    ...(wrong.length === 0 ? [] : ['', '  taken for something else:']),
    ...wrong.map(
      ({ actual, answer, rows }) => `  ${classes[actual]} → ${classes[answer]}  ${rows}`,
    ),
  ];
}

/** What a person reads of an evaluation, in lines. */
export function describeEvaluation(
  report: Report,
  { folds, inOrderOfTime, recipes }: TableEvaluation,
): string[] {
  const { classes, coverage } = report;
  const counted = Map.groupBy(recipes, ({ encoding, strengthC }) => `${encoding}, C ${strengthC}`);
  return [
    `${report.rows} rows in ${report.groups} groups, ${classes.length} classes, ${folds} folds${inOrderOfTime ? ' in the order of time' : ''}`,
    `chosen within the folds: ${[...counted].map(([name, all]) => `${name} (${all.length})`).join('; ')}`,
    '',
    ...describeFigures(report.figures),
    '',
    ...describeClasses(report),
    '',
    '  answered   right   least probability',
    ...answeredPoints(coverage).map(
      (point) =>
        `   ${(point.coverage * 100).toFixed(1).padStart(5)} %  ${figure(point.accuracy)}  ${figure(point.threshold)}`,
    ),
    ...describeConfusion(report),
  ];
}

/** A line for each class, the mean over their rows, and what the limits of the models themselves come to. */
export function describeLeftOut(
  left: readonly LeftOutClass[],
  classes: readonly string[],
): readonly string[] {
  const width = Math.max(9, ...classes.map((name) => name.length));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(9);
  const rows = left.reduce((sum, one) => sum + one.rows, 0);
  const means = meanPoints(left);
  const own = meanOwnLimit(left);
  return [
    'share of a class that was never seen that is recognised as unknown,',
    'by the share of rows of known classes that are taken for unknown:',
    '',
    `  ${'class'.padEnd(width)}   rows${means.map(({ falseUnknown }) => percent(falseUnknown)).join('')}`,
    ...left.map(
      (one) =>
        `  ${(classes[one.class] ?? '').padEnd(width)} ${String(one.rows).padStart(6)}${one.points.map(({ unknown }) => percent(unknown)).join('')}`,
    ),
    `  ${'all rows'.padEnd(width)} ${String(rows).padStart(6)}${means.map(({ unknown }) => percent(unknown)).join('')}`,
    '',
    `by the limit that a model sets itself, from its training rows: ${percent(own.unknown).trim()}, and ${percent(own.falseUnknown).trim()} of known rows`,
  ];
}
