import type { Knowable } from '../../std/std.ts';

/** One alert as an Alertmanager holds it now. It holds no alerts that are resolved. */
export type UpstreamAlert = {
  readonly fingerprint: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorUrl: string;
  /** By the sender's clock. */
  readonly startsAtMs: number;
  /** Silenced and inhibited alerts fire, too, but nobody is told of them; "unprocessed" is not routed yet. */
  readonly state: 'active' | 'suppressed' | 'unprocessed';
  readonly isSilenced: boolean;
  readonly isInhibited: boolean;
  /** Names of the receivers that its routes lead to. */
  readonly receivers: readonly string[];
};

export type AlertmanagerAnswer = {
  /** By fingerprint. */
  readonly alerts: ReadonlyMap<string, UpstreamAlert>;
  /** Held, too, but unreadable but for the fingerprint. */
  readonly unreadable: ReadonlySet<string>;
};

export type AlertmanagerView = {
  /** host:port, for people and metrics. */
  readonly name: string;
  /** Peers of one highly available set are one source. */
  readonly source: string;
  /** The receiver that delivers to us. */
  readonly receiver: string;
  /** Unknown with the reason when it could not be asked: never taken for "no alerts". */
  readonly answer: Knowable<AlertmanagerAnswer>;
};

/** A series of ALERTS: no labels that Alertmanager's side adds, such as external labels. */
export type PrometheusAlert = {
  readonly name: string;
  readonly state: 'pending' | 'firing';
  /** When its expression became true, by Prometheus' clock; null when it does not say. */
  readonly startsAtMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
};

export type RuleState = {
  /** False when one of the rules of this name failed, or was not evaluated lately by Prometheus' own clock. */
  readonly isEvaluated: boolean;
  readonly why: string;
};

export type PrometheusAnswer = {
  /** By the name of the alert. */
  readonly alerts: ReadonlyMap<string, readonly PrometheusAlert[]>;
  readonly rules: ReadonlyMap<string, RuleState>;
  /** Whether an exporter of crmwatch is scraped with success. */
  readonly isExporterUp: boolean;
  /** CRMs that a scraped exporter tells of. */
  readonly targets: ReadonlySet<string>;
};

/** What all that could be asked said at one time. */
export type UpstreamView = {
  readonly alertmanagers: readonly AlertmanagerView[];
  readonly prometheus: Knowable<PrometheusAnswer>;
};
