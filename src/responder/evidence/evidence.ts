export { EVIDENCE_SCHEMA } from './evidence-value.ts';
export type { Evidence, EvidenceAlert, EvidenceProbe, EvidenceSignal } from './evidence-value.ts';
