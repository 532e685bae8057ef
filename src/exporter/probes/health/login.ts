import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/** Proves the credentials of the monitoring identity and times the authentication phase. */
export const login: ProbeKind<object> = {
  id: 'login',
  options: decode.object({}),
  isSupported: (connector) => connector.login !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.login?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_login_duration_seconds');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    const seconds = known(outcome.value.durationSeconds);
    result.add('crm_login_duration_seconds', {}, seconds);
    result.add('crm_phase_duration_seconds', { phase: 'authentication' }, seconds);
    return result.succeed();
  },
};
