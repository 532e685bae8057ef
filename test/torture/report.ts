import type { Suite, SuiteReport, Table } from './suite.ts';

export type FinishedSuite = {
  readonly suite: Pick<Suite, 'name' | 'title' | 'unit'>;
  readonly report: SuiteReport;
  readonly seconds: number;
};

export type ReportFacts = {
  readonly seed: number;
  /** Program, machine and the like, in the order in which they are to be read. */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** Violations that are printed in full; of more than these the number is enough. */
const VIOLATIONS_SHOWN = 50;

/** The whole report as Markdown, to be kept or pasted. */
export function renderReport(finished: readonly FinishedSuite[], facts: ReportFacts): string {
  const violations = finished.reduce((sum, { report }) => sum + report.violations.length, 0);
  return [
    '# Torture report',
    '',
    `**Violations: ${violations}**`,
    '',
    ...renderTable({
      title: '',
      columns: ['Fact', 'Value'],
      rows: [['seed', facts.seed], ...facts.facts],
    }),
    ...finished.flatMap(renderSuite),
  ].join('\n');
}

function renderSuite({ suite, report, seconds }: FinishedSuite): readonly string[] {
  const { done, tables, violations, missing } = report;
  return [
    `## ${suite.name}: ${suite.title}`,
    '',
    `${done} ${suite.unit} in ${seconds.toFixed(0)} s; violations: ${violations.length}.`,
    '',
    ...missing.flatMap((text) => [`Not run: ${text}`, '']),
    ...tables.flatMap(renderTable),
    ...violations
      .slice(0, VIOLATIONS_SHOWN)
      .flatMap(({ what, repeat }) => [`- ${what}`, `  Repeat it: \`${repeat}\``]),
    ...(violations.length > VIOLATIONS_SHOWN
      ? [`- and ${violations.length - VIOLATIONS_SHOWN} more`]
      : []),
    ...(violations.length > 0 ? [''] : []),
  ];
}

function renderTable({ title, columns, rows }: Table): readonly string[] {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    ...(title === '' ? [] : [`### ${title}`, '']),
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
    '',
  ];
}
