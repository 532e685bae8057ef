import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { incidentId, noParameters } from '../schemas.ts';

export const streamEvents: Operation = defineOperation({
  id: 'streamEvents',
  method: 'GET',
  path: '/api/v1/events',
  role: 'viewer',
  summary: 'Everything that happens, as it happens (server-sent events)',
  description:
    'Events `incident` carry `{id, incidentId, kind, text, at}`, `at` in milliseconds since the epoch; their ids are those of the journal. With `Last-Event-ID` it goes on after that one, from the journal, over restarts. `snapshot` says that more was missed than is replayed (10,000), or that it is unknown what was: look at everything afresh. `heartbeat` comes every 15 s.',
  pathParameters: noParameters,
  query: z.strictObject({
    incident: incidentId.optional().describe('Only the events of this incident.'),
  }),
  responses: {
    200: {
      description: 'A stream that does not end.',
      schema: z.string(),
      contentType: 'text/event-stream; charset=utf-8',
    },
  },
  problems: [],
  handle({ streams, request, response }) {
    streams.handle(request, response);
    return 'sent';
  },
});
