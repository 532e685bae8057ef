import { decode, known, unknown } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported, share } from '../result.ts';

/** Allowances of API calls: what is granted, what is left, which share is used. */
export const apiQuota: ProbeKind<object> = {
  id: 'api_quota',
  options: decode.object({}),
  isSupported: (connector) => connector.limits !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.limits?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_api_quota_limit');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    if (outcome.value.length === 0) {
      const value = unknown('empty', 'the platform names no allowance');
      result.add('crm_api_quota_used_ratio', {}, value);
    }
    for (const { name, limit, remaining } of outcome.value) {
      const labels = { limit: name };
      result.add('crm_api_quota_limit', labels, known(limit));
      result.add('crm_api_quota_remaining', labels, known(remaining));
      const used = share(known(limit - remaining), known(limit));
      result.add('crm_api_quota_used_ratio', labels, used);
    }
    return result.succeed();
  },
};
