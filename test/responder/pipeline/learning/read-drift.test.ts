import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INVENTED_CLASSES, inventedEvidence } from '../../diagnosis/invented-evidence.ts';
import { keepJudgements } from '../../../../src/responder/pipeline/learning/judgement-records.ts';
import { keepLabel } from '../../../../src/responder/pipeline/learning/label-records.ts';
import { createDriftReader } from '../../../../src/responder/pipeline/pipeline.ts';
import type { LearningFacts } from '../../../../src/responder/pipeline/pipeline.ts';
import type { Evidence } from '../../../../src/responder/evidence/evidence.ts';
import type { Store } from '../../../../src/store/store.ts';
import { createTemporaryFolder } from '../../../support/responder.ts';
import type { TemporaryFolder } from '../../../support/responder.ts';
import { openResponderStore } from '../../../support/test-store.ts';
import { trainInvented } from '../../../support/trained-models.ts';

const champion = trainInvented(1);

let folder: TemporaryFolder;
let store: Store;
let read: () => Promise<LearningFacts>;

beforeEach(async () => {
  folder = createTemporaryFolder();
  store = await openResponderStore(join(folder.path, 'responder.db'));
  read = readerOf(store);
});

afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

function readerOf({ database }: Store): () => Promise<LearningFacts> {
  const current = async () => ({ champion, challenger: null });
  return createDriftReader({ database, models: { current } });
}

type Lived = {
  /** The probability that the champion gave the right class; of no label when it is absent. */
  readonly right?: number;
  readonly isUnknown?: boolean;
  readonly change?: (evidence: Evidence) => Evidence;
};

/** Incidents of all classes one after the other, diagnosed one a second. */
async function live(from: number, count: number, lived: Lived = {}): Promise<void> {
  const { right, isUnknown = false, change = (evidence) => evidence } = lived;
  await store.transaction(async (transaction) => {
    for (let number = from; number < from + count; number++) {
      const label = INVENTED_CLASSES[number % INVENTED_CLASSES.length]!;
      const at = { incidentId: `inc_${number}`, atMs: 1000 * number };
      await transaction
        .withTables<{ evidence: { incident_id: string; at_ms: number; evidence: string } }>()
        .insertInto('evidence')
        .values({
          incident_id: at.incidentId,
          at_ms: at.atMs,
          evidence: JSON.stringify(change(inventedEvidence(label, 1000 + number))),
        })
        .execute();
      const answer = isUnknown ? 'unknown' : label;
      const probabilities = { [label]: right ?? 0.5 };
      await keepJudgements(transaction, at, [
        { modelId: champion.id, role: 'champion', answer, probabilities },
      ]);
      if (right === undefined) continue;
      await keepLabel(transaction, at, { kind: 'human', actor: 'ann' }, label);
    }
  });
}

describe('what is read of how the champion does', () => {
  it('is unknown at first', async () => {
    expect(await read()).toEqual({
      champion: champion.id,
      challenger: null,
      features: [],
      logLoss: null,
      unknownRatio: null,
      lossRoseAtMs: null,
      unknownRoseAtMs: null,
    });
  });

  it('says little of evidence that is like the training, and names what moved away from it', async () => {
    await live(0, 120);
    const before = await read();
    expect(before.features).toHaveLength(10);
    await live(120, 200, {
      change: (evidence) => ({
        ...evidence,
        signals: evidence.signals.map((signal) =>
          signal.metric === 'crm_missing_ratio' ? { ...signal, current: 0.19 } : signal,
        ),
      }),
    });
    const [first] = (await read()).features;
    expect(first?.feature).toContain('crm_missing_ratio');
    expect(first?.psi).toBeGreaterThan(0.25);
    expect(first?.psi).toBeGreaterThan(2 * (before.features[0]?.psi ?? 0));
  });

  it('leaves out evidence that this version cannot read', async () => {
    await live(0, 120);
    const before = await read();
    await live(120, 3, { change: (evidence) => ({ ...evidence, probes: 'none' }) as never });
    expect((await read()).features).toEqual(before.features);
  });

  it('says when the champion began to do worse, and the same to another replica and after a restart', async () => {
    await live(0, 60, { right: 0.95 });
    expect(await read()).toMatchObject({ unknownRatio: 0, lossRoseAtMs: null });
    expect((await read()).logLoss).toBeCloseTo(-Math.log(0.95), 10);
    await live(60, 40, { right: 0.01, isUnknown: true });
    const facts = await read();
    expect(facts.lossRoseAtMs).toBeGreaterThan(60_000);
    expect(facts.unknownRoseAtMs).toBeGreaterThan(60_000);
    expect(facts.unknownRatio).toBeCloseTo(0.4, 10);
    expect(await readerOf(store)()).toEqual(facts);
  });
});
