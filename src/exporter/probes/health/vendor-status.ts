import { decode, known } from '../../../std/std.ts';
import type { VendorState } from '../../connectors/connectors.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

const STATE_VALUES: Readonly<Record<VendorState, number>> = {
  operational: 0,
  degraded: 1,
  outage: 2,
};

/** What the vendor says of the service, which may be in trouble before its customers notice. */
export const vendorStatus: ProbeKind<object> = {
  id: 'vendor_status',
  options: decode.object({}),
  isSupported: (connector) => connector.vendorStatus !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.vendorStatus?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_vendor_state');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    const { state, openIncidents } = outcome.value;
    result.add('crm_vendor_state', {}, state.known ? known(STATE_VALUES[state.value]) : state);
    result.add('crm_vendor_incidents', {}, openIncidents);
    return result.succeed();
  },
};
