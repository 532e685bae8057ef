import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeEpisodes } from '../../../../src/responder/diagnosis/diagnosis.ts';
import {
  LABEL_ORIGINS,
  labelInForce,
} from '../../../../src/responder/pipeline/learning/label-origin.ts';
import type { LabelOrigin } from '../../../../src/responder/pipeline/learning/label-origin.ts';
import {
  keepLabel,
  readLabelledEvidence,
} from '../../../../src/responder/pipeline/learning/label-records.ts';
import type { LabelledEvidence } from '../../../../src/responder/pipeline/learning/label-records.ts';
import { confirmRecovery } from '../../../../src/responder/repair/repair.ts';
import { erase, findErasure } from '../../../../src/responder/pipeline/pipeline.ts';
import type { ModelJudgement } from '../../../../src/responder/pipeline/pipeline.ts';
import { NO_MASK } from '../../../../src/responder/alerts/alerts.ts';
import { createAlert, createWebhookBody } from '../../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../../support/responder.ts';

let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Opens an incident about a target and diagnoses it; gives its identifier. */
async function live(target: string): Promise<string> {
  const { pipeline, clock } = responder;
  const alert = createAlert({
    fingerprint: target,
    labels: { alertname: 'CrmUnreachable', target, severity: 'critical' },
  });
  await pipeline.accept(createWebhookBody([alert]), 'am', clock.now());
  await pipeline.settle();
  await clock.advance(10_000);
  await pipeline.settle();
  const [incident] = await pipeline.listIncidents({ target });
  return incident?.id ?? '';
}

async function exported(): Promise<{ rows: LabelledEvidence[]; without: number }> {
  const rows: LabelledEvidence[] = [];
  let without = 0;
  const found = readLabelledEvidence(responder.store.database, () => void without++);
  for await (const row of found) rows.push(row);
  return { rows, without };
}

async function label(incidentId: string, origin: LabelOrigin): Promise<void> {
  const atMs = responder.clock.now();
  await responder.store.transaction(async (transaction) =>
    keepLabel(transaction, { incidentId, atMs }, origin, 'service_outage'),
  );
}

function recoveryOf(incidentId: string): LabelOrigin {
  const repair = { name: 'restart', incidentId, outcome: 'applied', appliedAtMs: 1 } as const;
  const verification = { outcome: 'passed', why: '', checks: [], quietSinceMs: null } as const;
  const recovery = confirmRecovery(repair, { ...verification, startedAtMs: 2 });
  if (recovery === null) throw new Error('the verification came after the repair');
  return { kind: 'verified_repair', recovery };
}

describe('labels', () => {
  it('of a person count before those of repairs and rules, and the newest of them', async () => {
    const id = await live('shop');
    await responder.pipeline.correctDiagnosis(id, 'ann', 'database');
    await responder.pipeline.correctDiagnosis(id, 'bob', 'service_outage');
    await label(id, recoveryOf(id));
    await label(id, { kind: 'rule', rule: 'expired' });
    const { rows } = await exported();
    expect(rows).toMatchObject([{ label: 'service_outage', group: id, origin: 'human' }]);
  });

  it('of a verified repair count before those of a rule, whichever came last', async () => {
    const id = await live('shop');
    await label(id, recoveryOf(id));
    await label(id, { kind: 'rule', rule: 'expired' });
    expect((await exported()).rows).toMatchObject([{ origin: 'verified_repair' }]);
  });

  it('are never changed: each is there with who said so', async () => {
    const id = await live('shop');
    await responder.pipeline.correctDiagnosis(id, 'ann', 'database');
    await label(id, recoveryOf(id));
    await label(id, { kind: 'rule', rule: 'expired' });
    const rows = await responder.store.database
      .withTables<{ diagnosis_labels: { id: number; actor: string; origin: string } }>()
      .selectFrom('diagnosis_labels')
      .select(['actor', 'origin'])
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { actor: 'ann', origin: 'human' },
      { actor: 'restart', origin: 'verified_repair' },
      { actor: 'expired', origin: 'rule' },
    ]);
  });

  it('come as episodes, in the order of incidents, that training takes', async () => {
    const ids = [await live('shop'), await live('sales')];
    for (const id of ids.toReversed()) {
      await responder.pipeline.correctDiagnosis(id, 'ann', 'database');
    }
    const { rows } = await exported();
    expect(rows.map(({ group }) => group)).toEqual(ids.toSorted());
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const episodes = decodeEpisodes(text, 'own.jsonl');
    expect(episodes.map(({ origin, evidence }) => [origin, evidence.target])).toEqual(
      rows.map(({ evidence }) => ['human', (evidence as { target: string }).target]),
    );
  });

  it('are left out when this version cannot read their evidence', async () => {
    const id = await live('shop');
    await responder.pipeline.correctDiagnosis(id, 'ann', 'database');
    await responder.store.database
      .withTables<{ diagnosis_labels: { evidence: string } }>()
      .updateTable('diagnosis_labels')
      .set({ evidence: '{"schema":"crmwatch.evidence/99"}' })
      .execute();
    expect(await exported()).toEqual({ rows: [], without: 1 });
  });

  it('that were given before the diagnosis get the evidence that came later', async () => {
    const { pipeline, clock } = responder;
    await pipeline.accept(createWebhookBody([createAlert({})]), 'am', clock.now());
    await pipeline.settle();
    const [incident] = await pipeline.listIncidents();
    await pipeline.correctDiagnosis(incident?.id ?? '', 'ann', 'database');
    expect(await exported()).toEqual({ rows: [], without: 1 });
    await clock.advance(10_000);
    await pipeline.settle();
    expect((await exported()).rows).toMatchObject([{ evidence: { target: 'shop' } }]);
  });

  it('lose their evidence when the incident is erased, and are not exported then', async () => {
    const id = await live('shop');
    const { pipeline, store, clock } = responder;
    await pipeline.correctDiagnosis(id, 'ann', 'database');
    await pipeline.close(id, 'ann', '');
    const subject = { kind: 'incident', id } as const;
    const plan = await findErasure(store.database, subject, NO_MASK);
    await erase({ store, mask: NO_MASK, actor: 'dpo', nowMs: clock.now() }, subject, plan);
    expect(await exported()).toEqual({ rows: [], without: 1 });
  });
});

describe('what models say', () => {
  const judgements: readonly ModelJudgement[] = [
    { modelId: 'm1', role: 'champion', answer: 'database', probabilities: { database: 1 } },
    { modelId: 'm2', role: 'challenger', problem: 'it broke' },
  ];
  const kept = async () =>
    responder.store.database
      .withTables<{
        diagnosis_judgements: {
          incident_id: string;
          model_id: string;
          answer: string;
          problem: string;
        };
      }>()
      .selectFrom('diagnosis_judgements')
      .select(['incident_id', 'answer', 'problem'])
      .orderBy('model_id')
      .execute();

  it('is kept with the diagnosis, which a challenger that broke does not disturb', async () => {
    responder.world.judgements = judgements;
    const id = await live('shop');
    const { incident } = await responder.pipeline.getIncident(id);
    expect(incident.diagnosis?.answer).toBe('service_outage');
    expect(await kept()).toEqual([
      { incident_id: id, answer: 'database', problem: '' },
      { incident_id: id, answer: '', problem: 'it broke' },
    ]);
  });

  it('goes with the texts of the incident', async () => {
    responder.world.judgements = judgements;
    const id = await live('shop');
    const { pipeline, store, clock } = responder;
    await pipeline.close(id, 'ann', '');
    const subject = { kind: 'incident', id } as const;
    const plan = await findErasure(store.database, subject, NO_MASK);
    await erase({ store, mask: NO_MASK, actor: 'dpo', nowMs: clock.now() }, subject, plan);
    expect(await kept()).toEqual([]);
  });
});

describe('labelInForce', () => {
  it('is the newest of the origin that is believed first, however they are ordered', () => {
    const one = fc.record({ origin: fc.constantFrom(...LABEL_ORIGINS) });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), fc.nat(), (given, by) => {
        const labels = given.map((each, id) => ({ ...each, id }));
        const turned = [
          ...labels.slice(by % labels.length),
          ...labels.slice(0, by % labels.length),
        ];
        const found = labelInForce(turned);
        const best = LABEL_ORIGINS.find((origin) => labels.some((each) => each.origin === origin));
        expect(found).toEqual(labels.findLast(({ origin }) => origin === best));
      }),
    );
  });
});
