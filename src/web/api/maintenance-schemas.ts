import { z } from 'zod';
import type { MaintenanceDetailView, MaintenanceWindowView } from '../../console/console.ts';
import { unreachable } from '../../std/std.ts';
import type { WindowOutcome } from '../services.ts';
import { entityTag } from './entity-tag.ts';
import type { Reply } from './operation.ts';
import { KEY_REUSED } from './problem.ts';
import { atMs, named, printable } from './schemas.ts';

export const MAINTENANCE_PATH = '/api/v1/maintenance';

export const windowPath: z.ZodType<{ id: string }> = z.strictObject({
  id: z
    .string()
    .regex(/^mw_[a-z0-9]{1,60}$/, 'is no identifier of a window')
    .describe('Identifier of a window.')
    .meta({ examples: ['mw_019aaf1c20e03f1b77c2d4'] }),
});

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/;
export const windowLabels: z.ZodType<Readonly<Record<string, string>>> = z
  .record(z.string().regex(LABEL, 'is no name of a label'), printable(500))
  .refine((labels) => Object.keys(labels).length <= 20, 'has more than 20 labels')
  .meta({ maxProperties: 20 })
  .describe('Only alerts with all these values of labels.');
export const windowTargets: z.ZodType<readonly string[]> = z
  .array(printable(200))
  .max(100)
  .describe('Names of targets; any target, when empty.');

const shape = {
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  targets: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  state: z.enum(['planned', 'active', 'ended']),
  startsAtMs: atMs,
  endsAtMs: atMs.describe('When it is to end; see `endedAtMs` for when it did.'),
  plannedBy: z.string().describe('A person, or `configuration`.'),
  plannedAtMs: atMs,
  startedAtMs: atMs.nullable().describe('When it really began: later when nothing ran then.'),
  endedAtMs: atMs.nullable(),
  endedBy: z.string().nullable(),
  endedBecause: z.string().nullable(),
  isScheduled: z.boolean().describe('Whether it is an occurrence of a schedule.'),
  incidents: z.int().min(0).describe('That are or were in it.'),
  sequence: z.int().min(1).describe('Entries of its journal; the number in `ETag`.'),
};

export const maintenanceWindow: z.ZodType<MaintenanceWindowView> = named(
  'MaintenanceWindow',
  z.object(shape),
);

export const maintenanceDetail: z.ZodType<MaintenanceDetailView> = named(
  'MaintenanceDetail',
  z.object({
    ...shape,
    journal: z
      .array(
        z.object({
          sequence: z.int().min(1),
          atMs,
          kind: z.string(),
          actor: z.string(),
          text: z.string(),
        }),
      )
      .describe('Oldest first.'),
  }),
);

export const WINDOW_HEADERS: Readonly<Record<string, string>> = {
  ETag: 'The `sequence` of the window after the change.',
  'Idempotency-Replayed': '`true` when an earlier request with the key did it.',
};

export function unknownWindow(id: string): Reply {
  const detail = `there is no window ${id}`;
  return { problem: { kind: 'not-found', detail, remedy: `take one from ${MAINTENANCE_PATH}` } };
}

/** What became of a change of a window, as an answer with `status` when it was done. */
export function replyOfWindow(outcome: WindowOutcome, id: string, status: number): Reply {
  switch (outcome.status) {
    case 'done': {
      const { window, isReplayed } = outcome;
      const headers = {
        ETag: entityTag(window.sequence),
        ...(isReplayed === undefined ? {} : { 'Idempotency-Replayed': 'true' }),
      };
      return { status, body: window, headers };
    }
    case 'unknown':
      return unknownWindow(id);
    case 'refused':
      return { problem: { kind: 'not-possible', detail: outcome.why, remedy: outcome.remedy } };
    case 'stale': {
      const headers = { ETag: entityTag(outcome.sequence) };
      const detail = `the window has ${outcome.sequence} entries in its journal now`;
      const remedy = 'look at what has changed, then send it again with the new ETag';
      return { problem: { kind: 'stale', detail, remedy, headers } };
    }
    case 'key_reused':
      return { problem: KEY_REUSED };
    default:
      return unreachable(outcome);
  }
}
