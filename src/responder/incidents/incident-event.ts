import type { DiagnosisClass } from '../../catalog/catalog.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import type {
  DiagnosisView,
  ForgettingRule,
  Incident,
  RepairPlan,
  SuspectedComponent,
  UpstreamNote,
  Verification,
} from './incident.ts';

/** An alert with the reason why it joined the incident of another target, when it did. */
export type ToldAlert = AlertEvent & { readonly because?: string };

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
export type Notice = 'opened' | 'diagnosed' | 'severity_raised' | 'resolved' | 'reopened';

/** What the pipeline has to do because of a transition. */
export type Effect =
  | { readonly kind: 'notify'; readonly notice: Notice }
  | { readonly kind: 'diagnose'; readonly because: 'opened' | 'joined' | 'reopened' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'stop_verifying' }
  | { readonly kind: 'stop_all' };

export function notify(notice: Notice): Effect {
  return { kind: 'notify', notice };
}
