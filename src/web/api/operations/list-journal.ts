import { z } from 'zod';
import { decodeCursor } from '../cursor.ts';
import { unknownIncident } from '../incident-replies.ts';
import { defineOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { CURSOR, limit, pageOf } from '../pages.ts';
import { incidentPath, journalEntry, named } from '../schemas.ts';
import type { JournalEntryView } from '../../services.ts';

type JournalPage = { entries: readonly JournalEntryView[]; next: string | null };
const page: z.ZodType<JournalPage> = named(
  'JournalPage',
  z.object({ entries: z.array(journalEntry), next: CURSOR.next }),
);

export const listJournal: Operation = defineOperation({
  id: 'listJournal',
  method: 'GET',
  path: '/api/v1/incidents/:id/journal',
  role: 'viewer',
  summary: 'The journal of an incident, the oldest entry first',
  pathParameters: incidentPath,
  query: z.strictObject({ limit, cursor: CURSOR.parameter }),
  responses: {
    200: { description: 'One page of the journal.', schema: page, headers: CURSOR.headers },
  },
  problems: ['invalid-cursor', 'not-found'],
  async handle({ service, path: { id }, query: { limit: count, cursor } }) {
    const list = `journal ${id}`;
    const after = cursor === undefined ? '0' : decodeCursor(cursor, list);
    if (after === null) return CURSOR.refusal;
    const found = await service.journalAfter(id, Number(after), count + 1);
    if (found === null) return unknownIncident(id);
    const entries = found.slice(0, count);
    const last = found.length > count ? entries.at(-1) : undefined;
    const position = last === undefined ? null : String(last.sequence);
    const path = `/api/v1/incidents/${id}/journal`;
    return pageOf({ entries }, { path, query: { limit: String(count) }, list, position });
  },
});
