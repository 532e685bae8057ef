export type { Runbook } from './runbook.ts';
export { RUNBOOKS, suggestSteps } from './suggest-steps.ts';
export type { RepairContext } from './suggest-steps.ts';
export { createVerifier } from './verify.ts';
export type { Verifier, VerifierOptions } from './verify.ts';
