const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

/** What cannot be written as it is. Hardly any value has it, and a test costs less than a replacement. */
const DELICATE = /[\\\n"\ud800-\udfff]/;

/** A label value, or a quoted name, between its quotes. */
export function escapeQuoted(value: string): string {
  if (!DELICATE.test(value)) return value;
  // Half a surrogate pair has no UTF-8 form; it becomes U+FFFD here rather than unseen in the encoder.
  return value.toWellFormed().replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? character);
}

/** The help text of the classic format, where a quote is a character like any other. */
export function escapeHelp(help: string): string {
  return help.toWellFormed().replace(/[\\\n]/g, (character) => ESCAPES[character] ?? character);
}

export function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

/** As OpenMetrics wants bounds of buckets: a whole number gets a ".0". */
export function formatBound(value: number): string {
  const text = formatNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Seconds since the epoch with three decimals. */
export function formatTimestamp(timestampMs: number): string {
  return (timestampMs / 1000).toFixed(3);
}
