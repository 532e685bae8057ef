import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/** Time left until an API that is asked is removed; one that is past its day is a successful run with negative seconds. */
export const apiLifecycle: ProbeKind<object> = {
  id: 'api_lifecycle',
  options: decode.object({}),
  isSupported: (connector) => connector.apiRemovals !== undefined,
  async run({ connector, clock, timeoutMs, signal }) {
    const metric = 'crm_api_removal_remaining_seconds';
    const outcome = await connector.apiRemovals?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported(metric);
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const { api, removedAtMs } of outcome.value) {
      const left = removedAtMs.known
        ? known((removedAtMs.value - clock.now()) / 1000)
        : removedAtMs;
      result.add(metric, { api }, left);
    }
    return result.succeed();
  },
};
