export { confirmRecovery } from './confirmed-recovery.ts';
export type { AppliedRepair, ConfirmedRecovery, PassedVerification } from './confirmed-recovery.ts';
export { generateFaultsDocument } from './faults-document.ts';
export type { Runbook } from './runbook.ts';
export { RUNBOOKS, suggestSteps } from './suggest-steps.ts';
export type { RepairContext } from './suggest-steps.ts';
export { MAXIMUM_CHECKS, createVerifier } from './verify.ts';
export type { Verifier, VerifierOptions } from './verify.ts';
