import type { Clock, Logger, Random } from '../../std/std.ts';
import type { Store } from '../../store/store.ts';
import type { Mask } from '../alerts/alerts.ts';
import type { Evidence, EvidenceRequest } from '../evidence/evidence.ts';
import { DEFAULT_FLAPPING, NO_CORRELATION } from '../incidents/incidents.ts';
import type {
  CorrelationRules,
  DiagnosisView,
  FlappingSettings,
  MaintenanceSchedule,
} from '../incidents/incidents.ts';
import type { Channel } from '../notify/notify.ts';
import type { Verifier } from '../repair/repair.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { HoldOffRule } from './holds/hold-off.ts';
import type { ModelJudgement } from './learning/judgement-records.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import type { DeliveryDecoder } from './intake.ts';
import { DEFAULT_RETENTION } from './retention/retention-settings.ts';
import type { RetentionSettings } from './retention/retention-settings.ts';
import type { ResponderMetrics } from './responder-metrics.ts';
import { DEFAULT_STORM_SETTINGS } from './storm.ts';
import type { StormSettings } from './storm.ts';

export type PipelineSettings = {
  /** Wait after the first alert, so that its siblings arrive before the diagnosis. */
  readonly diagnosisDelayMs: number;
  /** Alerts that join within this time of the report lead to a further diagnosis. */
  readonly rediagnoseWindowMs: number;
  readonly verifyRetryMs: number;
  /** An alert that comes back within this time of the recovery reopens the incident. */
  readonly reopenWindowMs: number;
  /** Resolved incidents are closed after this time; null leaves it to people. */
  readonly autoCloseMs: number | null;
  /** How often due times are looked at. */
  readonly tickMs: number;
  /** Diagnoses and verifications that may run at once. */
  readonly concurrency: number;
  /** How long `stop` waits for what is under way. */
  readonly stopTimeoutMs: number;
  /** The address of the console as others reach it, for links in notifications. */
  readonly consoleUrl: string | null;
  /** How often upstream is looked at; at most 60 s, so that what was lost is healed within 120 s. */
  readonly reconcileIntervalMs: number;
  readonly watchdog: WatchdogSettings;
  readonly storm: StormSettings;
  /** What lets alerts of one target join the incident of another. */
  readonly correlation: CorrelationRules;
  readonly retention: RetentionSettings;
  /** Maintenance that the configuration declares. */
  readonly maintenance: readonly MaintenanceSchedule[];
  /** Which alerts page only when they stay. */
  readonly holdOff: readonly HoldOffRule[];
  readonly flapping: FlappingSettings;
};

export type WatchdogSettings = {
  /** A source that is silent for longer has a dead pipe. */
  readonly limitMs: number;
  /** Expected from the start. */
  readonly sources: readonly string[];
  /** Whether a source is expected once it was heard. */
  readonly expectSeen: boolean;
};

export const DEFAULT_PIPELINE_SETTINGS: PipelineSettings = {
  diagnosisDelayMs: 10_000,
  rediagnoseWindowMs: 300_000,
  verifyRetryMs: 30_000,
  reopenWindowMs: 1_800_000,
  autoCloseMs: null,
  tickMs: 500,
  concurrency: 4,
  stopTimeoutMs: 10_000,
  consoleUrl: null,
  reconcileIntervalMs: 30_000,
  watchdog: { limitMs: 200_000, sources: [], expectSeen: true },
  storm: DEFAULT_STORM_SETTINGS,
  correlation: NO_CORRELATION,
  retention: DEFAULT_RETENTION,
  maintenance: [],
  holdOff: [],
  flapping: DEFAULT_FLAPPING,
};

export type Diagnosed = {
  /** By the champion, for people. */
  readonly view: DiagnosisView;
  /** What each model said, the champion and whoever challenges it, to compare them by. */
  readonly judgements: readonly ModelJudgement[];
};

/** What the pipeline is made of. The store must have been opened with the migrations of all its rooms. */
export type PipelineParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly gatherEvidence: (request: EvidenceRequest) => Promise<Evidence>;
  readonly diagnose: (evidence: Evidence) => Promise<Diagnosed>;
  readonly verifier: Verifier;
  readonly channels: readonly Channel[];
  readonly metrics: ResponderMetrics;
  /** Whom to ask what deliveries missed; absent when nobody can be asked. */
  readonly upstream?: Upstream;
  /** Of senders that are peers of others. */
  readonly sources?: SourceNames;
  /** On the calling thread when it is left out. It masks what it decodes. */
  readonly decodeDelivery?: DeliveryDecoder;
  /** For what does not come by a delivery, and what is told about; nothing is masked when it is left out. */
  readonly mask?: Mask;
  readonly settings?: Partial<PipelineSettings>;
};

export type PipelineContext = Omit<PipelineParts, 'settings' | 'mask'> & {
  readonly settings: PipelineSettings;
  readonly mask: Mask;
};
