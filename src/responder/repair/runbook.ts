import type { DiagnosisAnswer } from '../../catalog/catalog.ts';
import type { RepairPlan, RepairStep } from '../incidents/incidents.ts';

/** What to do about one answer of the diagnosis. `{target}` stands for the name of the CRM. */
export type Runbook = RepairPlan;
export type Runbooks<K extends DiagnosisAnswer> = Readonly<Record<K, Runbook>>;

export function step(text: string, more: Omit<RepairStep, 'text'> = {}): RepairStep {
  return { text, ...more };
}
