import { describe, expect, it } from 'vitest';
import type { Verification } from '../../../src/responder/incidents/incidents.ts';
import { confirmRecovery } from '../../../src/responder/repair/repair.ts';
import type {
  ConfirmedRecovery,
  PassedVerification,
} from '../../../src/responder/repair/repair.ts';

const repair = {
  name: 'restart the worker',
  incidentId: 'inc_1',
  outcome: 'applied',
  appliedAtMs: 1000,
} as const;

function verificationAt(startedAtMs: number): PassedVerification {
  return { outcome: 'passed', why: '', checks: [], startedAtMs, quietSinceMs: 900 };
}

describe('a confirmed recovery', () => {
  it('comes of a repair that was applied and a verification that passed after it', () => {
    expect(confirmRecovery(repair, verificationAt(1000))).toEqual({
      repair: 'restart the worker',
      incidentId: 'inc_1',
      verifiedAtMs: 1000,
    });
  });

  it('does not come of a verification that began before the repair', () => {
    expect(confirmRecovery(repair, verificationAt(999))).toBeNull();
  });

  it('cannot be made of anything less, which the compiler says', () => {
    const undecided: Verification = { ...verificationAt(1000), outcome: 'impossible', why: 'no' };
    // @ts-expect-error A verification that did not pass proves nothing.
    const ofUndecided = confirmRecovery(repair, undecided);
    // @ts-expect-error Nor does a repair that failed.
    const ofFailed = confirmRecovery({ ...repair, outcome: 'failed' }, verificationAt(1000));
    // @ts-expect-error Nor the fact that a repair ran, however it is spelled.
    const ofRun: ConfirmedRecovery = { repair: 'restart', incidentId: 'inc_1', verifiedAtMs: 1 };
    expect([ofUndecided, ofFailed, ofRun].length).toBe(3);
  });
});
