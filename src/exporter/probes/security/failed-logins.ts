import { LOGIN_FAILURE_REASONS } from '../../../catalog/catalog.ts';
import { known } from '../../../std/std.ts';
import type { LoginCounts } from '../../connectors/connectors.ts';
import type { ProbeKind } from '../probe.ts';
import { NOT_TOLD, createResult, notSupported } from '../result.ts';
import type { ResultBuilder } from '../result.ts';
import { windowDecoder } from '../window-option.ts';
import type { WindowOption } from '../window-option.ts';

/** Failed and successful logins of anybody within a window that ends now. */
export const failedLogins: ProbeKind<WindowOption> = {
  id: 'failed_logins',
  options: windowDecoder('failed logins', '10m'),
  isSupported: (connector) => connector.logins !== undefined,
  async run({ connector, clock, timeoutMs, signal }, { windowMs }) {
    const sinceMs = clock.now() - windowMs;
    const outcome = await connector.logins?.({ timeoutMs, signal }, sinceMs);
    if (outcome === undefined) return notSupported('crm_failed_logins');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    result.add('crm_failed_logins', {}, outcome.value.failed);
    result.add('crm_successful_logins', {}, outcome.value.succeeded ?? NOT_TOLD);
    addReasons(outcome.value, result);
    result.add('crm_failed_logins_window_seconds', {}, known(windowMs / 1000));
    return result.succeed();
  },
};

function addReasons({ failedByReason = NOT_TOLD }: LoginCounts, result: ResultBuilder): void {
  const metric = 'crm_failed_logins_by_reason';
  if (!failedByReason.known) {
    result.add(metric, {}, failedByReason);
    return;
  }
  for (const reason of LOGIN_FAILURE_REASONS) {
    result.add(metric, { reason }, known(failedByReason.value[reason] ?? 0));
  }
}
