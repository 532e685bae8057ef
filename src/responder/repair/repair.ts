export type { Runbook } from './runbook.ts';
export { RUNBOOKS, suggestSteps } from './suggest-steps.ts';
export type { RepairContext } from './suggest-steps.ts';
export { MAXIMUM_CHECKS, createVerifier } from './verify.ts';
export type { Verifier, VerifierOptions } from './verify.ts';
