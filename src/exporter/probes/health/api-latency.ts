import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/** Times a light API call and one that is representative of the users' work. */
export const apiLatency: ProbeKind<object> = {
  id: 'api_latency',
  options: decode.object({}),
  isSupported: (connector) => connector.latency !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.latency?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_api_latency_seconds');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const { call, seconds } of outcome.value) {
      result.add('crm_api_latency_seconds', { call }, known(seconds));
    }
    return result.succeed();
  },
};
