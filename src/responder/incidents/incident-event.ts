import type { DiagnosisClass } from '../../catalog/catalog.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import type {
  AlertIdentity,
  DiagnosisView,
  ForgettingRule,
  Incident,
  IncidentAlert,
  RepairPlan,
  SuspectedComponent,
  UpstreamNote,
  Verification,
} from './incident.ts';

/** An alert with the reason why it joined the incident of another target, and with the merge that led it here, if any. */
export type ToldAlert = AlertEvent & { readonly because?: string; readonly from?: string };

/** The other incident of a merge or a split. */
export type OtherIncident = { readonly id: string; readonly title: string };

/** What can happen to an incident, each with what the journal keeps of it. */
type Happening = {
  /** `incidentId` is used when the alert opens an incident. */
  alert_fired: { readonly alert: ToldAlert; readonly incidentId: string };
  alert_resolved: { readonly alert: AlertEvent };
  /** Many firings and resolves of an open incident at once, in the order of their arrival. */
  alerts_told: { readonly alerts: readonly ToldAlert[] };
  diagnosed: { readonly diagnosis: DiagnosisView; readonly evidenceSummary: readonly string[] };
  localised: { readonly component: SuspectedComponent | null };
  repair_suggested: { readonly plan: RepairPlan };
  verification_passed: { readonly verification: Verification };
  verification_failed: { readonly verification: Verification };
  verification_impossible: { readonly verification: Verification };
  acknowledged: object;
  commented: { readonly text: string };
  diagnosis_corrected: { readonly correctedClass: DiagnosisClass };
  reopened: { readonly why: string };
  closed: { readonly why: string };
  notification_dead: { readonly channel: string; readonly why: string };
  /** All that is of note now, in place of what was. */
  upstream_noted: { readonly notes: readonly UpstreamNote[] };
  /** All entries before it lost their texts; `kept` is what is left of the incident, as it is after this entry. */
  compacted: {
    readonly rule: ForgettingRule;
    readonly entries: number;
    readonly kept: Incident;
  };
  /** `wasTold` says whether people were told of this incident by itself. */
  merged_into: { readonly into: OtherIncident; readonly why: string; readonly wasTold: boolean };
  /** The first alerts of the other one; `reportedAtMs`, `wasTold` and `depth` are that one's. */
  merged_from: {
    readonly from: OtherIncident;
    readonly why: string;
    readonly alerts: readonly IncidentAlert[];
    readonly reportedAtMs: number;
    readonly wasTold: boolean;
    readonly depth: number;
  };
  /** The first of its alerts in their newest state, out of the incident that it was merged into. */
  merge_undone: {
    readonly from: OtherIncident;
    readonly why: string;
    readonly alerts: readonly IncidentAlert[];
    readonly wasTold: boolean;
  };
  /** All alerts that came by the merge go back. */
  alerts_returned: { readonly to: OtherIncident; readonly why: string };
  alerts_split_off: {
    readonly to: OtherIncident;
    readonly why: string;
    readonly alerts: readonly AlertIdentity[];
  };
  /** Opens an incident; the times are those of the one that it is split from. */
  split_from: {
    readonly incidentId: string;
    readonly from: OtherIncident;
    readonly why: string;
    readonly scope: string;
    readonly target: string | null;
    readonly alerts: readonly IncidentAlert[];
    readonly reportedAtMs: number;
    readonly episodeStartedAtMs: number;
  };
  /** Further alerts of a merge or its undoing, which one entry of the journal has no room for. */
  alerts_moved_in: { readonly from: OtherIncident; readonly alerts: readonly IncidentAlert[] };
  maintenance_started: {
    readonly window: { readonly id: string; readonly name: string; readonly reason: string };
  };
  /** The window ended, or the incident is no longer in it. */
  maintenance_ended: {
    readonly window: { readonly id: string; readonly name: string };
    readonly why: string;
  };
  /** Pages wait until then to see whether the alerts stay. */
  hold_off_started: { readonly untilMs: number };
  hold_off_ended: { readonly why: string };
  /** `percent` is Icinga's flapping value. */
  flapping_started: { readonly alert: NamedAlert; readonly percent: number };
  flapping_ended: { readonly alert: NamedAlert; readonly why: string };
};

/** Which alert, in few words. */
export type NamedAlert = {
  readonly source: string;
  readonly fingerprint: string;
  readonly name: string;
};

export type EventKind = keyof Happening;

export const EVENT_KINDS: readonly EventKind[] = [
  'alert_fired',
  'alert_resolved',
  'alerts_told',
  'diagnosed',
  'localised',
  'repair_suggested',
  'verification_passed',
  'verification_failed',
  'verification_impossible',
  'acknowledged',
  'commented',
  'diagnosis_corrected',
  'reopened',
  'closed',
  'notification_dead',
  'upstream_noted',
  'compacted',
  'merged_into',
  'merged_from',
  'merge_undone',
  'alerts_returned',
  'alerts_split_off',
  'split_from',
  'alerts_moved_in',
  'maintenance_started',
  'maintenance_ended',
  'hold_off_started',
  'hold_off_ended',
  'flapping_started',
  'flapping_ended',
];

export type EventData<K extends EventKind> = Happening[K];

/** One thing that happened, by whom: a sender, a person, or `SYSTEM_ACTOR`. */
export type IncidentEvent = {
  [K in EventKind]: { readonly kind: K; readonly actor: string } & Happening[K];
}[EventKind];

/** What is left of an event whose text was forgotten: that it happened, when and by whom. */
export type ForgottenEvent = {
  readonly kind: 'forgotten';
  readonly actor: string;
  readonly was: EventKind;
};

/** What happened, also where only that is known. */
export function kindOf(event: IncidentEvent | ForgottenEvent): EventKind {
  return event.kind === 'forgotten' ? event.was : event.kind;
}

export type EventOf<K extends EventKind> = Extract<IncidentEvent, { kind: K }>;

export const SYSTEM_ACTOR = 'crmwatch';
/** Who heals what deliveries missed. */
export const RECONCILER_ACTOR = 'reconciler';

/** Whoever told an alert. */
export function actorOf({ sender, reconciled }: AlertEvent): string {
  return reconciled === undefined ? sender : RECONCILER_ACTOR;
}

/** What people are told about. */
export type Notice =
  | 'opened'
  | 'diagnosed'
  | 'severity_raised'
  | 'resolved'
  | 'reopened'
  | 'merged'
  | 'merge_undone'
  | 'split_off'
  | 'flapping_started'
  | 'flapping_ended';

/** What the pipeline has to do because of a transition. */
export type Effect =
  | { readonly kind: 'notify'; readonly notice: Notice }
  | { readonly kind: 'diagnose'; readonly because: 'opened' | 'joined' | 'reopened' | 'regrouped' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'stop_verifying' }
  | { readonly kind: 'stop_all' };

export function notify(notice: Notice): Effect {
  return { kind: 'notify', notice };
}
