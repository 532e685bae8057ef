const DAY_MS = 86_400_000;

/** How long what is kept, and how much. Ages are by our clock. */
export type RetentionSettings = {
  /** Incidents that are over are compacted when nothing happened to them for so long. */
  readonly incidentsMs: number;
  /** Events that were processed, and what is known of their deliveries. */
  readonly eventsMs: number;
  /** Bodies of deliveries as they came, and those in quarantine once they were decided upon. */
  readonly rawBodiesMs: number;
  /** Entries of the quarantine, before and after they were decided upon. */
  readonly quarantineMs: number;
  /** Bodies in quarantine at once. */
  readonly quarantineEntries: number;
  readonly quarantineBytes: number;
  /** After it no session is good any more. */
  readonly sessionsMs: number;
};

export const DEFAULT_RETENTION: RetentionSettings = {
  incidentsMs: 365 * DAY_MS,
  eventsMs: 14 * DAY_MS,
  rawBodiesMs: 3 * DAY_MS,
  quarantineMs: 30 * DAY_MS,
  quarantineEntries: 10_000,
  quarantineBytes: 1024 * 1024 * 1024,
  sessionsMs: 30 * DAY_MS,
};

/** What is forgotten, as the metric counts it. */
export const FORGOTTEN_KINDS = [
  'incidents',
  'raw_bodies',
  'events',
  'deliveries',
  'quarantine_undecided',
  'quarantine_bodies',
  'quarantine_entries',
  'heartbeats',
  'idempotency_keys',
  'sessions',
  'storms',
] as const;
export type ForgottenKind = (typeof FORGOTTEN_KINDS)[number];
