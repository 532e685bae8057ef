export { RESPONDER_MIGRATIONS, createPipeline } from './create-pipeline.ts';
export type { Pipeline } from './create-pipeline.ts';
export type { PipelineParts, PipelineSettings, WatchdogSettings } from './pipeline-parts.ts';
export type { Acceptance, DeliveryDecoder, DeliveryForm } from './intake.ts';
export type { QuarantineStatus } from './intake-tables.ts';
export type { Answer, ChangeOptions } from './make-change.ts';
export type { IncidentDetail, PipelineLine } from './operations.ts';
export type { HoldOffRule } from './holds/hold-off.ts';
export type {
  Maintenance,
  WindowAnswer,
  WindowDetail,
  WindowLine,
  WindowRequest,
} from './maintenance/maintenance.ts';
export { LONGEST_WINDOW_MS } from './maintenance/maintenance.ts';
export type { Quarantine, QuarantineAnswer, ReplayedAll } from './quarantine.ts';
export type { QuarantineEntry, QuarantineFilter } from './quarantine-records.ts';
export type { OnceRequest } from './idempotency.ts';
export { DEFAULT_RETENTION } from './retention/retention-settings.ts';
export type { RetentionSettings } from './retention/retention-settings.ts';
export { erase } from './retention/erase.ts';
export type { Eraser } from './retention/erase.ts';
export type { ErasureSubject } from './retention/erasure-subject.ts';
export { findErasure } from './retention/find-erasure.ts';
export type { ErasurePlan } from './retention/find-erasure.ts';
export { createSilentMetrics } from './responder-metrics.ts';
export type { ResponderMetrics, ResponderStatistics } from './responder-metrics.ts';
