import { z } from 'zod';
import { MAXIMUM_REASON_LENGTH } from '../../../console/console.ts';
import { MAXIMUM_CHOSEN } from '../../../responder/incidents/incidents.ts';
import { replyOf } from '../incident-replies.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { alertId, incidentId, named, prose, tidy } from '../schemas.ts';
import { change } from './change-incident.ts';

const text = prose(0, MAXIMUM_REASON_LENGTH).optional().describe('Why, for the journal of both.');
const reason = named('Reason', z.strictObject({ text }));
const merge = named('Merge', z.strictObject({ into: incidentId, text }));
const split = named(
  'Split',
  z.strictObject({
    alerts: z
      .array(alertId)
      .min(1)
      .max(MAXIMUM_CHOSEN)
      .describe('Those that leave, by the `id` of each; one at least stays.'),
    text,
  }),
);

export const mergeIncident: Operation = defineOperation({
  ...change,
  id: 'mergeIncident',
  path: '/api/v1/incidents/:id/merge',
  summary: 'Merge an incident into another one',
  description:
    'The incident is closed, and its alerts go on in `into`, which must be open, until that is over. It may be open, or have recovered a short time ago.',
  body: { schema: merge, isRequired: true },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.merge(id, body.into, actor, tidy(body.text ?? ''), options), id),
});

export const undoMerge: Operation = defineOperation({
  ...change,
  id: 'undoMerge',
  path: '/api/v1/incidents/:id/merge/undo',
  summary: 'Make a merged incident one of its own again',
  description:
    'Possible while the incident that it was merged into is open. It gets its alerts back in their newest state.',
  body: { schema: reason, isRequired: false },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.undoMerge(id, actor, tidy(body.text ?? ''), options), id),
});

export const splitIncident: Operation = defineOperation({
  ...change,
  id: 'splitIncident',
  path: '/api/v1/incidents/:id/split',
  summary: 'Make a new incident of some alerts of one',
  description: 'Later words about these alerts go to the new incident, whose id is answered.',
  body: { schema: split, isRequired: true },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.split(id, body.alerts, actor, tidy(body.text ?? ''), options), id),
});

export const undoSplit: Operation = defineOperation({
  ...change,
  id: 'undoSplit',
  path: '/api/v1/incidents/:id/split/undo',
  summary: 'Merge an incident back into the one that it was split from',
  description: 'Possible while that one is open.',
  body: { schema: reason, isRequired: false },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.undoSplit(id, actor, tidy(body.text ?? ''), options), id),
});
