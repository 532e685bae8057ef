import { z } from 'zod';
import { unknownIncident } from '../incident-replies.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { incidentPath, noParameters } from '../schemas.ts';

export const getReview: Operation = defineOperation({
  id: 'getReview',
  method: 'GET',
  path: '/api/v1/incidents/:id/review',
  role: 'viewer',
  summary: 'The review of an incident that is over, as Markdown',
  pathParameters: incidentPath,
  query: noParameters,
  responses: {
    200: {
      description: 'The same incident and journal give the same text.',
      schema: z.string(),
      contentType: 'text/markdown; charset=utf-8',
    },
  },
  problems: ['not-found', 'not-possible'],
  async handle({ service, path }) {
    const review = await service.review(path.id);
    if (review !== null) return { status: 200, body: review };
    if ((await service.getIncident(path.id)) === null) return unknownIncident(path.id);
    const detail = 'the incident is still open';
    return { problem: { kind: 'not-possible', detail, remedy: 'ask again once it is resolved' } };
  },
});
