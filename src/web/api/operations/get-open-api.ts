import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { noParameters } from '../schemas.ts';

export const getOpenApi: Operation = defineOperation({
  id: 'getOpenApi',
  method: 'GET',
  path: '/api/v1/openapi.json',
  role: 'viewer',
  summary: 'This API as an OpenAPI 3.1 document',
  pathParameters: noParameters,
  query: noParameters,
  responses: {
    200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
  },
  problems: [],
  handle: ({ describeApi }) => ({ status: 200, body: describeApi() }),
});
