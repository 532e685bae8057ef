/** A time in UTC as databases write it, to the second that has begun: 2026-01-05 09:00:00. */
export function toUtcText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
