import { z } from 'zod';
import type {
  QuarantineDetailView,
  QuarantineEntryView,
  QuarantineStatusView,
} from '../../console/console.ts';
import { unreachable } from '../../std/std.ts';
import type { QuarantineOutcome } from '../services.ts';
import type { Reply } from './operation.ts';
import { KEY_REUSED } from './problem.ts';
import { atMs, named } from './schemas.ts';

export const QUARANTINE_PATH = '/api/v1/quarantine';

/** The number of a delivery in the path. */
export const deliveryPath: z.ZodType<{ id: number }, { id: string }> = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'is no number of a delivery')
    .transform(Number)
    .describe('The number of a delivery in quarantine.')
    .meta({ examples: ['1'] }),
});

const STATUSES = ['kept', 'replayed', 'discarded'] as const satisfies QuarantineStatusView[];
export const quarantineFilter: z.ZodType<QuarantineStatusView | 'all'> = z.enum([
  ...STATUSES,
  'all',
]);

const entryShape = {
  id: z.int().min(1),
  sender: z.string(),
  kind: z.string().describe('The decoder; the last part of the address that it was sent to.'),
  encoding: z.string().describe('The Content-Encoding; empty for none.'),
  status: z.enum(STATUSES),
  receivedAtMs: atMs,
  lastReceivedAtMs: atMs,
  copies: z.int().min(1).describe('How often the same bytes came.'),
  bytes: z.int().min(0),
  problems: z
    .array(z.object({ place: z.string(), message: z.string(), remedy: z.string() }))
    .describe('What could not be read, by the decoder that looked last.'),
  decidedAtMs: atMs.nullable(),
  decidedBy: z.string().nullable(),
  note: z.string().nullable().describe('Why it was discarded.'),
};

export const quarantineEntry: z.ZodType<QuarantineEntryView> = named(
  'QuarantineEntry',
  z.object(entryShape),
);

export const quarantineDelivery: z.ZodType<QuarantineDetailView> = named(
  'QuarantineDelivery',
  z.object({
    ...entryShape,
    text: z
      .string()
      .nullable()
      .describe('The beginning of the body, to look at; null when it came compressed.'),
    isCut: z.boolean().describe('Whether the body goes on after `text`.'),
  }),
);

export function unknownDelivery(id: number): Reply {
  const detail = `there is no delivery ${id} in quarantine`;
  return { problem: { kind: 'not-found', detail, remedy: `take one from ${QUARANTINE_PATH}` } };
}

/** What became of a decision, as an answer; `bodyOf` makes the body when it was done. */
export function replyOfDecision(
  outcome: QuarantineOutcome,
  id: number,
  bodyOf: (events: number) => unknown,
): Reply {
  switch (outcome.status) {
    case 'done': {
      const headers = outcome.isReplayed === true ? { 'Idempotency-Replayed': 'true' } : {};
      return { status: 200, body: bodyOf(outcome.events), headers };
    }
    case 'unknown':
      return unknownDelivery(id);
    case 'refused':
      return { problem: { kind: 'not-possible', detail: outcome.why, remedy: outcome.remedy } };
    case 'key_reused':
      return { problem: KEY_REUSED };
    default:
      return unreachable(outcome);
  }
}
