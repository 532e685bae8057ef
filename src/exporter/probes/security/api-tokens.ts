import { decode } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/** How many tokens and keys open the API, and the age of the oldest. */
export const apiTokens: ProbeKind<object> = {
  id: 'api_tokens',
  options: decode.object({}),
  isSupported: (connector) => connector.apiTokens !== undefined,
  async run({ connector, clock, timeoutMs, signal }) {
    const outcome = await connector.apiTokens?.({ timeoutMs, signal }, clock.now());
    if (outcome === undefined) return notSupported('crm_api_tokens');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    result.add('crm_api_tokens', {}, outcome.value.active);
    result.add('crm_api_token_oldest_age_seconds', {}, outcome.value.oldestAgeSeconds);
    return result.succeed();
  },
};
