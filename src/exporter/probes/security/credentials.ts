import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/**
 * Validity left on what the monitor proves itself with. Ended credentials are a successful run with negative seconds: the
 * question was answered, and the answer is bad.
 */
export const credentials: ProbeKind<object> = {
  id: 'credentials',
  options: decode.object({}),
  isSupported: (connector) => connector.credentials !== undefined,
  async run({ connector, clock, timeoutMs, signal }) {
    const metric = 'crm_credential_remaining_seconds';
    const outcome = await connector.credentials?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported(metric);
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const { identity, endsAtMs } of outcome.value) {
      const remaining = endsAtMs.known ? known((endsAtMs.value - clock.now()) / 1000) : endsAtMs;
      result.add(metric, { identity }, remaining);
    }
    return result.succeed();
  },
};
