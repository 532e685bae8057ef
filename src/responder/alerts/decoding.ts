import { decode, errorMessage, isTextMap } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { AlertEvent } from './alert-event.ts';
import type { Mask } from './mask.ts';

export type WebhookSource = {
  readonly sender: string;
  readonly receivedAtMs: number;
  /** Nothing is masked when it is left out. */
  readonly mask?: Mask;
};

/** A delivery that could be read, wholly or in part. */
export type DecodedWebhook = {
  readonly ok: true;
  /** May be empty: some senders tell of things that are no alerts, such as soft states. */
  readonly events: readonly AlertEvent[];
  readonly groupKey: string;
  /** Alerts that the sender cut off and will never send. */
  readonly truncatedAlerts: number;
  /** One for each alert of the delivery that could not be read; the others are in `events`. */
  readonly problems: readonly Problem[];
};

export type WebhookDecoding =
  | DecodedWebhook
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Never throws, whatever comes. The caller bounds the size of the body. */
export type WebhookDecoder = (rawBody: Buffer | string, source: WebhookSource) => WebhookDecoding;

export type Labels = Readonly<Record<string, string>>;

const MAXIMUM_PROBLEMS = 50;

export function refused(place: string, message: string, remedy: string): WebhookDecoding {
  return { ok: false, problems: [{ place, message, remedy }] };
}

export function expected(what: string, place: string, found: unknown, remedy: string): Problem {
  return { place, message: `expected ${what}, found ${describeFound(found)}`, remedy };
}

const QUOTED_CHARACTERS = 40;

/** A text is told whole or not at all: a part of an address would not be known as one where it is masked. */
export function describeFound(value: unknown): string {
  if (typeof value !== 'string' || value.length <= QUOTED_CHARACTERS) {
    return decode.describeValue(value);
  }
  return `text of ${value.length} characters`;
}

/** What Node quotes of a text that is no JSON is cut anywhere; the place of the error says enough. */
function withoutQuote(message: string): string {
  return message.replace(/, (?:\.{3})?".*is not valid JSON$/s, '');
}

/** The value of a JSON text, or why it is none. */
export function parseJson(
  rawBody: Buffer | string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string } {
  try {
    return { ok: true, value: JSON.parse(rawBody.toString()) };
  } catch (error) {
    return { ok: false, why: `the body is no JSON: ${withoutQuote(errorMessage(error))}` };
  }
}

/** The same for a JSON map of texts, the way in which tools tell of their macros. */
export function parseTextMap(
  rawBody: Buffer | string,
): { readonly ok: true; readonly value: Labels } | { readonly ok: false; readonly why: string } {
  const parsed = parseJson(rawBody);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (isTextMap(value)) return { ok: true, value };
  return { ok: false, why: `expected a map of texts, found ${describeFound(value)}` };
}

/** Decodes one by one, so that an alert that cannot be read does not take its delivery with it. */
export function decodeEach(
  alerts: readonly unknown[],
  decodeOne: (alert: unknown, place: string) => AlertEvent | Problem,
): Pick<DecodedWebhook, 'events' | 'problems'> {
  const problems: Problem[] = [];
  const events: AlertEvent[] = [];
  for (const [index, alert] of alerts.entries()) {
    const decoded = decodeOne(alert, `alerts[${index}]`);
    if (!('message' in decoded)) events.push(decoded);
    else if (problems.length < MAXIMUM_PROBLEMS) problems.push(decoded);
  }
  return { events, problems };
}

/** A whole delivery is undecodable only when nothing in it could be read. */
export function toDecoding(
  { events, problems }: Pick<DecodedWebhook, 'events' | 'problems'>,
  groupKey: unknown = '',
  truncatedAlerts: unknown = 0,
): WebhookDecoding {
  if (events.length === 0 && problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    events,
    groupKey: typeof groupKey === 'string' ? groupKey.toWellFormed().replaceAll('\0', '�') : '',
    truncatedAlerts: Number.isSafeInteger(truncatedAlerts)
      ? Math.max(0, Number(truncatedAlerts))
      : 0,
    problems,
  };
}

const TIME_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 to milliseconds since the epoch; undefined when it is none. Finer parts are cut off. */
export function parseTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIME_PATTERN.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** Seconds since the epoch, as Nagios (whole) and Icinga (with parts) write them; undefined when it is none. */
export function parseUnixSecondsMs(text: string): number | undefined {
  return /^\d{1,12}(\.\d+)?$/.test(text) ? Math.floor(Number(text) * 1000) : undefined;
}
