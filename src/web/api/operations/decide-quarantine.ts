import { z } from 'zod';
import { MAXIMUM_COMMENT_LENGTH } from '../../../console/console.ts';
import { decodeCursor } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { CURSOR, pageOf } from '../pages.ts';
import { QUARANTINE_PATH, deliveryPath, replyOfDecision } from '../quarantine-schemas.ts';
import { changeDone, named, noContent, noParameters, prose, tidy } from '../schemas.ts';

const count = z.int().min(0);
const headers = {
  'Idempotency-Replayed': '`true` when an earlier request with the key did it.',
} as const;

const replayed = named(
  'QuarantineReplayed',
  z.object({ status: z.literal('done'), events: count.describe('Events that are new.') }),
);
const replayedAll = named(
  'QuarantineReplayedAll',
  z.object({
    replayed: count,
    undecodable: count.describe('Still not readable, or not wholly.'),
    next: z.string().nullable().describe('Where to send the next request; null when all are done.'),
  }),
);
const discard = named('Discard', z.strictObject({ text: prose(1, MAXIMUM_COMMENT_LENGTH) }));

/** Some hundred in one go, so that no request takes long. */
export const replayAllQuarantined: Operation = defineOperation({
  id: 'replayAllQuarantined',
  method: 'POST',
  path: `${QUARANTINE_PATH}/replay`,
  role: 'responder',
  summary: 'Read again all that are kept, the oldest first, at most 200 with each request',
  description:
    'Sent again it tries again what is still kept and tells no event twice, so an `Idempotency-Key` has no effect here.',
  pathParameters: noParameters,
  query: z.strictObject({ cursor: CURSOR.parameter }),
  body: { schema: noContent, isRequired: false },
  hasEntityTag: false,
  responses: {
    200: { description: 'These were tried.', schema: replayedAll, headers: CURSOR.headers },
  },
  problems: ['invalid-cursor', 'request-in-progress'],
  async handle({ service, query: { cursor }, identity: { actor } }) {
    const list = 'quarantine replay';
    const after = cursor === undefined ? '0' : decodeCursor(cursor, list);
    if (after === null) return CURSOR.refusal;
    const { next, ...counts } = await service.quarantine.replayAll(actor, Number(after));
    const position = next === null ? null : String(next);
    return pageOf(counts, { path: `${QUARANTINE_PATH}/replay`, query: {}, list, position });
  },
});

export const replayQuarantined: Operation = defineOperation({
  id: 'replayQuarantined',
  method: 'POST',
  path: `${QUARANTINE_PATH}/:id/replay`,
  role: 'responder',
  summary: 'Read a delivery again, with the present decoder',
  description:
    'Its events get in with the time at which they came. What can be read gets in although the rest cannot; then the answer is 409 and the delivery stays.',
  pathParameters: deliveryPath,
  query: noParameters,
  body: { schema: noContent, isRequired: false },
  hasEntityTag: false,
  responses: { 200: { description: 'It was read wholly.', schema: replayed, headers } },
  problems: ['not-found', 'not-possible', 'request-in-progress', 'key-reused'],
  handle: async ({ service, path: { id }, identity: { actor }, options }) =>
    replyOfDecision(await service.quarantine.replay(id, actor, options), id, (events) => ({
      status: 'done',
      events,
    })),
});

export const discardQuarantined: Operation = defineOperation({
  id: 'discardQuarantined',
  method: 'POST',
  path: `${QUARANTINE_PATH}/:id/discard`,
  role: 'admin',
  summary: 'Say that a delivery is not worth reading, and why; it is kept all the same',
  pathParameters: deliveryPath,
  query: noParameters,
  body: { schema: discard, isRequired: true },
  hasEntityTag: false,
  responses: { 200: { description: 'It is discarded.', schema: changeDone, headers } },
  problems: ['not-found', 'not-possible', 'request-in-progress', 'key-reused'],
  handle: async ({ service, path: { id }, body: { text }, identity: { actor }, options }) =>
    replyOfDecision(await service.quarantine.discard(id, actor, tidy(text), options), id, () => ({
      status: 'done',
    })),
});
