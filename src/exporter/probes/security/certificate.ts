import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/**
 * Validity left on the certificate in front. An expired one is a successful run with negative seconds: the
 * question was answered, and the answer is bad.
 */
export const certificate: ProbeKind<object> = {
  id: 'certificate',
  options: decode.object({}),
  isSupported: (connector) => connector.certificate !== undefined,
  async run({ connector, clock, timeoutMs, signal }) {
    const outcome = await connector.certificate?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_certificate_remaining_seconds');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    const { notAfterMs } = outcome.value;
    const remainingSeconds = (notAfterMs - clock.now()) / 1000;
    result.add('crm_certificate_not_after_timestamp_seconds', {}, known(notAfterMs / 1000));
    result.add('crm_certificate_remaining_seconds', {}, known(remainingSeconds));
    return result.succeed();
  },
};
