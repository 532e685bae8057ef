import type { LabelPairs, Renderer } from './renderer.ts';

/** Prometheus 3 refuses a scrape without exactly such a type. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

/** What cannot be written as it is. Hardly any value has it, and a test costs less than a replacement. */
const DELICATE = /[\\\n"\ud800-\udfff]/;

function escapeLabelValue(value: string): string {
  if (!DELICATE.test(value)) return value;
  // Half a surrogate pair has no UTF-8 form; it becomes U+FFFD here rather than unseen in the encoder.
  return value.toWellFormed().replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? character);
}

function escapeHelp(help: string): string {
  return help.toWellFormed().replace(/[\\\n]/g, (character) => ESCAPES[character] ?? character);
}

function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function formatLabels(labels: LabelPairs): string {
  if (labels.length === 0) return '';
  let text = '';
  for (const [name, value] of labels) {
    text += `${text === '' ? '{' : ','}${name}="${escapeLabelValue(value)}"`;
  }
  return `${text}}`;
}

/** Source of the syntax: "Exposition formats" of the Prometheus documentation, text format 0.0.4. */
export const textRenderer: Renderer = {
  contentType: TEXT_CONTENT_TYPE,
  header: (name, { kind, help }) => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${kind}\n`,
  series: (name, labels) => `${name}${formatLabels(labels)}`,
  line: (series, value) => `${series} ${formatValue(value)}\n`,
};
