/** A window in which pages are delayed. */
export type MaintenanceWindowView = {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
  /** Any target, when empty. */
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'planned' | 'active' | 'ended';
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** A person, or `configuration`. */
  readonly plannedBy: string;
  readonly plannedAtMs: number;
  /** When it really began and ended; null before that. */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endedBy: string | null;
  readonly endedBecause: string | null;
  /** Whether it is an occurrence of a schedule of the configuration. */
  readonly isScheduled: boolean;
  /** That are or were in it. */
  readonly incidents: number;
  /** Entries of its journal. */
  readonly sequence: number;
};

/** One entry of the journal of a window. */
export type MaintenanceEntryView = {
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string;
  readonly text: string;
};

export type MaintenanceDetailView = MaintenanceWindowView & {
  /** Oldest first. */
  readonly journal: readonly MaintenanceEntryView[];
};

export type MaintenanceStateFilter = 'open' | 'ended' | 'all';

export type MaintenanceListView = {
  readonly windows: readonly MaintenanceWindowView[];
  readonly state: MaintenanceStateFilter;
  /** Cursor of the next page, or null on the last one. */
  readonly nextBefore: number | null;
  /** Names to choose from. */
  readonly targets: readonly string[];
};
