import { z } from 'zod';
import { FAULT_CLASS_NAMES, NO_FAULT, SEVERITIES, UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer, DiagnosisClass } from '../../catalog/catalog.ts';
import type {
  IncidentDetailView,
  IncidentSummaryView,
  StatisticsView,
} from '../../console/console.ts';
import type { JournalEntryView } from '../services.ts';
import { problemType } from './problem.ts';

/** The schemas that have a name in the OpenAPI document. */
export const COMPONENTS: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

export function named<T extends z.ZodType>(id: string, schema: T): T {
  COMPONENTS.add(schema, { id });
  return schema;
}

const CONTROL_CHARACTERS = String.raw`\u0000-\u001f\u007f`;
/** PostgreSQL takes no U+0000, and nobody looks for the others. */
const PRINTABLE = new RegExp(`^[^${CONTROL_CHARACTERS}]*$`);

/** Printable text whose length counts characters as JSON Schema does, and not halves of them as JavaScript does. */
export function printable(maximum: number): z.ZodString {
  return z
    .string()
    .regex(PRINTABLE, 'has control characters')
    .refine((text) => lengthOf(text) >= 1, 'is empty')
    .refine((text) => lengthOf(text) <= maximum, `is longer than ${maximum} characters`)
    .meta({ minLength: 1, maxLength: maximum });
}

/** Text of several lines. `minimum` 1 asks for something that can be seen. */
export function prose(minimum: 0 | 1, maximum: number): z.ZodString {
  const text = z
    .string()
    .refine((value) => lengthOf(value) <= maximum, `is longer than ${maximum} characters`);
  if (minimum === 0) return text.meta({ maxLength: maximum });
  return text.regex(/\S/, 'is empty').meta({ minLength: 1, maxLength: maximum });
}

function lengthOf(text: string): number {
  return text.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, '_').length;
}

/** Line ends made uniform, and nothing around it. */
export function tidy(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

export const incidentId: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no identifier')
  .describe('Identifier of an incident, such as `inc_019aaf1c20e03f1b77c2d4`.');

export const alertId: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'is no identifier of an alert')
  .describe('Identifier of an alert, as the incident shows it.');

export const incidentPath: z.ZodType<{ id: string }> = z.strictObject({ id: incidentId });
export const noParameters: z.ZodType<Record<string, never>> = z.strictObject({});
/** The body of a change that needs none. */
export const noContent: z.ZodType<Record<string, never>> = named('NoContent', z.strictObject({}));

const CLASSES = [...FAULT_CLASS_NAMES, NO_FAULT] as const;
export const diagnosisClass: z.ZodType<DiagnosisClass> = named('DiagnosisClass', z.enum(CLASSES));
const diagnosisAnswer: z.ZodType<DiagnosisAnswer> = named(
  'DiagnosisAnswer',
  z.enum([...CLASSES, UNKNOWN_FAULT]),
);
export const severity: z.ZodType<(typeof SEVERITIES)[number]> = z.enum(SEVERITIES);

export const atMs: z.ZodType<number> = z.int().describe('Milliseconds since 1970-01-01T00:00:00Z.');
const count = z.int().min(0);
const probability = z.number().min(0).max(1);
const phase = named(
  'Phase',
  z.enum(['reported', 'diagnosed', 'localised', 'repairing', 'verifying', 'resolved', 'closed']),
);
const signature = { by: z.string(), atMs };

const regrouping = z.object({
  ...signature,
  incidentId: incidentId.describe('The other incident.'),
  title: z.string(),
  why: z.string().describe('What the person wrote; may be empty.'),
});

const summaryShape = {
  id: incidentId,
  target: z.string().nullable().describe('Null when it is about the monitoring itself.'),
  title: z.string(),
  severity,
  phase,
  recovery: z
    .enum(['none', 'unconfirmed', 'confirmed'])
    .describe(
      '`unconfirmed` while the alerts are gone but it is not proved that the trouble is over.',
    ),
  unconfirmedBecause: z
    .array(z.string())
    .describe(
      'Why alerts that are gone prove nothing, such as a rule that was deleted, or a peer that still has one.',
    ),
  muted: z.array(z.string()).describe('Alerts that fire and are silenced or inhibited, in words.'),
  pagesHeld: z
    .array(z.object({ reason: z.enum(['maintenance', 'hold_off', 'flapping']), text: z.string() }))
    .describe('Why people are not told of it now.'),
  diagnosis: z
    .object({
      answer: diagnosisAnswer,
      probability: probability.nullable().describe('Null when a person corrected it.'),
      corrected: z.boolean(),
    })
    .nullable(),
  component: z.string().nullable().describe('The most suspected component.'),
  openedAtMs: atMs,
  updatedAtMs: atMs,
  resolvedAtMs: atMs.nullable(),
  acknowledged: z.object(signature).nullable(),
  firingAlerts: count,
  totalAlerts: count,
  timesReopened: count,
  mergedInto: regrouping
    .nullable()
    .describe('Where it goes on when a person merged it into another one; it is closed then.'),
  compacted: z
    .object({ atMs, rule: z.enum(['retention', 'erasure']) })
    .nullable()
    .describe('When and by which rule its texts were forgotten: only its figures are left.'),
  sequence: z.int().min(1).describe('Entries of its journal; the number in `ETag`.'),
};

export const incidentSummary: z.ZodType<IncidentSummaryView> = named(
  'IncidentSummary',
  z.object(summaryShape),
);

const terms = z.array(
  z.object({
    text: z.string(),
    contribution: z.number().describe('In log-odds.'),
    link: z.string().nullable().describe('Where the fact behind it is shown.'),
  }),
);

const modelDiagnosis = z.object({
  answer: diagnosisAnswer,
  probability,
  also: z
    .array(z.object({ answer: diagnosisAnswer, probability }))
    .describe('What holds at the same time, each with its own probability.'),
  alternatives: z.array(z.object({ answer: diagnosisAnswer, probability })),
  terms,
  rival: z
    .object({ answer: diagnosisClass, terms })
    .nullable()
    .describe(
      'The class that comes next, and what speaks for the likeliest one rather than for it.',
    ),
  suspects: z.array(z.object({ component: z.string(), score: z.number(), why: z.string() })),
  model: z.string(),
  challenger: z
    .object({ answer: diagnosisAnswer, model: z.string() })
    .nullable()
    .describe('A model that is tried in the shadow, where it would have said something else.'),
  madeAtMs: atMs.nullable(),
  whyUnknown: z.string().nullable(),
  evidence: z.array(z.string()),
});

const alert = z.object({
  id: alertId,
  fingerprint: z.string(),
  name: z.string(),
  severity: z.string(),
  summary: z.string(),
  status: z.enum(['firing', 'resolved']),
  startsAtMs: atMs.describe("By the sender's clock, in milliseconds since the epoch."),
  endsAtMs: atMs.nullable(),
  labels: z.record(z.string(), z.string()),
  runbookUrl: z.string().nullable(),
  sourceUrl: z.string().nullable(),
  joinedBecause: z
    .string()
    .describe('Why it is part of this incident: its target, a rule, a merge or a split.'),
});

export const incidentDetail: z.ZodType<IncidentDetailView> = named(
  'Incident',
  z.object({
    ...summaryShape,
    phaseTimes: z
      .partialRecord(phase, atMs)
      .describe('When each phase of the present episode was reached first.'),
    modelDiagnosis: modelDiagnosis.nullable(),
    correction: z.object({ ...signature, answer: diagnosisClass }).nullable(),
    alerts: z
      .array(alert)
      .describe('At most 500, those that fire first; `totalAlerts` says how many there are.'),
    merged: z.array(regrouping).describe('The incidents that are merged into it.'),
    splitFrom: regrouping.nullable().describe('Null when an alert opened it.'),
    verifications: z.array(
      z.object({
        alert: z.string(),
        probe: z.string().nullable(),
        outcome: z.enum(['passed', 'failed', 'impossible']),
        detail: z.string(),
        atMs: atMs.nullable(),
      }),
    ),
    plan: z
      .object({
        title: z.string(),
        steps: z.array(
          z.object({
            text: z.string(),
            command: z.string().nullable(),
            link: z.string().nullable(),
          }),
        ),
        avoid: z.array(z.string()),
      })
      .nullable(),
    timeline: z.array(
      z.object({
        id: z.int().describe('Below 0 for what is no entry of the journal.'),
        atMs,
        kind: z.string(),
        actor: z.string(),
        text: z.string(),
      }),
    ),
  }),
);

export const journalEntry: z.ZodType<JournalEntryView> = named(
  'JournalEntry',
  z.object({
    id: z.int().min(1).describe('Rises over all incidents; the id of the event stream.'),
    sequence: z.int().min(1),
    atMs,
    kind: z.string(),
    phase: phase.describe('After the event.'),
    actor: z.string(),
    text: z.string(),
  }),
);

export const statistics: z.ZodType<StatisticsView> = named(
  'Statistics',
  z.object({
    open: count,
    critical: count,
    unacknowledged: count,
    unconfirmed: count,
    resolvedLastDay: count,
    quarantined: count.describe('Deliveries that could not be read and wait for a decision.'),
    activeWindows: count.describe('Windows of maintenance that are under way.'),
    flappingAlerts: count.describe('Alerts that come and go so often that pages are held.'),
    targets: z.array(z.string()),
    pipe: z
      .object({
        state: z.enum(['alive', 'dead', 'waiting']),
        lastSeenAtMs: atMs.nullable(),
        limitSeconds: z.number(),
      })
      .describe('Whether the always-firing watchdog alert still arrives.'),
  }),
);

export const changeDone: z.ZodType<{
  status: 'done';
  sequence?: number | undefined;
  incidentId?: string | undefined;
}> = named(
  'ChangeDone',
  z.object({
    status: z.literal('done'),
    sequence: z.int().optional().describe('Entries of the journal after the change.'),
    incidentId: incidentId
      .optional()
      .describe('Where it goes on after a merge, or the new incident after a split.'),
  }),
);

export const problemDocument: z.ZodType = named(
  'Problem',
  z.object({
    type: z.string().describe(`Stable name of the kind, such as \`${problemType('not-found')}\`.`),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The address that was asked for, without its query.'),
    problems: z.array(z.object({ place: z.string(), message: z.string(), remedy: z.string() })),
    current: incidentSummary.optional().describe('With `stale`: the incident as it is.'),
  }),
);
