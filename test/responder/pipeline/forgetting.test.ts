import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_MASK } from '../../../src/responder/alerts/alerts.ts';
import {
  alertIdOf,
  isOpen,
  readJournal,
  renderReview,
  replay,
  timesOf,
  verifyJournal,
} from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { DEFAULT_RETENTION, erase, findErasure } from '../../../src/responder/pipeline/pipeline.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import {
  createPipelineOn,
  createTemporaryFolder,
  createTestResponder,
} from '../../support/responder.ts';
import type { TestResponder } from '../../support/responder.ts';
import { runsOfProperty } from '../../support/test-store.ts';

/** What must be the same before and after. */
function figuresOf(incident: Incident) {
  const { id, target, severity, highestSeverity, reopenings, comments, confirmation } = incident;
  const { acknowledgedBy, correctedClass, diagnosis, compacted, alerts, updatedAtMs } = incident;
  return {
    id,
    target,
    severity,
    highestSeverity,
    reopenings,
    comments,
    confirmation,
    updatedAtMs,
    acknowledgedBy,
    correctedClass,
    answer: diagnosis?.answer,
    model: diagnosis?.modelId,
    times: timesOf(incident),
    totalAlerts: compacted?.totalAlerts ?? alerts.length,
  };
}

const SECTIONS = /## Times\n[^#]*/;

const ACTIONS = [
  'acknowledge',
  'comment',
  'close',
  'reopen',
  'erase',
  'merge',
  'undo',
  'split',
] as const;

type Step =
  | { readonly kind: 'fire' | 'resolve'; readonly target: number; readonly alert: number }
  | { readonly kind: (typeof ACTIONS)[number]; readonly at: number }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'compact' };

const small = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fire'), target: small, alert: small }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('resolve'), target: small, alert: small }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(...ACTIONS),
      at: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), minutes: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact') }) },
) as fc.Arbitrary<Step>;

async function tell(responder: TestResponder, chosen: Extract<Step, { target: number }>) {
  const { pipeline, clock } = responder;
  await clock.advance(1000);
  const nowMs = clock.now();
  const isFiring = chosen.kind === 'fire';
  const alert = createAlert({
    labels: {
      alertname: `Alert${chosen.alert}`,
      target: `target${chosen.target}`,
      severity: chosen.alert === 0 ? 'critical' : 'warning',
    },
    status: isFiring ? 'firing' : 'resolved',
    startsAtMs: nowMs - 500,
    endsAtMs: isFiring ? null : nowMs,
  });
  await pipeline.accept(createWebhookBody([alert]), 'am', nowMs);
  await pipeline.settle();
}

async function act(
  responder: TestResponder,
  kind: (typeof ACTIONS)[number],
  incident: Incident,
): Promise<void> {
  const { pipeline, store, clock } = responder;
  const { id } = incident;
  if (kind === 'acknowledge') await pipeline.acknowledge(id, 'ada');
  if (kind === 'comment') await pipeline.comment(id, 'ada', 'a word');
  if (kind === 'close') await pipeline.close(id, 'ada', 'done');
  if (kind === 'reopen') await pipeline.reopen(id, 'ada', 'not done');
  if (kind === 'merge') {
    const others = await pipeline.listIncidents({ open: true });
    const other = others.find((each) => each.id !== id);
    if (other !== undefined) await pipeline.merge(id, other.id, 'ada', 'the same');
  }
  if (kind === 'undo') await pipeline.undoMerge(id, 'ada', 'not the same');
  const [alert] = incident.alerts;
  if (kind === 'split' && alert !== undefined) {
    await pipeline.split(id, [alertIdOf(alert)], 'ada', 'another thing');
  }
  if (kind !== 'erase') return;
  const subject = { kind: 'incident', id } as const;
  const plan = await findErasure(store.database, subject, NO_MASK);
  await erase({ store, mask: NO_MASK, actor: 'dpo', nowMs: clock.now() }, subject, plan);
}

/** As if all that is over were old enough for a responder that runs for a moment. Gives the one that follows it. */
async function compact({ pipeline: last, store, clock }: TestResponder): Promise<TestResponder> {
  const before = await last.listIncidents();
  const reviews = await Promise.all(before.map(async ({ id }) => last.review(id)));
  const { incidents } = await last.statistics();
  await last.stop();
  const retention = { ...DEFAULT_RETENTION, incidentsMs: 0 };
  const forgetting = createPipelineOn(store, clock, { retention });
  await forgetting.pipeline.settle();
  await forgetting.pipeline.stop();
  const next = createPipelineOn(store, clock);
  const { pipeline } = next;
  const after = await pipeline.listIncidents();
  expect(after.map(figuresOf)).toEqual(before.map(figuresOf));
  expect(await pipeline.statistics()).toMatchObject({ incidents });
  for (const [index, incident] of after.entries()) {
    // One that is merged into an open one may still be taken out of it.
    const isKept = isOpen(incident.phase) || incident.mergedInto !== undefined;
    if (!isKept) expect(incident.compacted).toBeDefined();
    const review = await pipeline.review(incident.id);
    expect(SECTIONS.exec(review ?? '')?.[0]).toBe(SECTIONS.exec(reviews[index] ?? '')?.[0]);
    const journal = await readJournal(store.database, incident.id);
    if (review !== null) expect(renderReview(replay(journal), journal)).toBe(review);
  }
  return next;
}

describe('whatever happens, and is forgotten, in whatever order', () => {
  it('the journal is sound, and compaction changes no figure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        using folder = createTemporaryFolder();
        await using first = await createTestResponder({ file: `${folder.path}/a.db` });
        const { clock, store } = first;
        let responder: TestResponder = first;
        for (const chosen of steps) {
          if (chosen.kind === 'compact') responder = await compact(responder);
          else if (chosen.kind === 'wait') await clock.advance(chosen.minutes * 60_000);
          else if ('target' in chosen) await tell(responder, chosen);
          else {
            const incidents = await responder.pipeline.listIncidents();
            const incident = incidents[chosen.at % Math.max(1, incidents.length)];
            if (incident !== undefined) await act(responder, chosen.kind, incident);
          }
          await responder.pipeline.settle();
        }
        await responder.pipeline.stop();
        expect((await verifyJournal(store.database)).problems).toEqual([]);
      }),
      { numRuns: runsOfProperty(25) },
    );
  }, 300_000);

  it('takes the times of what was merged and split as what they are', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createTestResponder({ file: `${folder.path}/a.db` });
    const { pipeline, clock, store } = responder;
    for (const target of [0, 1]) {
      for (const alert of [0, 1]) await tell(responder, { kind: 'fire', target, alert });
      await clock.advance(60_000);
    }
    const [second, first] = await pipeline.listIncidents();
    if (first === undefined || second === undefined) throw new Error('no incidents');
    await act(responder, 'split', first);
    await pipeline.merge(second.id, first.id, 'ada', 'the same');
    for (const { id } of await pipeline.listIncidents({ open: true })) {
      await pipeline.close(id, 'ada', 'done');
    }
    const next = await compact(responder);
    const incidents = await next.pipeline.listIncidents();
    await next.pipeline.stop();
    expect(incidents.filter(({ compacted }) => compacted !== undefined)).toHaveLength(3);
    expect((await verifyJournal(store.database)).problems).toEqual([]);
  });
});
