export { decodeEvidence } from './decode-evidence.ts';
export { EVIDENCE_SCHEMA } from './evidence-value.ts';
export type { Evidence, EvidenceAlert, EvidenceProbe, EvidenceSignal } from './evidence-value.ts';
export { createEvidenceSource } from './gather.ts';
export type { EvidenceRequest, EvidenceSource, EvidenceSourceOptions } from './gather.ts';
export { quantile } from './statistics.ts';
export { createPrometheusClient, quotePromQL, selector } from './prometheus.ts';
export type {
  InstantSeries,
  PrometheusClient,
  PrometheusClientOptions,
  RangePoint,
  RangeSeries,
} from './prometheus.ts';
