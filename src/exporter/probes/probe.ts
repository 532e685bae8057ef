import type { MeasurementName, ProbeKindName, UnknownReason } from '../../catalog/catalog.ts';
import type { Failure } from '../../http/http.ts';
import type { Clock, Decoder, Logger } from '../../std/std.ts';
import type { Connector } from '../connectors/connectors.ts';

/** One measured number with its labels; the target is added where it is exposed. */
export type Sample = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** A measurement that could not be known although the probe ran. */
export type UnknownSample = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  readonly reason: UnknownReason;
  readonly detail: string;
};

export type ProbeResult =
  | {
      readonly ok: true;
      readonly samples: readonly Sample[];
      readonly unknowns: readonly UnknownSample[];
      /** The version of the CRM when this probe learnt it. */
      readonly version?: string;
    }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** What was measured before it failed, such as the phases that did succeed. */
      readonly samples: readonly Sample[];
    };

export type ProbeContext = {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export type ProbeKind<Options> = {
  readonly id: ProbeKindName;
  readonly options: Decoder<Options>;
  /** Whether the connector can do it at all; when not, the probe is left out and said to be so. */
  isSupported(connector: Connector): boolean;
  run(context: ProbeContext, options: Options): Promise<ProbeResult>;
};

/** A finished run: what the scheduler publishes, exposition renders and verification judges. */
export type ProbeRun = {
  readonly target: string;
  readonly platform: string;
  readonly probe: ProbeKindName;
  readonly result: ProbeResult;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly durationSeconds: number;
};
