import type { Escaping } from './names.ts';
import type { Exemplar, FamilyHeader, Format, HistogramValue, Point } from './renderer.ts';
import { histogramLines } from './text-format.ts';
import { labelText, nameText, pointText, seriesText } from './text-lines.ts';
import type { NameStyle } from './text-lines.ts';
import { escapeQuoted, formatBound, formatNumber, formatTimestamp } from './text-values.ts';

const END = Buffer.from('# EOF\n');
const TOTAL = '_total';

function exemplarText(exemplar: Exemplar | undefined, style: NameStyle): string {
  if (exemplar === undefined) return '';
  const { labels, value, timestampMs } = exemplar;
  const inside = labelText(labels, style);
  return ` # {${inside}} ${formatNumber(value)} ${formatTimestamp(timestampMs)}`;
}

/** The bucket at infinity carries the newest exemplar: exemplars stand on buckets and counters alone. */
function withExemplar(lines: string, value: HistogramValue, style: NameStyle): string {
  const exemplar = exemplarText(value.exemplars?.at(-1), style);
  // By a function, since a dollar in the text of a replacement has a meaning.
  return lines.replace(/(?<=le="\+Inf"\} \d+)\n/, () => `${exemplar}\n`);
}

function lineOf(family: FamilyHeader, point: Point, style: NameStyle): string {
  const { value } = point;
  if (typeof value !== 'number') {
    const lines = histogramLines(family.name, point, value, style, formatBound);
    return withExemplar(lines, value, style);
  }
  const series =
    family.kind === 'counter' && !family.name.endsWith(TOTAL)
      ? seriesText(family.name, TOTAL, point.labels, style)
      : pointText(family.name, point, style);
  const exemplar = family.kind === 'counter' ? exemplarText(point.exemplar, style) : '';
  return `${series} ${formatNumber(value)}${exemplar}\n`;
}

/** Source of the syntax: the OpenMetrics specification 1.0, text format; 0.0.1 differs in its name alone. */
export function createOpenMetrics1(version: '0.0.1' | '1.0.0', escaping: Escaping): Format {
  const style = { escaping };
  const parameter = version === '1.0.0' ? `; escaping=${escaping}` : '';
  return {
    id: `openmetrics-${version}-${escaping}`,
    contentType: `application/openmetrics-text; version=${version}; charset=utf-8${parameter}`,
    head(family) {
      // The family of a counter is named without the suffix that its samples have.
      const name = nameText(family.name, style, family.kind === 'counter' ? TOTAL : '');
      const help = escapeQuoted(family.help);
      return Buffer.from(`# HELP ${name} ${help}\n# TYPE ${name} ${family.kind}\n`);
    },
    chunk: (family, points) =>
      Buffer.from(points.map((point) => lineOf(family, point, style)).join('')),
    end: END,
  };
}

/** A histogram as one value: `{count:…,sum:…,schema:…,…,bucket:[…]}`. */
function compositeText(value: HistogramValue): string {
  const parts = [`count:${value.count}`, `sum:${formatNumber(value.sum)}`];
  const { native, classic } = value;
  if (native !== undefined) {
    parts.push(`schema:${native.schema}`, `zero_threshold:${native.zeroThreshold}`);
    parts.push(`zero_count:${native.zeroCount}`);
    if (native.spans.length > 0) {
      const spans = native.spans.map(({ offset, length }) => `${offset}:${length}`);
      parts.push(`positive_spans:[${spans.join(',')}]`);
      parts.push(`positive_buckets:[${native.counts.join(',')}]`);
    }
  }
  if (native === undefined || classic.length > 0) {
    const buckets = classic.map(({ upperBound, count }) => `${formatNumber(upperBound)}:${count}`);
    parts.push(`bucket:[${[...buckets, `+Inf:${value.count}`].join(',')}]`);
  }
  return `{${parts.join(',')}}`;
}

/**
 * Source of the syntax: the OpenMetrics specification 2.0 (a release candidate, so it is served only to who asks for
 * it): families are named as their samples are, and histograms are one composite value.
 */
export function createOpenMetrics2(escaping: Escaping): Format {
  const style = { escaping };
  return {
    id: `openmetrics-2.0.0-${escaping}`,
    contentType: `application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=${escaping}`,
    head({ name, kind, help }) {
      const written = nameText(name, style);
      return Buffer.from(`# HELP ${written} ${escapeQuoted(help)}\n# TYPE ${written} ${kind}\n`);
    },
    chunk({ name, kind }, points) {
      const lines = points.map((point) => {
        const { value } = point;
        const series = pointText(name, point, style);
        if (typeof value !== 'number') {
          const exemplars = (value.exemplars ?? []).map((one) => exemplarText(one, style)).join('');
          return `${series} ${compositeText(value)}${exemplars}\n`;
        }
        const exemplar = kind === 'counter' ? exemplarText(point.exemplar, style) : '';
        return `${series} ${formatNumber(value)}${exemplar}\n`;
      });
      return Buffer.from(lines.join(''));
    },
    end: END,
  };
}
