import {
  ALERTS,
  ALERT_NAMES,
  FAILURE_REASONS,
  FAULT_CLASSES,
  MEASUREMENTS,
  PROBE_KINDS,
  PROBE_KIND_NAMES,
  PROBE_METRICS,
  SELF_METRICS,
  UNKNOWN_REASONS,
} from '../catalog/catalog.ts';
import type { AlertName, MetricDefinition } from '../catalog/catalog.ts';
import { alertSeverities } from './alert-rules.ts';
import { recordingGroups } from './recording-rules.ts';
import type { GeneratedFile } from './rule-file.ts';

/** docs/METRICS.md: everything crmwatch exports, records and alerts on, as tables. */
export function generateMetricsDocument(): GeneratedFile {
  const sections = [
    introduction(),
    ...PROBE_KIND_NAMES.map((probe) => {
      const metrics = Object.entries(MEASUREMENTS).filter(([, each]) => each.probe === probe);
      return `### \`${probe}\`: ${PROBE_KINDS[probe].title}\n\n${metricTable(metrics)}`;
    }),
    `## What is said about every probe\n\nEach series carries \`target\`.\n\n${metricTable(Object.entries(PROBE_METRICS))}`,
    `## What crmwatch says about itself\n\n${metricTable(Object.entries(SELF_METRICS))}`,
    recordedSeries(),
    alertTable(),
    `## Failure reasons\n\nEvery failed run of a probe has exactly one, on \`crm_probe_failure_reason\`.\n\n${meaningTable('Reason', FAILURE_REASONS)}`,
    `## Reasons for which a measurement is unknown\n\nThe measurement is absent and \`crm_probe_unknown\` says why.\n\n${meaningTable('Reason', UNKNOWN_REASONS)}`,
    faultClassTable(),
  ];
  return { path: 'docs/METRICS.md', text: `${sections.join('\n\n')}\n` };
}

function introduction(): string {
  return [
    '# Metrics',
    '<!-- Generated from src/catalog by `crmwatch generate`: edit the catalog, not this file. -->',
    'Every series about a CRM carries the label `target`, its name in the configuration, beside the labels below. Results of probes are cached until the next run of the probe and exposed at every scrape; `crm_probe_last_run_timestamp_seconds` says how old they are. What cannot be known is absent, never 0.',
    'Thresholds are exported as `crm_probe_threshold{target,metric,severity}` and can be overridden per target in the configuration, without editing a rule.',
    '## What the probes measure',
  ].join('\n\n');
}

function metricTable(metrics: readonly (readonly [string, MetricDefinition])[]): string {
  const withThresholds = metrics.some(([, { threshold }]) => threshold !== undefined);
  const header = ['Name', 'Type', 'Labels', 'Unit', 'Meaning'];
  const rows = metrics.map(([name, { kind, labels, unit, help, threshold }]) => [
    code(name),
    kind,
    labels.map(code).join(', '),
    unit,
    help,
    ...(withThresholds
      ? [
          threshold === undefined
            ? ''
            : `${threshold.bad} ${threshold.defaults.warning} / ${threshold.defaults.critical}`,
        ]
      : []),
  ]);
  return table(withThresholds ? [...header, 'Bad (warning / critical)'] : header, rows);
}

function recordedSeries(): string {
  const names = new Map<string, string>();
  for (const rule of recordingGroups().flatMap((group) => group.rules)) {
    names.set(rule.record, rule.expr.replaceAll(/\s+/g, ' '));
  }
  return [
    '## Recorded series',
    'The mean M = (1/N) Σ mᵢ runs over all N samples of the window, from all exporters of a target. `breach` compares a mean with the thresholds: 1 or 0 with the label `severity`, and absent where there is no mean or no threshold.',
    table(
      ['Name', 'Expression'],
      [...names].map(([name, expression]) => [code(name), code(expression)]),
    ),
  ].join('\n\n');
}

function alertTable(): string {
  const rows = ALERT_NAMES.map((name: AlertName) => [
    `[${name}](runbooks/${name}.md)`,
    ALERTS[name].area,
    alertSeverities(name).join(', '),
    ALERTS[name].summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*'),
  ]);
  return `## Alerts\n\n${table(['Alert', 'Area', 'Severity', 'Summary'], rows)}`;
}

function faultClassTable(): string {
  const rows = Object.entries(FAULT_CLASSES).map(([name, { title, area, description }]) => [
    `[${code(name)}](FAULTS.md#${name})`,
    title,
    area,
    description,
  ]);
  return `## Fault classes\n\nThe answers of a diagnosis, beside \`no_fault\` and \`unknown\`.\n\n${table(['Class', 'Title', 'Area', 'Meaning'], rows)}`;
}

function meaningTable(title: string, meanings: Readonly<Record<string, string>>): string {
  return table(
    [title, 'Meaning'],
    Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
