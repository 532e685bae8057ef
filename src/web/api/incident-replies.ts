import { unreachable } from '../../std/std.ts';
import type { ActionOutcome } from '../services.ts';
import { entityTag } from './entity-tag.ts';
import type { Reply } from './operation.ts';
import { KEY_REUSED } from './problem.ts';

export function unknownIncident(id: string): Reply {
  const detail = `there is no incident ${id}`;
  const remedy = 'take an identifier from the list of incidents';
  return { problem: { kind: 'not-found', detail, remedy } };
}

/** What became of a change, as an answer; for every operation that changes an incident. */
export function replyOf(outcome: ActionOutcome, id: string): Reply {
  switch (outcome.status) {
    case 'done': {
      const { status, sequence, isReplayed, incidentId } = outcome;
      return {
        status: 200,
        body: {
          status,
          ...(sequence === undefined ? {} : { sequence }),
          ...(incidentId === undefined ? {} : { incidentId }),
        },
        headers: {
          ...(sequence === undefined ? {} : { ETag: entityTag(sequence) }),
          ...(isReplayed === undefined ? {} : { 'Idempotency-Replayed': 'true' }),
        },
      };
    }
    case 'unknown_incident':
      return unknownIncident(id);
    case 'refused':
      return { problem: { kind: 'not-possible', detail: outcome.why, remedy: outcome.remedy } };
    case 'stale': {
      const { current } = outcome;
      const headers = { ETag: entityTag(current.sequence) };
      const detail = `the incident has ${current.sequence} entries in its journal now`;
      const remedy = 'look at what has changed, then send it again with the new ETag';
      return { problem: { kind: 'stale', detail, remedy, current, headers } };
    }
    case 'key_reused':
      return { problem: KEY_REUSED };
    default:
      return unreachable(outcome);
  }
}
