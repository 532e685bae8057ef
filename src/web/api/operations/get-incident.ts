import { entityTag } from '../entity-tag.ts';
import { unknownIncident } from '../incident-replies.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { incidentDetail, incidentPath, noParameters } from '../schemas.ts';

export const getIncident: Operation = defineOperation({
  id: 'getIncident',
  method: 'GET',
  path: '/api/v1/incidents/:id',
  role: 'viewer',
  summary: 'One incident with its alerts, diagnosis, plan and timeline',
  pathParameters: incidentPath,
  query: noParameters,
  responses: {
    200: {
      description: 'The incident.',
      schema: incidentDetail,
      headers: { ETag: 'Its `sequence`, for `If-Match`.' },
    },
  },
  problems: ['not-found'],
  async handle({ service, path }) {
    const incident = await service.getIncident(path.id);
    if (incident === null) return unknownIncident(path.id);
    return { status: 200, body: incident, headers: { ETag: entityTag(incident.sequence) } };
  },
});
