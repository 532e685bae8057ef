import { z } from 'zod';
import type { MaintenanceWindowView } from '../../../console/console.ts';
import { decodeCursor } from '../cursor.ts';
import { entityTag } from '../entity-tag.ts';
import {
  MAINTENANCE_PATH,
  maintenanceDetail,
  maintenanceWindow,
  unknownWindow,
  windowPath,
} from '../maintenance-schemas.ts';
import { defineOperation } from '../operation.ts';
import type { Operation, Reply } from '../operation.ts';
import { CURSOR, limit, pageOf } from '../pages.ts';
import { named, noParameters } from '../schemas.ts';

type MaintenancePage = { windows: readonly MaintenanceWindowView[]; next: string | null };
const page: z.ZodType<MaintenancePage> = named(
  'MaintenancePage',
  z.object({ windows: z.array(maintenanceWindow), next: CURSOR.next }),
);

export const listMaintenance: Operation = defineOperation({
  id: 'listMaintenance',
  method: 'GET',
  path: MAINTENANCE_PATH,
  role: 'viewer',
  summary: 'Windows of maintenance, those that were planned last first',
  pathParameters: noParameters,
  query: z.strictObject({
    state: z.enum(['open', 'ended', 'all']).default('open').describe('`open`: planned or active.'),
    limit,
    cursor: CURSOR.parameter,
  }),
  responses: {
    200: { description: 'One page of the list.', schema: page, headers: CURSOR.headers },
  },
  problems: ['invalid-cursor'],
  async handle({ service, query: { state, limit: count, cursor } }) {
    const list = `maintenance ${state}`;
    const before = cursor === undefined ? undefined : decodeCursor(cursor, list);
    if (before === null) return CURSOR.refusal;
    const { windows, nextBefore } = await service.maintenance.list({
      state,
      limit: count,
      ...(before === undefined ? {} : { before: Number(before) }),
    });
    const position = nextBefore === null ? null : String(nextBefore);
    const query = { state, limit: String(count) };
    return pageOf({ windows }, { path: MAINTENANCE_PATH, query, list, position });
  },
});

export const getMaintenance: Operation = defineOperation({
  id: 'getMaintenance',
  method: 'GET',
  path: `${MAINTENANCE_PATH}/:id`,
  role: 'viewer',
  summary: 'One window of maintenance, with its journal',
  pathParameters: windowPath,
  query: noParameters,
  responses: {
    200: {
      description: 'The window.',
      schema: maintenanceDetail,
      headers: { ETag: 'The `sequence` of the window.' },
    },
  },
  problems: ['not-found'],
  async handle({ service, path: { id } }): Promise<Reply> {
    const window = await service.maintenance.get(id);
    if (window === null) return unknownWindow(id);
    return { status: 200, body: window, headers: { ETag: entityTag(window.sequence) } };
  },
});
