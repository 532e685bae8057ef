/** A time in UTC as databases write it, to the second that has begun: 2026-01-05 09:00:00. */
export function toUtcText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Such a time, with or without its seconds, in milliseconds since the epoch; undefined for what is none, as is 30 February. */
export function fromUtcText(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(value)) {
    return undefined;
  }
  const atMs = Date.parse(`${value.replace(' ', 'T')}Z`);
  // A day that its month does not have may be taken for one of the next month.
  return Number.isNaN(atMs) || !toUtcText(atMs).startsWith(value) ? undefined : atMs;
}
