import { RESPONDER_MIGRATIONS } from '../../src/responder/pipeline/pipeline.ts';
import type { Migrations } from '../../src/store/store.ts';

/** The steps of the version before leases; rooms that came later are left out. */
const STEPS: Readonly<Record<string, number>> = {
  incidents: 4,
  notify: 2,
  pipeline: 1,
  intake: 1,
  idempotency: 1,
  accounts: 1,
  storms: 1,
  correlation: 1,
};

export function migrationsBeforeLeases(): readonly Migrations[] {
  return RESPONDER_MIGRATIONS.flatMap(({ room, steps }) => {
    const count = STEPS[room] ?? 0;
    return count === 0 ? [] : [{ room, steps: steps.slice(0, count) }];
  });
}
