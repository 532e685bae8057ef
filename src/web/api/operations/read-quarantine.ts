import { z } from 'zod';
import type { QuarantineEntryView } from '../../../console/console.ts';
import { sendRawBody } from '../../raw-body.ts';
import { decodeCursor } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import type { Operation, Reply } from '../operation.ts';
import { CURSOR, limit, pageOf } from '../pages.ts';
import {
  QUARANTINE_PATH,
  deliveryPath,
  quarantineDelivery,
  quarantineEntry,
  quarantineFilter,
  unknownDelivery,
} from '../quarantine-schemas.ts';
import { named, noParameters } from '../schemas.ts';

type QuarantinePage = { entries: readonly QuarantineEntryView[]; next: string | null };
const page: z.ZodType<QuarantinePage> = named(
  'QuarantinePage',
  z.object({ entries: z.array(quarantineEntry), next: CURSOR.next }),
);

export const listQuarantine: Operation = defineOperation({
  id: 'listQuarantine',
  method: 'GET',
  path: QUARANTINE_PATH,
  role: 'viewer',
  summary: 'Deliveries of alerts that could not be read, the newest first',
  pathParameters: noParameters,
  query: z.strictObject({
    status: quarantineFilter.default('kept'),
    limit,
    cursor: CURSOR.parameter,
  }),
  responses: {
    200: { description: 'One page of the list.', schema: page, headers: CURSOR.headers },
  },
  problems: ['invalid-cursor'],
  async handle({ service, query: { status, limit: count, cursor } }) {
    const list = `quarantine ${status}`;
    const before = cursor === undefined ? undefined : decodeCursor(cursor, list);
    if (before === null) return CURSOR.refusal;
    const { entries, nextBefore } = await service.quarantine.list({
      limit: count,
      ...(status === 'all' ? {} : { status }),
      ...(before === undefined ? {} : { before: Number(before) }),
    });
    const position = nextBefore === null ? null : String(nextBefore);
    const query = { status, limit: String(count) };
    return pageOf({ entries }, { path: QUARANTINE_PATH, query, list, position });
  },
});

export const getQuarantined: Operation = defineOperation({
  id: 'getQuarantined',
  method: 'GET',
  path: `${QUARANTINE_PATH}/:id`,
  role: 'viewer',
  summary: 'One delivery in quarantine, with the beginning of its body',
  pathParameters: deliveryPath,
  query: noParameters,
  responses: { 200: { description: 'The delivery.', schema: quarantineDelivery } },
  problems: ['not-found'],
  async handle({ service, path: { id } }): Promise<Reply> {
    const entry = await service.quarantine.get(id);
    return entry === null ? unknownDelivery(id) : { status: 200, body: entry };
  },
});

export const getQuarantinedBody: Operation = defineOperation({
  id: 'getQuarantinedBody',
  method: 'GET',
  path: `${QUARANTINE_PATH}/:id/body`,
  role: 'viewer',
  summary: 'What came, byte for byte',
  description: 'Compressed if it came so; whatever it is, it is sent as plain text to be saved.',
  pathParameters: deliveryPath,
  query: noParameters,
  responses: {
    200: {
      description: 'The raw body.',
      schema: z.string(),
      contentType: 'text/plain; charset=utf-8',
      headers: { 'Content-Disposition': 'A name for the file.' },
    },
  },
  problems: ['not-found'],
  async handle({ service, path: { id }, response }): Promise<Reply> {
    const body = await service.quarantine.body(id);
    if (body === null) return unknownDelivery(id);
    sendRawBody(response, id, body);
    return 'sent';
  },
});
