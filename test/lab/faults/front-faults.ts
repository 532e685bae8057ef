import { FRONT_FAULTS } from '../../../src/sandbox/sandbox.ts';
import type { RunningFront } from '../../../src/sandbox/sandbox.ts';
import type { LabFault } from '../site/crm.ts';

/** Everything that can be wrong in front of an API. */
export function frontFaults(front: RunningFront): readonly LabFault[] {
  return FRONT_FAULTS.map((fault) => ({
    id: fault.id,
    faultClass: fault.faultClass,
    async break(strength) {
      await fault.break(front, strength);
      return async () => {
        await fault.mend(front);
      };
    },
  }));
}
