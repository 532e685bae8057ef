import { REQUEST_PHASES } from '../../../catalog/catalog.ts';
import { decode, known } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';

/** Phases of the path to the CRM; a failed run keeps those that did succeed. */
export const reachability: ProbeKind<object> = {
  id: 'reachability',
  options: decode.object({}),
  isSupported: (connector) => connector.ping !== undefined,
  async run({ connector, timeoutMs, signal }) {
    const outcome = await connector.ping?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_phase_duration_seconds');
    const result = createResult();
    const phases = outcome.ok ? outcome.value.phases : (outcome.phases ?? {});
    for (const phase of REQUEST_PHASES) {
      const seconds = phases[phase];
      // Authentication is timed by the login probe, so that each series has one source.
      if (seconds === undefined || phase === 'authentication') continue;
      result.add('crm_phase_duration_seconds', { phase }, known(seconds));
    }
    return outcome.ok ? result.succeed(outcome.value.version) : result.fail(outcome.failure);
  },
};
