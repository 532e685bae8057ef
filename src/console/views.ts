import type { Role } from '../responder/accounts/accounts.ts';
import type { DiagnosisAnswer, DiagnosisClass, Severity } from '../catalog/catalog.ts';

/**
 * What the pages show, as plain frozen data: times are milliseconds since the epoch, probabilities are ratios
 * from 0 to 1, null means "not known" or "has not happened". The JSON API answers with these same values.
 */
export type IncidentPhase =
  | 'reported'
  | 'diagnosed'
  | 'localised'
  | 'repairing'
  | 'verifying'
  | 'resolved'
  | 'closed';

/**
 * How sure it is that the trouble is over: `none` while alerts fire, `unconfirmed` when the alerts are gone but
 * nothing proves it yet, `confirmed` when all probes that failed passed again and nobody upstream has an alert.
 */
export type RecoveryState = 'none' | 'unconfirmed' | 'confirmed';

export type Signature = { readonly by: string; readonly atMs: number };

export type IncidentSummaryView = {
  readonly id: string;
  /** Null when the incident is about the monitoring itself. */
  readonly target: string | null;
  readonly title: string;
  readonly severity: Severity;
  readonly phase: IncidentPhase;
  readonly recovery: RecoveryState;
  /** Why alerts that are gone prove nothing: a rule that was deleted, a peer that still has one; may be empty. */
  readonly unconfirmedBecause: readonly string[];
  /** Alerts that fire and of which Alertmanager tells nobody, in words. */
  readonly muted: readonly string[];
  /** Why people are not told of it now. */
  readonly pagesHeld: readonly HeldView[];
  /** The answer in force: a person's correction when there is one, otherwise the model's. */
  readonly diagnosis: DiagnosisBriefView | null;
  /** The most suspected component, in words. */
  readonly component: string | null;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  readonly resolvedAtMs: number | null;
  readonly acknowledged: Signature | null;
  readonly firingAlerts: number;
  readonly totalAlerts: number;
  readonly timesReopened: number;
  /** Where it goes on when a person merged it into another one; it is closed then, and not recovered. */
  readonly mergedInto: RegroupingView | null;
  /** When and by which rule its texts were forgotten; null while they are there. */
  readonly compacted: { readonly atMs: number; readonly rule: 'retention' | 'erasure' } | null;
  /** Entries of its journal so far: rises with every change. */
  readonly sequence: number;
};

/** A merge or a split by a person, and the other incident of it. */
export type RegroupingView = Signature & {
  readonly incidentId: string;
  readonly title: string;
  /** What the person wrote; may be empty. */
  readonly why: string;
};

export type HeldView = {
  readonly reason: 'maintenance' | 'hold_off' | 'flapping';
  /** In words, without a full stop. */
  readonly text: string;
};

export type DiagnosisBriefView = {
  readonly answer: DiagnosisAnswer;
  /** Null when a person corrected it. */
  readonly probability: number | null;
  readonly corrected: boolean;
};

export type RankedAnswerView = { readonly answer: DiagnosisAnswer; readonly probability: number };

/** One term w·(x − mean) of the decision: positive speaks for the answer, negative against it. */
export type ExplanationTermView = {
  /** What was seen, in words. */
  readonly text: string;
  /** In log-odds. */
  readonly contribution: number;
  /** To the series it comes from. */
  readonly link: string | null;
};

export type SuspectView = {
  readonly component: string;
  /** Orders the suspects of one diagnosis; it has no unit and is not shown to people. */
  readonly score: number;
  readonly why: string;
};

export type DiagnosisView = {
  readonly answer: DiagnosisAnswer;
  readonly probability: number;
  /** What holds at the same time, each with its own probability. */
  readonly also: readonly RankedAnswerView[];
  readonly alternatives: readonly RankedAnswerView[];
  readonly terms: readonly ExplanationTermView[];
  /** The class that comes next, and what speaks for the likeliest one rather than for it. */
  readonly rival: {
    readonly answer: DiagnosisClass;
    readonly terms: readonly ExplanationTermView[];
  } | null;
  readonly suspects: readonly SuspectView[];
  readonly model: string;
  /** A model that is tried in the shadow, where it would have said something else. */
  readonly challenger: { readonly answer: DiagnosisAnswer; readonly model: string } | null;
  readonly madeAtMs: number | null;
  /** Why the answer is "unknown"; null when it is not. */
  readonly whyUnknown: string | null;
  /** What was seen and what could not be asked, in words. */
  readonly evidence: readonly string[];
};

export type CorrectionView = Signature & { readonly answer: DiagnosisClass };

export type AlertView = {
  /** Names it in requests, the same over all of its episodes. */
  readonly id: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  readonly status: 'firing' | 'resolved';
  readonly startsAtMs: number;
  readonly endsAtMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly runbookUrl: string | null;
  readonly sourceUrl: string | null;
  /** Why it is part of this incident: its target, a rule of correlation, a merge or a split. */
  readonly joinedBecause: string;
};

export type VerificationView = {
  readonly alert: string;
  /** Null when it was no probe that told, or none can. */
  readonly probe: string | null;
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly detail: string;
  readonly atMs: number | null;
};

export type StepView = {
  readonly text: string;
  readonly command: string | null;
  readonly link: string | null;
};

export type PlanView = {
  readonly title: string;
  readonly steps: readonly StepView[];
  /** What makes it worse. */
  readonly avoid: readonly string[];
};

export type TimelineEntryView = {
  readonly id: number;
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string;
  readonly text: string;
};

export type IncidentDetailView = IncidentSummaryView & {
  readonly phaseTimes: Readonly<Partial<Record<IncidentPhase, number>>>;
  readonly modelDiagnosis: DiagnosisView | null;
  readonly correction: CorrectionView | null;
  readonly alerts: readonly AlertView[];
  /** Those that are merged into it. */
  readonly merged: readonly RegroupingView[];
  /** Null when an alert opened it. */
  readonly splitFrom: RegroupingView | null;
  readonly verifications: readonly VerificationView[];
  readonly plan: PlanView | null;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntryView[];
};

export type IncidentStateFilter = 'open' | 'resolved' | 'closed' | 'all';

export type IncidentFilter = {
  readonly state: IncidentStateFilter;
  readonly target?: string;
  readonly severity?: Severity;
  readonly text?: string;
};

/** Figures of the strip above the list, over all targets. */
export type StatisticsView = {
  readonly open: number;
  readonly critical: number;
  readonly unacknowledged: number;
  readonly unconfirmed: number;
  readonly resolvedLastDay: number;
  /** Deliveries of alerts that could not be read and wait for a decision. */
  readonly quarantined: number;
  /** Windows of maintenance that are under way. */
  readonly activeWindows: number;
  /** Alerts that come and go so often that people are not told each time. */
  readonly flappingAlerts: number;
  readonly targets: readonly string[];
  readonly pipe: PipeView;
};

/** Whether the always-firing watchdog alert still arrives. */
export type PipeView = {
  readonly state: 'alive' | 'dead' | 'waiting';
  readonly lastSeenAtMs: number | null;
  /** After how many seconds of silence the pipe counts as dead. */
  readonly limitSeconds: number;
};

export type IncidentListView = {
  readonly statistics: StatisticsView;
  readonly filter: IncidentFilter;
  readonly incidents: readonly IncidentSummaryView[];
  /** Cursor of the next page, or null on the last one. */
  readonly nextBefore: string | null;
};

/** What every page knows about its reader and the moment it was made. */
export type PageContext = {
  readonly nowMs: number;
  readonly actor: string;
  /** Decides which forms a page has; the server refuses the others all the same. */
  readonly role: Role;
  /** How the reader came in: nobody has to, by a token, by signing in, or by a proxy that signs people in. */
  readonly means: 'open' | 'bearer' | 'session' | 'proxy';
  /** Whether the reader had to show who they are. */
  readonly signedIn: boolean;
  /** Secret that state-changing forms carry; empty on pages without forms. */
  readonly formToken: string;
  readonly version: string;
};

export type TargetStatusView = {
  readonly target: string;
  readonly platform: string;
  readonly probes: readonly ProbeStatusView[];
};

export type ProbeStatusView = {
  readonly probe: string;
  readonly state: 'passed' | 'failed_soft' | 'failed_hard' | 'pending' | 'unsupported';
  readonly reason: string | null;
  readonly lastRunAtMs: number | null;
  readonly durationSeconds: number | null;
};

/** How the last attempt to read the configuration again ended; all null before the first. */
export type LastReloadView = {
  readonly atMs: number | null;
  /** Null when it succeeded. */
  readonly failure: string | null;
};

/** One run of a probe in the history. */
export type ProbeHistoryView = {
  readonly id: string;
  readonly target: string;
  readonly probe: string;
  readonly startedAtMs: number;
  readonly durationSeconds: number;
  /** Null when it passed. */
  readonly reason: string | null;
};
