import type { DiagnosisAnswer, Severity } from '../../catalog/catalog.ts';
import type { SourceKind } from '../alerts/alerts.ts';
import type { Phase } from '../incidents/incidents.ts';
import type { LabelOriginKind } from './learning/label-origin.ts';
import type { Healing } from './reconcile.ts';
import type { StoreMeasure } from './retention/measure-tables.ts';
import type { ForgottenKind } from './retention/retention-settings.ts';

export type DeliveryOrigin = { readonly sender: string; readonly kind: SourceKind };

/** What the pipeline counts as it happens; whoever exposes metrics gives an implementation. */
export type ResponderMetrics = {
  deliveryAccepted(from: DeliveryOrigin, events: number): void;
  deliveryRefused(
    reason: 'undecodable' | 'partly_undecodable' | 'store_unavailable' | 'quarantine_full',
    from: DeliveryOrigin,
  ): void;
  incidentOpened(): void;
  /** From the report, or the last reopening. */
  incidentAcknowledged(seconds: number): void;
  incidentRecovered(seconds: number): void;
  /** `probability` is of the answer, 0 to 1. */
  diagnosed(answer: DiagnosisAnswer, probability: number): void;
  /** Somebody or something said what was wrong. */
  labelKept(origin: LabelOriginKind): void;
  notificationSent(channel: string): void;
  notificationFailed(channel: string): void;
  /** One look at an Alertmanager or at Prometheus; null when it could not be asked. */
  upstreamAsked(upstream: string, answeredAtMs: number | null): void;
  reconciled(kind: Healing['kind']): void;
  /** By retention or erasure. */
  forgotten(kind: ForgottenKind, count: number): void;
  /** Nothing was left to forget. */
  retentionFinished(atMs: number): void;
  storeMeasured(measure: StoreMeasure): void;
};

/** What is true now; read it when metrics are asked for. */
export type ResponderStatistics = {
  readonly incidents: readonly {
    readonly phase: Phase;
    readonly severity: Severity;
    /** The corrected class, else the answer of the diagnosis; null before it. */
    readonly faultClass: string | null;
    readonly count: number;
  }[];
  readonly unprocessedEvents: number;
  readonly quarantinedDeliveries: number;
  /** Windows of maintenance that are under way. */
  readonly activeWindows: number;
  readonly flappingAlerts: number;
  /** Incidents with something that people are not told yet. */
  readonly heldIncidents: number;
  readonly outboxPending: readonly { readonly channel: string; readonly count: number }[];
  /** When the watchdog alert was last delivered, by our clock; null when never. */
  readonly watchdogLastSeenAtMs: number | null;
};

export function createSilentMetrics(): ResponderMetrics {
  return {
    deliveryAccepted() {},
    deliveryRefused() {},
    incidentOpened() {},
    incidentAcknowledged() {},
    incidentRecovered() {},
    diagnosed() {},
    labelKept() {},
    notificationSent() {},
    notificationFailed() {},
    upstreamAsked() {},
    reconciled() {},
    forgotten() {},
    retentionFinished() {},
    storeMeasured() {},
  };
}
