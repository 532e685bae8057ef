export { RESPONDER_MIGRATIONS, createPipeline } from './create-pipeline.ts';
export type { Pipeline } from './create-pipeline.ts';
export type {
  Diagnosed,
  PipelineParts,
  PipelineSettings,
  WatchdogSettings,
} from './pipeline-parts.ts';
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
export { readLabelledEvidence } from './learning/label-records.ts';
export type { ModelJudgement } from './learning/judgement-records.ts';
export { createModelAdministration } from './learning/model-administration.ts';
export type {
  ModelAdministration,
  ModelOverview,
  Promotion,
  Rollback,
  ShadowComparison,
} from './learning/model-administration.ts';
export { createDriftReader } from './learning/read-drift.ts';
export type { LearningFacts } from './learning/read-drift.ts';
export { createModelsInForce } from './learning/models-in-force.ts';
export type { ModelsInForce } from './learning/models-in-force.ts';
