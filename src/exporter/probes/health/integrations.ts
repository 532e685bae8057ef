import { known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';
import { windowDecoder } from '../window-option.ts';
import type { WindowOption } from '../window-option.ts';

/** What failed of the exchange with other systems within a window that ends now. */
export const integrations: ProbeKind<WindowOption> = {
  id: 'integrations',
  options: windowDecoder('failures', '1h'),
  isSupported: (connector) => connector.integrations !== undefined,
  async run({ connector, clock, timeoutMs, signal }, { windowMs }) {
    const sinceMs = clock.now() - windowMs;
    const outcome = await connector.integrations?.({ timeoutMs, signal }, sinceMs);
    if (outcome === undefined) return notSupported('crm_integration_failures');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const { integration, failures } of outcome.value) {
      result.add('crm_integration_failures', { integration }, failures);
    }
    result.add('crm_integration_failures_window_seconds', {}, known(windowMs / 1000));
    return result.succeed();
  },
};
