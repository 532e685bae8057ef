import { JOB_STATES } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { ProbeKind } from '../probe.ts';
import { NOT_TOLD, createResult, notSupported } from '../result.ts';

/** Counts background jobs by state and tells how long the oldest due one has waited. */
export const backgroundJobs: ProbeKind<object> = {
  id: 'background_jobs',
  options: decode.object({}),
  isSupported: (connector) => connector.jobs !== undefined,
  async run({ connector, clock, timeoutMs, signal }) {
    const outcome = await connector.jobs?.({ timeoutMs, signal }, clock.now());
    if (outcome === undefined) return notSupported('crm_jobs');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const state of JOB_STATES) {
      result.add('crm_jobs', { state }, outcome.value.byState[state]);
    }
    result.add('crm_failed_schedules', {}, outcome.value.failedSchedules ?? NOT_TOLD);
    result.add('crm_job_oldest_pending_age_seconds', {}, outcome.value.oldestPendingAgeSeconds);
    return result.succeed();
  },
};
