import type { Verification } from '../incidents/incidents.ts';

/** A repair that did what it was to do. One that was refused, failed or was undone is none. */
export type AppliedRepair = {
  readonly name: string;
  readonly incidentId: string;
  readonly outcome: 'applied';
  readonly appliedAtMs: number;
};

export type PassedVerification = Verification & { readonly outcome: 'passed' };

declare const confirmed: unique symbol;

/**
 * That a repair helped. There is no way to one from the bare fact that a repair ran: an incident that ends after a restart
 * may have ended by itself, and a model that learnt from that would learn which repairs are fashionable.
 */
export type ConfirmedRecovery = {
  readonly [confirmed]: true;
  readonly repair: string;
  readonly incidentId: string;
  readonly verifiedAtMs: number;
};

/** Null when the verification began before the repair was applied, and so says nothing about it. */
export function confirmRecovery(
  { name, incidentId, appliedAtMs }: AppliedRepair,
  { startedAtMs }: PassedVerification,
): ConfirmedRecovery | null {
  if (startedAtMs < appliedAtMs) return null;
  return { repair: name, incidentId, verifiedAtMs: startedAtMs } as ConfirmedRecovery;
}
