import { decode, known } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

export type FailedLoginsOptions = { readonly windowMs: number };

const options: Decoder<FailedLoginsOptions> = decode.transform(
  decode.object({
    window: decode.withDefault(
      decode.duration({ minimumMs: 1000 }),
      600_000,
      'how far back failed logins are counted',
      '10m',
    ),
  }),
  ({ window }) => ({ windowMs: window }),
);

/** Failed logins of anybody within a window that ends now. */
export const failedLogins: ProbeKind<FailedLoginsOptions> = {
  id: 'failed_logins',
  options,
  isSupported: (connector) => connector.failedLogins !== undefined,
  async run({ connector, clock, timeoutMs, signal }, { windowMs }) {
    const sinceMs = clock.now() - windowMs;
    const outcome = await connector.failedLogins?.({ timeoutMs, signal }, sinceMs);
    if (outcome === undefined) return notSupported('crm_failed_logins');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    result.add('crm_failed_logins', {}, outcome.value);
    result.add('crm_failed_logins_window_seconds', {}, known(windowMs / 1000));
    return result.succeed();
  },
};
