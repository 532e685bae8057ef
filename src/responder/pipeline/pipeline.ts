export { RESPONDER_MIGRATIONS, createPipeline } from './create-pipeline.ts';
export type { Pipeline } from './create-pipeline.ts';
export type { Acceptance } from './intake.ts';
export type { Answer, IncidentDetail, PipelineLine } from './operations.ts';
export type { PipelineParts, PipelineSettings, WatchdogSettings } from './pipeline-parts.ts';
export { createSilentMetrics } from './responder-metrics.ts';
export type { ResponderMetrics, ResponderStatistics } from './responder-metrics.ts';
