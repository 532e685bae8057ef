import type { DiagnosisAnswer, DiagnosisClass, Severity } from '../../catalog/catalog.ts';

/** The way of an incident, in order. `reopened` is an event that leads back to the first of them. */
export const PHASES = [
  'reported',
  'diagnosed',
  'localised',
  'repairing',
  'verifying',
  'resolved',
  'closed',
] as const;
export type Phase = (typeof PHASES)[number];

/** Whether fresh probes proved the recovery. Alerts that are gone prove nothing: "unconfirmed". */
export type Confirmation = 'none' | 'unconfirmed' | 'confirmed';

/** The newest word about one alert of the incident. Times `starts` and `ends` are by the sender's clock. */
export type IncidentAlert = {
  readonly sender: string;
  /** See `sourceOf`: absent when the sender stands for itself. */
  readonly source?: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorUrl: string;
  readonly status: 'firing' | 'resolved';
  readonly startsAtMs: number;
  readonly endsAtMs: number | null;
  readonly receivedAtMs: number;
  /** Why it is in another incident than that of its target: it joined it, or a person split it off there. */
  readonly because?: string;
  /** The incident that it came by, when a person merged that one into this. */
  readonly from?: string;
  /** Only of warnings that are kept without their details: a hash of sender, name and labels but the severity. */
  readonly series?: string;
};

/** What the reconciler saw upstream and people must know of. The first five put a recovery in doubt. */
export type UpstreamNote = {
  readonly kind:
    | 'prometheus_unreachable'
    | 'rule_not_evaluated'
    | 'rule_deleted'
    | 'target_vanished'
    | 'exporter_down'
    | 'silenced'
    | 'inhibited';
  /** In plain words, without a full stop. */
  readonly why: string;
};

/** Whether it means that alerts that are gone prove nothing. */
export function isDoubt({ kind }: UpstreamNote): boolean {
  return kind !== 'silenced' && kind !== 'inhibited';
}

/** A window of maintenance that an incident is in. */
export type MaintenanceMark = {
  readonly windowId: string;
  readonly name: string;
  readonly reason: string;
  readonly sinceMs: number;
};

/** Pages wait to see whether the alerts stay. */
export type HoldOff = { readonly untilMs: number };

/** An alert that comes and goes so often that nobody is told each time. */
export type FlappingMark = {
  readonly source: string;
  readonly fingerprint: string;
  readonly name: string;
  /** Icinga's flapping value when it began: 0 to 99. */
  readonly percent: number;
  readonly sinceMs: number;
};

export type SuspectedComponent = {
  readonly name: string;
  readonly score: number;
  readonly why: string;
};

/** What the diagnosis says, as plain data for people and the journal. */
export type RankedClass = { readonly class: DiagnosisClass; readonly probability: number };

export type DiagnosisReason = {
  readonly text: string;
  /** To the score, in log-odds. */
  readonly contribution: number;
  /** The address at which the fact behind it is shown. */
  readonly link?: string;
};

export type DiagnosisView = {
  readonly answer: DiagnosisAnswer;
  /** Of the answer, 0 to 1. */
  readonly probability: number;
  /** Classes that hold at the same time, each with its own probability. */
  readonly also?: readonly RankedClass[];
  readonly alternatives: readonly RankedClass[];
  readonly reasons: readonly DiagnosisReason[];
  /** The class that comes next, and what speaks for the answer rather than for it. */
  readonly rival?: {
    readonly class: DiagnosisClass;
    readonly reasons: readonly DiagnosisReason[];
  };
  /** The most suspected first. */
  readonly components: readonly SuspectedComponent[];
  readonly modelId: string;
  /** What a model that is tried in the shadow would have said; only where that is something else. */
  readonly challenger?: { readonly modelId: string; readonly answer: DiagnosisAnswer };
  readonly whyUnknown?: string;
};

export type RepairStep = {
  readonly text: string;
  readonly command?: string;
  readonly link?: string;
};

/** What a person may do about it; nothing of it is executed. */
export type RepairPlan = {
  readonly title: string;
  readonly steps: readonly RepairStep[];
  /** What makes it worse. */
  readonly avoid: readonly string[];
};

export type VerificationCheck = {
  readonly alert: string;
  readonly probe: string | null;
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly why: string;
};

export type Verification = {
  readonly outcome: 'passed' | 'failed' | 'impossible';
  /** Empty when it passed. */
  readonly why: string;
  /** Only when all probes passed and it did not: who upstream still has alerts of the incident, in words. */
  readonly stillHeld?: readonly string[];
  readonly checks: readonly VerificationCheck[];
  readonly startedAtMs: number;
  /** `quietSinceMs` of the incident that was looked at: a result for an earlier calm proves nothing. */
  readonly quietSinceMs: number | null;
};

/** Why texts of an incident were forgotten: they were old enough, or somebody asked for it. */
export type ForgettingRule = 'retention' | 'erasure';

/** What says that an incident lost its texts, and counts what was lost with them. */
export type Compaction = {
  readonly atMs: number;
  readonly rule: ForgettingRule;
  readonly totalAlerts: number;
  /** The most frequent first; names past the hundredth are counted in `totalAlerts` alone. */
  readonly alerts: readonly {
    readonly name: string;
    readonly severity: Severity;
    readonly count: number;
  }[];
};

/** Which alert it is, over all of its episodes. */
export type AlertIdentity = Pick<IncidentAlert, 'sender' | 'source' | 'fingerprint'>;

/** A person's merge or split, as each of the two incidents keeps it. */
export type Regrouping = {
  /** The other incident. */
  readonly incidentId: string;
  readonly title: string;
  readonly actor: string;
  /** What the person wrote; may be empty. */
  readonly why: string;
  readonly atMs: number;
};

/** Where an incident went on, and how it was before, to be put back when the merge is undone. */
export type MergedInto = Regrouping & {
  readonly before: Pick<Incident, 'phase' | 'confirmation' | 'quietSinceMs' | 'resolvedAtMs'>;
};

/** An incident that was merged into this one. */
export type MergedFrom = Regrouping & { readonly reportedAtMs: number };

/** The snapshot of an incident: the fold of its journal. Times are by our clock unless said otherwise. */
export type Incident = {
  readonly id: string;
  /** What it is about: `target:<name>`, or `alert:<name>` for alerts about the pipe itself. */
  readonly scope: string;
  readonly target: string | null;
  readonly title: string;
  readonly phase: Phase;
  readonly confirmation: Confirmation;
  /** The worst of the firing alerts, or the last such when none fires. */
  readonly severity: Severity;
  readonly highestSeverity: Severity;
  readonly reopenings: number;
  readonly alerts: readonly IncidentAlert[];
  /** The earliest start of its alerts, by the sender's clock. */
  readonly startedAtMs: number;
  readonly reportedAtMs: number;
  /** When the present episode began: at the report, or at the last reopening. */
  readonly episodeStartedAtMs: number;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly diagnosedAtMs: number | null;
  /** Since when no alert fires; null while one does. */
  readonly quietSinceMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly updatedAtMs: number;
  readonly diagnosis: DiagnosisView | null;
  /** What was seen, in words, when it was diagnosed. */
  readonly evidenceSummary: readonly string[];
  readonly correctedClass: DiagnosisClass | null;
  readonly component: SuspectedComponent | null;
  readonly plan: RepairPlan | null;
  readonly verification: Verification | null;
  readonly comments: number;
  /** Absent while all of it is there; an incident that has it changes no more. */
  readonly compacted?: Compaction;
  /** Absent before the reconciler saw anything of note. */
  readonly upstream?: readonly UpstreamNote[];
  /** Only while it is merged into another one: it is closed, and its alerts go on there. */
  readonly mergedInto?: MergedInto;
  /** Those that are merged into this one, in the order of the merges. */
  readonly merged?: readonly MergedFrom[];
  /** How many merges lie one after another below it, at most. */
  readonly mergeDepth?: number;
  /** Absent when it was opened by an alert. */
  readonly splitFrom?: Regrouping;
  /** Windows of maintenance that it is in; absent before the first. */
  readonly maintenance?: readonly MaintenanceMark[];
  /** Set while its pages wait to see whether the alerts stay. */
  readonly holdOff?: HoldOff | null;
  /** Its alerts that flap; absent before the first. */
  readonly flapping?: readonly FlappingMark[];
  /** Entries of its journal so far. */
  readonly sequence: number;
};

/** Of an incident that was only opened: nobody has done anything about it, and nothing is known. */
export const NOTHING_YET: Pick<
  Incident,
  | 'acknowledgedAtMs'
  | 'acknowledgedBy'
  | 'diagnosedAtMs'
  | 'quietSinceMs'
  | 'resolvedAtMs'
  | 'closedAtMs'
  | 'diagnosis'
  | 'evidenceSummary'
  | 'correctedClass'
  | 'component'
  | 'plan'
  | 'verification'
  | 'comments'
> = {
  acknowledgedAtMs: null,
  acknowledgedBy: null,
  diagnosedAtMs: null,
  quietSinceMs: null,
  resolvedAtMs: null,
  closedAtMs: null,
  diagnosis: null,
  evidenceSummary: [],
  correctedClass: null,
  component: null,
  plan: null,
  verification: null,
  comments: 0,
};

export function isOpen(phase: Phase): boolean {
  return phase !== 'resolved' && phase !== 'closed';
}

export function isFiring(incident: Incident): boolean {
  return incident.alerts.some((alert) => alert.status === 'firing');
}
