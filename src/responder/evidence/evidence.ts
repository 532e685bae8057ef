export type { ChangeQuery } from './changes.ts';
export { decodeEvidence } from './decode-evidence.ts';
export { usualSpread, worstDeviation } from './deviation.ts';
export { EVIDENCE_LIMITS, EVIDENCE_SCHEMA } from './evidence-value.ts';
export type {
  Evidence,
  EvidenceAlert,
  EvidenceChange,
  EvidenceLogTemplate,
  EvidenceProbe,
  EvidenceSignal,
  RelatedEvidence,
} from './evidence-value.ts';
export { askFiringAlerts } from './firing-alerts.ts';
export { createEvidenceSource } from './gather.ts';
export type { EvidenceRequest, EvidenceSource, EvidenceSourceOptions } from './gather.ts';
export { countLogTemplates } from './log-templates.ts';
export { wordsOfAlert } from './mask-words.ts';
export { quantile } from './statistics.ts';
export { createPrometheusClient, quotePromQL, selector } from './prometheus.ts';
export type {
  InstantSeries,
  PrometheusClient,
  PrometheusClientOptions,
  RangePoint,
  RangeSeries,
} from './prometheus.ts';
