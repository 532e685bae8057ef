import type { Escaping } from './names.ts';
import type { FamilyHeader, Format, HistogramValue, Point } from './renderer.ts';
import { nameText, pointText, seriesText } from './text-lines.ts';
import type { NameStyle } from './text-lines.ts';
import { escapeHelp, formatNumber } from './text-values.ts';

const NOTHING = new Uint8Array(0);

/** The lines of a classic histogram; one that only has native buckets shows its count and sum. */
export function histogramLines(
  name: string,
  point: Point,
  value: HistogramValue,
  style: NameStyle,
  formatBucketBound: (bound: number) => string,
): string {
  const bucket = (bound: string, count: number): string => {
    const labels = [...point.labels, 'le', bound];
    return `${seriesText(name, '_bucket', labels, style)} ${count}\n`;
  };
  const buckets = value.classic.map(({ upperBound, count }) =>
    bucket(formatBucketBound(upperBound), count),
  );
  return [
    ...buckets,
    bucket('+Inf', value.count),
    `${seriesText(name, '_sum', point.labels, style)} ${formatNumber(value.sum)}\n`,
    `${seriesText(name, '_count', point.labels, style)} ${value.count}\n`,
  ].join('');
}

function createTextFormat(id: string, contentType: string, style: NameStyle): Format {
  return {
    id,
    contentType,
    head({ name, kind, help }) {
      const written = nameText(name, style);
      return Buffer.from(`# HELP ${written} ${escapeHelp(help)}\n# TYPE ${written} ${kind}\n`);
    },
    chunk({ name }: FamilyHeader, points) {
      let text = '';
      for (const point of points) {
        const { value } = point;
        text +=
          typeof value === 'number'
            ? `${pointText(name, point, style)} ${formatNumber(value)}\n`
            : histogramLines(name, point, value, style, formatNumber);
      }
      return Buffer.from(text);
    },
    end: NOTHING,
  };
}

/** Source of the syntax: "Exposition formats" of the Prometheus documentation, text format 0.0.4. */
export const TEXT_0_0_4: Format = createTextFormat(
  'text-0.0.4',
  'text/plain; version=0.0.4; charset=utf-8',
  { escaping: 'underscores' },
);

/** The same with names in quotes where they need them, or escaped as the scraper asks. */
export function createText1(escaping: Escaping): Format {
  return createTextFormat(
    `text-1.0.0-${escaping}`,
    `text/plain; version=1.0.0; charset=utf-8; escaping=${escaping}`,
    { escaping },
  );
}
