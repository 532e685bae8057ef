import {
  FAILURE_REASONS,
  JOB_STATES,
  PROBE_KIND_NAMES,
  REQUEST_PHASES,
} from '../../../catalog/catalog.ts';

/**
 * Labels whose values are a closed set, the same for every platform. All others (objects, fields, calls) belong to one
 * CRM and not to the fault, so they are no features.
 */
export const CLOSED_LABELS: Readonly<
  Record<'phase' | 'state' | 'probe' | 'reason', readonly string[]>
> = {
  phase: REQUEST_PHASES,
  state: JOB_STATES,
  probe: PROBE_KIND_NAMES,
  reason: Object.keys(FAILURE_REASONS),
};
