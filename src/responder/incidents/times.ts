import type { Incident } from './incident.ts';
import type { JournalEntry } from './journal.ts';

/** In seconds; null for what has not happened. */
export type IncidentTimes = {
  /** From the start of the first alert, by the sender's clock, to the report; never below 0. */
  readonly detectSeconds: number | null;
  /** From the report, or the last reopening, to the first acknowledgement after it. */
  readonly acknowledgeSeconds: number | null;
  readonly diagnoseSeconds: number | null;
  /** From the report, or the last reopening, to the verified recovery. */
  readonly recoverSeconds: number | null;
  readonly closeSeconds: number | null;
};

/** When the present episode began by our clock: at the report, or at the last reopening. */
export function episodeStartMs(incident: Incident, journal: readonly JournalEntry[]): number {
  const start = journal.findLast((entry, index) => {
    const before = journal[index - 1]?.phase;
    return entry.phase === 'reported' && (before === 'resolved' || before === 'closed');
  });
  return start?.atMs ?? incident.reportedAtMs;
}

export function timesOf(incident: Incident, journal: readonly JournalEntry[]): IncidentTimes {
  const episode = episodeStartMs(incident, journal);
  const since = (startMs: number, endMs: number | null): number | null =>
    endMs === null ? null : Math.max(0, endMs - startMs) / 1000;
  return {
    detectSeconds: since(incident.startedAtMs, incident.reportedAtMs),
    acknowledgeSeconds: since(episode, incident.acknowledgedAtMs),
    diagnoseSeconds: since(incident.reportedAtMs, incident.diagnosedAtMs),
    recoverSeconds: since(episode, incident.resolvedAtMs),
    closeSeconds: since(incident.reportedAtMs, incident.closedAtMs),
  };
}
