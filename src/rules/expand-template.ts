import { REASON_TEMPLATE } from './annotations.ts';

/** What an annotation is expanded with. */
export type TemplateData = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly reason: string;
};

/**
 * Expands the part of Prometheus' template language that our annotations use, so that the unit tests can
 * name the texts promtool must arrive at by itself. Anything else is refused rather than left in the text.
 */
export function expandTemplate(template: string, data: TemplateData): string {
  return template.replaceAll(REASON_TEMPLATE, data.reason).replace(/\{\{(.*?)\}\}/g, (_, inner) => {
    const [subject, filter] = String(inner)
      .split('|')
      .map((part) => part.trim());
    if (subject === '$value') return formatValue(data.value, filter);
    const label = /^\$labels\.([a-z_]+)$/.exec(subject ?? '')?.[1];
    const text = label === undefined ? undefined : data.labels[label];
    if (text === undefined || (filter !== undefined && filter !== 'urlquery')) {
      throw new Error(`cannot expand {{${String(inner)}}} of "${template}"`);
    }
    return filter === undefined ? text : encodeURIComponent(text);
  });
}

function formatValue(value: number, filter: string | undefined): string {
  switch (filter) {
    case 'humanize':
      return significant(value);
    case 'humanizePercentage':
      return `${significant(value * 100)}%`;
    case 'humanizeDuration':
      return formatDuration(value);
    default:
      throw new Error(`cannot format a value with ${filter ?? 'nothing'}`);
  }
}

/** As Prometheus prints durations of a second and longer (template/template.go, humanizeDuration). */
function formatDuration(seconds: number): string {
  if (seconds < 1) throw new Error('only durations of a second and longer are expanded');
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const units = ['d', 'h', 'm'];
  const first = parts.findIndex((part) => part > 0);
  if (first === -1) return `${significant(seconds)}s`;
  const longer = parts.slice(first).map((part, index) => `${part}${units[first + index]}`);
  return [...longer, `${Math.floor(seconds % 60)}s`].join(' ');
}

/** Go's %.4g for numbers of ordinary size. */
function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}
