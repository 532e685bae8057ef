import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { noParameters, statistics } from '../schemas.ts';

export const getStatistics: Operation = defineOperation({
  id: 'getStatistics',
  method: 'GET',
  path: '/api/v1/statistics',
  role: 'viewer',
  summary: 'Figures over all targets',
  pathParameters: noParameters,
  query: noParameters,
  responses: { 200: { description: 'The figures.', schema: statistics } },
  problems: [],
  handle: async ({ service }) => ({ status: 200, body: await service.statistics() }),
});
