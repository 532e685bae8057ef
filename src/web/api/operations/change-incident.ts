import { z } from 'zod';
import { MAXIMUM_COMMENT_LENGTH } from '../../../console/console.ts';
import { replyOf } from '../incident-replies.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import {
  changeDone,
  diagnosisClass,
  incidentPath,
  named,
  noContent,
  noParameters,
  prose,
  tidy,
} from '../schemas.ts';

type Common = Pick<Operation, 'method' | 'role' | 'responses' | 'problems'> & {
  readonly pathParameters: typeof incidentPath;
  readonly query: typeof noParameters;
};

/** What all operations that change an incident have in common. */
export const change: Common = {
  method: 'POST',
  role: 'responder',
  pathParameters: incidentPath,
  query: noParameters,
  responses: {
    200: {
      description: 'It is done, and committed.',
      schema: changeDone,
      headers: {
        ETag: 'The `sequence` of the incident after the change.',
        'Idempotency-Replayed': '`true` when an earlier request with the key did it.',
      },
    },
  },
  problems: ['not-found', 'not-possible', 'request-in-progress', 'stale', 'key-reused'],
};

const note = named('Note', z.strictObject({ text: prose(0, MAXIMUM_COMMENT_LENGTH).optional() }));
const comment = named('Comment', z.strictObject({ text: prose(1, MAXIMUM_COMMENT_LENGTH) }));
const correction = named('Correction', z.strictObject({ answer: diagnosisClass }));

export const acknowledgeIncident: Operation = defineOperation({
  ...change,
  id: 'acknowledgeIncident',
  path: '/api/v1/incidents/:id/acknowledge',
  summary: 'Take care of an incident',
  body: { schema: noContent, isRequired: false },
  handle: async ({ service, path: { id }, identity: { actor }, options }) =>
    replyOf(await service.acknowledge(id, actor, options), id),
});

export const commentIncident: Operation = defineOperation({
  ...change,
  id: 'commentIncident',
  path: '/api/v1/incidents/:id/comment',
  summary: 'Write into the timeline',
  body: { schema: comment, isRequired: true },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.comment(id, actor, tidy(body.text), options), id),
});

export const correctDiagnosis: Operation = defineOperation({
  ...change,
  id: 'correctDiagnosis',
  path: '/api/v1/incidents/:id/diagnosis',
  summary: 'Say what was wrong, when the diagnosis did not',
  body: { schema: correction, isRequired: true },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.correctDiagnosis(id, actor, body.answer, options), id),
});

export const closeIncident: Operation = defineOperation({
  ...change,
  id: 'closeIncident',
  path: '/api/v1/incidents/:id/close',
  summary: 'Close an incident',
  body: { schema: note, isRequired: false },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.close(id, actor, tidy(body.text ?? ''), options), id),
});

export const reopenIncident: Operation = defineOperation({
  ...change,
  id: 'reopenIncident',
  path: '/api/v1/incidents/:id/reopen',
  summary: 'Open an incident again',
  body: { schema: note, isRequired: false },
  handle: async ({ service, path: { id }, identity: { actor }, body, options }) =>
    replyOf(await service.reopen(id, actor, tidy(body.text ?? ''), options), id),
});
