import { z } from 'zod';
import { MAXIMUM_COMMENT_LENGTH } from '../../../console/console.ts';
import {
  MAINTENANCE_PATH,
  WINDOW_HEADERS,
  maintenanceWindow,
  replyOfWindow,
  windowLabels,
  windowPath,
  windowTargets,
} from '../maintenance-schemas.ts';
import { defineOperation } from '../operation.ts';
import type { Operation, Reply } from '../operation.ts';
import { atMs, named, noParameters, printable, prose, tidy } from '../schemas.ts';

const newWindow = named(
  'NewMaintenanceWindow',
  z.strictObject({
    name: printable(63).describe('What notices and timelines call it.'),
    reason: printable(500).describe('Why, for people.'),
    targets: windowTargets.optional(),
    labels: windowLabels.optional(),
    startsAtMs: atMs.optional().describe('When it begins; now when absent or past.'),
    endsAtMs: atMs.describe('When it ends; at most 30 days later.'),
  }),
);
const newEnd = named(
  'NewMaintenanceEnd',
  z.strictObject({
    endsAtMs: atMs.describe('When it is to end: later or earlier than now planned.'),
    text: prose(0, MAXIMUM_COMMENT_LENGTH).optional().describe('Why.'),
  }),
);
const why = named(
  'MaintenanceNote',
  z.strictObject({ text: prose(0, MAXIMUM_COMMENT_LENGTH).optional() }),
);

const changed = {
  description: 'It is done, and committed.',
  schema: maintenanceWindow,
  headers: WINDOW_HEADERS,
};
const problems = [
  'not-found',
  'not-possible',
  'request-in-progress',
  'stale',
  'key-reused',
] as const;

const aboutNothing: Reply = {
  problem: {
    kind: 'unprocessable',
    detail: 'nothing says what the window is about',
    remedy: 'name targets or labels; a window about everything would delay every page',
  },
};

export const createMaintenance: Operation = defineOperation({
  id: 'createMaintenance',
  method: 'POST',
  path: MAINTENANCE_PATH,
  role: 'responder',
  summary: 'Make a window in which pages are delayed',
  description:
    'Alerts become incidents as ever. At the end, whatever still fires or is not verified is paged.',
  pathParameters: noParameters,
  query: noParameters,
  body: { schema: newWindow, isRequired: true },
  hasEntityTag: false,
  responses: { 201: { ...changed, description: 'It is made.' } },
  problems: ['not-possible', 'request-in-progress', 'key-reused', 'unprocessable'],
  async handle({ service, body, identity: { actor }, options }) {
    const { name, reason, targets = [], labels = {}, startsAtMs, endsAtMs } = body;
    if (targets.length === 0 && Object.keys(labels).length === 0) return aboutNothing;
    const request = {
      name,
      reason,
      targets,
      labels,
      endsAtMs,
      ...(startsAtMs === undefined ? {} : { startsAtMs }),
    };
    return replyOfWindow(await service.maintenance.create(request, actor, options), '', 201);
  },
});

export const moveMaintenance: Operation = defineOperation({
  id: 'moveMaintenanceEnd',
  method: 'POST',
  path: `${MAINTENANCE_PATH}/:id/extend`,
  role: 'responder',
  summary: 'Move the end of a window',
  pathParameters: windowPath,
  query: noParameters,
  body: { schema: newEnd, isRequired: true },
  responses: { 200: changed },
  problems,
  async handle({ service, path: { id }, body, identity: { actor }, options }) {
    const change = { endsAtMs: body.endsAtMs, why: tidy(body.text ?? '') };
    return replyOfWindow(await service.maintenance.move(id, change, actor, options), id, 200);
  },
});

export const endMaintenance: Operation = defineOperation({
  id: 'endMaintenance',
  method: 'POST',
  path: `${MAINTENANCE_PATH}/:id/end`,
  role: 'responder',
  summary: 'End a window now, or call it off',
  description: 'What it delayed is told at once.',
  pathParameters: windowPath,
  query: noParameters,
  body: { schema: why, isRequired: false },
  responses: { 200: changed },
  problems,
  async handle({ service, path: { id }, body, identity: { actor }, options }) {
    const text = tidy(body.text ?? '');
    return replyOfWindow(await service.maintenance.end(id, text, actor, options), id, 200);
  },
});
