import { z } from 'zod';
import { INCIDENT_STATE_FILTERS } from '../../../console/console.ts';
import type { IncidentStateFilter, IncidentSummaryView } from '../../../console/console.ts';
import { decodeCursor } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { CURSOR, limit, pageOf } from '../pages.ts';
import { incidentSummary, named, noParameters, printable, severity } from '../schemas.ts';

const STATES = Object.keys(INCIDENT_STATE_FILTERS) as IncidentStateFilter[];
const PATH = '/api/v1/incidents';

type IncidentPage = { incidents: readonly IncidentSummaryView[]; next: string | null };
const page: z.ZodType<IncidentPage> = named(
  'IncidentPage',
  z.object({ incidents: z.array(incidentSummary), next: CURSOR.next }),
);

export const listIncidents: Operation = defineOperation({
  id: 'listIncidents',
  method: 'GET',
  path: PATH,
  role: 'viewer',
  summary: 'Incidents, the newest first',
  pathParameters: noParameters,
  query: z.strictObject({
    state: z.enum(STATES).default('open'),
    severity: severity.optional(),
    target: printable(200).optional().describe('The name of the target.'),
    text: printable(200)
      .optional()
      .describe(
        'Is in the identifier, target, title, diagnosis, component or the name of an alert, in whatever case.',
      ),
    limit,
    cursor: CURSOR.parameter,
  }),
  responses: {
    200: { description: 'One page of the list.', schema: page, headers: CURSOR.headers },
  },
  problems: ['invalid-cursor'],
  async handle({ service, query }) {
    const { cursor, limit: count, state, ...rest } = query;
    const filters = Object.fromEntries(
      Object.entries({ state, ...rest }).filter(([, value]) => value !== undefined),
    );
    // In the order of the schema, however the caller wrote them.
    const list = JSON.stringify(['incidents', filters]);
    const before = cursor === undefined ? undefined : decodeCursor(cursor, list);
    if (before === null) return CURSOR.refusal;
    const found = await service.listIncidents({
      ...filters,
      state,
      limit: count,
      ...(before === undefined ? {} : { before }),
    });
    const { nextBefore: position, incidents } = found;
    const next = { path: PATH, query: { ...filters, limit: String(count) }, list, position };
    return pageOf({ incidents }, next);
  },
});
