import { known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';
import { windowDecoder } from '../window-option.ts';
import type { WindowOption } from '../window-option.ts';

/** What the audit trail tells of a window that ends now, and whether there is one at all. */
export const auditTrail: ProbeKind<WindowOption> = {
  id: 'audit_trail',
  options: windowDecoder('permission changes and exports', '1h'),
  isSupported: (connector) => connector.auditTrail !== undefined,
  async run({ connector, clock, timeoutMs, signal }, { windowMs }) {
    const sinceMs = clock.now() - windowMs;
    const outcome = await connector.auditTrail?.({ timeoutMs, signal }, sinceMs);
    if (outcome === undefined) return notSupported('crm_audit_trail_recording');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    const { isRecording, permissionChanges, massExports } = outcome.value;
    const recording = isRecording.known ? known(isRecording.value ? 1 : 0) : isRecording;
    result.add('crm_audit_trail_recording', {}, recording);
    result.add('crm_permission_changes', {}, permissionChanges);
    result.add('crm_mass_exports', {}, massExports);
    result.add('crm_audit_trail_window_seconds', {}, known(windowMs / 1000));
    return result.succeed();
  },
};
