import type { Clock } from '../../std/std.ts';
import type { Verification, VerificationCheck } from '../incidents/incidents.ts';
import { MAXIMUM_CHECKS } from '../repair/repair.ts';
import type { Verifier } from '../repair/repair.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { indexHolders, stillHeldOf } from './still-held.ts';
import type { HoldersIndex, StillHeld } from './still-held.ts';

/** The incidents of a storm recover together, and 20,000 alerts are not to be read once for each of them. */
const SHARED_MS = 5000;

type Facts = {
  /** Absent when nobody can be asked. */
  readonly upstream: Upstream | undefined;
  readonly sources: SourceNames;
  readonly clock: Pick<Clock, 'now' | 'after'>;
};

/**
 * Asks upstream once more before a recovery counts: one peer may tell that an alert is gone while another, or
 * Prometheus, still has it, and a CRM that is well for a moment would pass every probe. Nothing is asked while the
 * probes fail.
 */
export function withUpstreamVerification(verifier: Verifier, facts: Facts): Verifier {
  const { upstream, sources, clock } = facts;
  if (upstream === undefined) return verifier;
  const look = createSharedLook(upstream, sources, clock);
  return {
    async verify(incident) {
      const verification = await verifier.verify(incident);
      if (verification.outcome !== 'passed') return verification;
      const stillHeld = stillHeldOf(incident, await look(incident.quietSinceMs));
      return stillHeld.length === 0 ? verification : withhold(verification, stillHeld);
    },
  };
}

/** It goes on as a verification that failed does: it is said, and tried again at the usual interval. */
function withhold(passed: Verification, stillHeld: readonly StillHeld[]): Verification {
  const whys = stillHeld.map(({ why }) => why);
  const checks = stillHeld.map(({ alert, why }): VerificationCheck => {
    return { alert, probe: null, outcome: 'failed', why };
  });
  return {
    ...passed,
    outcome: 'failed',
    why: whys.join('; '),
    stillHeld: whys,
    checks: [...checks, ...passed.checks].slice(0, MAXIMUM_CHECKS),
  };
}

/**
 * Gives what is held upstream, by a look that began after a time of our clock and less than `SHARED_MS` ago; null
 * stands for now. It is kept no longer than it may be shared, since it may be large.
 */
function createSharedLook(
  upstream: Upstream,
  sources: SourceNames,
  clock: Facts['clock'],
): (afterMs: number | null) => Promise<HoldersIndex> {
  let shared: { readonly begunAtMs: number; readonly index: Promise<HoldersIndex> } | undefined;

  async function begin(): Promise<HoldersIndex> {
    return indexHolders(await upstream.look(), sources);
  }

  return async (afterMs) => {
    if (shared !== undefined && afterMs !== null && shared.begunAtMs > afterMs) return shared.index;
    const mine = { begunAtMs: clock.now(), index: begin() };
    shared = mine;
    clock.after(SHARED_MS, () => {
      if (shared === mine) shared = undefined;
    });
    return mine.index;
  };
}
