import { decode } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { NOT_TOLD, createResult, notSupported, share } from '../result.ts';

/** Who can log in, who may do everything, and how many of the former have a second factor. */
export const accounts: ProbeKind<object> = {
  id: 'accounts',
  options: decode.object({}),
  isSupported: (connector) => connector.accounts !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.accounts?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_active_users');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    const { activeUsers, privilegedUsers, secondFactorUsers } = outcome.value;
    result.add('crm_active_users', {}, activeUsers);
    result.add('crm_privileged_users', {}, privilegedUsers);
    result.add('crm_locked_users', {}, outcome.value.lockedUsers ?? NOT_TOLD);
    result.add('crm_inactive_users', {}, outcome.value.inactiveUsers ?? NOT_TOLD);
    result.add('crm_second_factor_coverage_ratio', {}, share(secondFactorUsers, activeUsers));
    return result.succeed();
  },
};
