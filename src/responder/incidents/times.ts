import type { Incident } from './incident.ts';

/** In seconds; null for what has not happened. All but the first are of the present episode. */
export type IncidentTimes = {
  /** From the start of the first alert, by the sender's clock, to the report; never below 0. */
  readonly detectSeconds: number;
  readonly acknowledgeSeconds: number | null;
  readonly diagnoseSeconds: number | null;
  /** To the verified recovery. */
  readonly recoverSeconds: number | null;
  readonly closeSeconds: number | null;
};

export function timesOf(incident: Incident): IncidentTimes {
  const sinceEpisode = (endMs: number | null): number | null =>
    endMs === null ? null : Math.max(0, endMs - incident.episodeStartedAtMs) / 1000;
  // What began in an incident that was merged into it was reported there.
  const merged = incident.merged ?? [];
  const reports = [incident.reportedAtMs, ...merged.map((merge) => merge.reportedAtMs)];
  const reportedAtMs = Math.min(...reports);
  return {
    detectSeconds: Math.max(0, reportedAtMs - incident.startedAtMs) / 1000,
    acknowledgeSeconds: sinceEpisode(incident.acknowledgedAtMs),
    diagnoseSeconds: sinceEpisode(incident.diagnosedAtMs),
    recoverSeconds: sinceEpisode(incident.resolvedAtMs),
    closeSeconds: sinceEpisode(incident.closedAtMs),
  };
}
