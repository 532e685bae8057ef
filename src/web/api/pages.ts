import { z } from 'zod';
import { encodeCursor } from './cursor.ts';
import type { Reply } from './operation.ts';

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 500;

export const limit: z.ZodDefault<z.ZodInt> = z
  .int()
  .min(1)
  .max(MAXIMUM_LIMIT)
  .default(DEFAULT_LIMIT);

/** What all lists have in common. */
export const CURSOR: {
  readonly parameter: z.ZodOptional<z.ZodString>;
  readonly next: z.ZodNullable<z.ZodString>;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Reply;
} = {
  parameter: z
    .string()
    .max(400)
    .optional()
    .describe('Of the `next` of the page before; belongs to the same filters.'),
  next: z.string().nullable().describe('Address of the next page; null on the last one.'),
  headers: { Link: 'The next page, as `<…>; rel="next"` (RFC 8288); absent on the last one.' },
  refusal: {
    problem: {
      kind: 'invalid-cursor',
      detail: 'the cursor was changed, or belongs to another list',
      problems: [
        { place: 'cursor', message: 'is not one of this list', remedy: 'begin without a cursor' },
      ],
    },
  },
};

/** A page with the address of the next one, in the body and as a link. */
export function pageOf(
  body: Readonly<Record<string, unknown>>,
  next: {
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly list: string;
    readonly position: string | null;
  },
): Reply {
  if (next.position === null) return { status: 200, body: { ...body, next: null } };
  const cursor = encodeCursor(next.position, next.list);
  const address = `${next.path}?${new URLSearchParams({ ...next.query, cursor }).toString()}`;
  const headers = { Link: `<${address}>; rel="next"` };
  return { status: 200, body: { ...body, next: address }, headers };
}
