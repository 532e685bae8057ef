import { ESCAPINGS } from './names.ts';
import type { Escaping } from './names.ts';
import { createOpenMetrics1, createOpenMetrics2 } from './openmetrics-format.ts';
import { PROTOBUF } from './protobuf-format.ts';
import type { Format } from './renderer.ts';
import { TEXT_0_0_4, createText1 } from './text-format.ts';

/** Headers beyond these are not read further: the header is somebody else's text. */
const LONGEST_ACCEPT = 4096;
const MOST_RANGES = 32;

type MediaRange = {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
};

function eachEscaping(create: (escaping: Escaping) => Format): Readonly<Record<Escaping, Format>> {
  return Object.fromEntries(ESCAPINGS.map((escaping) => [escaping, create(escaping)])) as Record<
    Escaping,
    Format
  >;
}

const TEXT_1 = eachEscaping(createText1);
const OPENMETRICS_0 = createOpenMetrics1('0.0.1', 'underscores');
const OPENMETRICS_1 = eachEscaping((escaping) => createOpenMetrics1('1.0.0', escaping));
const OPENMETRICS_2 = eachEscaping(createOpenMetrics2);

/** Every format there is. */
export const ALL_FORMATS: readonly Format[] = [
  TEXT_0_0_4,
  ...Object.values(TEXT_1),
  OPENMETRICS_0,
  ...Object.values(OPENMETRICS_1),
  ...Object.values(OPENMETRICS_2),
  PROTOBUF,
];

function weightOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const weight = /^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(weight) ? 0 : weight;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split(/=(.*)/s);
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/s, '$1')] as const;
    }),
  );
  return { type: type.toLowerCase(), parameters, weight: weightOf(parameters.get('q')) };
}

function escapingOf({ parameters }: MediaRange): Escaping | undefined {
  const asked = parameters.get('escaping') ?? 'underscores';
  return ESCAPINGS.find((escaping) => escaping === asked);
}

/** An exposer that is asked for no version answers with the oldest it speaks: 1.0.0 for OpenMetrics. */
function openMetricsOf(range: MediaRange): Format | undefined {
  const escaping = escapingOf(range);
  switch (range.parameters.get('version') ?? '1.0.0') {
    case '0.0.1':
      return OPENMETRICS_0;
    case '1.0.0':
      return escaping && OPENMETRICS_1[escaping];
    case '2.0.0':
      return escaping && OPENMETRICS_2[escaping];
    default:
      return undefined;
  }
}

function textOf(range: MediaRange): Format | undefined {
  const escaping = escapingOf(range);
  switch (range.parameters.get('version') ?? '0.0.4') {
    case '0.0.4':
      return TEXT_0_0_4;
    case '1.0.0':
      return escaping && TEXT_1[escaping];
    default:
      return undefined;
  }
}

function protobufOf({ parameters }: MediaRange): Format | undefined {
  const isOurs =
    parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
    (parameters.get('encoding') ?? 'delimited') === 'delimited';
  return isOurs ? PROTOBUF : undefined;
}

function formatOf(range: MediaRange): Format | undefined {
  switch (range.type) {
    case 'application/openmetrics-text':
      return openMetricsOf(range);
    case 'application/vnd.google.protobuf':
      return protobufOf(range);
    case 'text/plain':
      return textOf(range);
    case 'text/*':
    case '*/*':
      return TEXT_0_0_4;
    default:
      return undefined;
  }
}

/**
 * The format that an Accept header asks for: the one of highest weight that can be written, of equal ones the first;
 * text 0.0.4 when there is none, also for a header that cannot be read. Source: "Scrape protocol content negotiation"
 * of the Prometheus documentation.
 */
export function negotiateFormat(accept: string): Format {
  let best: { format: Format; weight: number } | undefined;
  for (const text of accept.slice(0, LONGEST_ACCEPT).split(',').slice(0, MOST_RANGES)) {
    const range = parseRange(text);
    const format = range.weight > 0 ? formatOf(range) : undefined;
    if (format === undefined || range.weight <= (best?.weight ?? 0)) continue;
    best = { format, weight: range.weight };
  }
  return best?.format ?? TEXT_0_0_4;
}

/** Whether an Accept-Encoding header takes gzip (RFC 9110, 12.5.3). */
export function acceptsGzip(acceptEncoding: string): boolean {
  const ranges = acceptEncoding.slice(0, LONGEST_ACCEPT).split(',').slice(0, MOST_RANGES);
  const weights = new Map(
    ranges.map((text) => {
      const { type, weight } = parseRange(text);
      return [type, weight] as const;
    }),
  );
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
