import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiagnosisClass } from '../../../../src/catalog/catalog.ts';
import type { ClassProbabilities } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { keepJudgements } from '../../../../src/responder/pipeline/learning/judgement-records.ts';
import { keepLabel } from '../../../../src/responder/pipeline/learning/label-records.ts';
import {
  createModelAdministration,
  createModelsInForce,
} from '../../../../src/responder/pipeline/pipeline.ts';
import type {
  ModelAdministration,
  ModelJudgement,
  ModelsInForce,
} from '../../../../src/responder/pipeline/pipeline.ts';
import { createSilentLogger } from '../../../../src/std/std.ts';
import type { Store } from '../../../../src/store/store.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createTemporaryFolder } from '../../../support/responder.ts';
import type { TemporaryFolder } from '../../../support/responder.ts';
import { openResponderStore } from '../../../support/test-store.ts';
import { trainInvented } from '../../../support/trained-models.ts';

const [configured, second, third] = [trainInvented(0.1), trainInvented(1), trainInvented(10)];

let folder: TemporaryFolder;
let store: Store;
/** What another process opens beside the responder. */
let beside: Store;
let administration: ModelAdministration;
/** What the responder has. */
let inForce: ModelsInForce;

beforeEach(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'responder.db');
  store = await openResponderStore(file);
  beside = await openResponderStore(file);
  const clock = createManualClock();
  administration = createModelAdministration({ store: beside, clock, configured });
  inForce = createModelsInForce({
    database: store.database,
    configured,
    logger: createSilentLogger(),
  });
});

afterEach(async () => {
  await store.close();
  await beside.close();
  folder[Symbol.dispose]();
});

async function champion(): Promise<string> {
  return (await inForce.current()).champion.id;
}

const NAMES: readonly DiagnosisClass[] = ['database', 'network'];

/** As many incidents, labelled after both models judged them unless said otherwise. */
async function live(
  count: number,
  judge: (label: DiagnosisClass) => readonly [ClassProbabilities, ClassProbabilities | null],
  { labelledAtMs = 20 }: { readonly labelledAtMs?: number } = {},
): Promise<void> {
  await store.transaction(async (transaction) => {
    for (let number = 0; number < count; number++) {
      const incidentId = `inc_${number}`;
      const label = NAMES[number % 2]!;
      const [first, other] = judge(label);
      const judgements: readonly ModelJudgement[] = [
        { modelId: configured.id, role: 'champion', answer: 'unknown', probabilities: first },
        other === null
          ? { modelId: second.id, role: 'challenger', problem: 'it broke' }
          : { modelId: second.id, role: 'challenger', answer: label, probabilities: other },
      ];
      await keepJudgements(transaction, { incidentId, atMs: 10 }, judgements);
      const at = { incidentId, atMs: labelledAtMs };
      await keepLabel(transaction, at, { kind: 'human', actor: 'ann' }, label);
    }
  });
}

const TORN = { database: 0.5, network: 0.5 };
const better = (label: DiagnosisClass) => [TORN, { ...TORN, [label]: 0.9 }] as const;

describe('a challenger', () => {
  it('is named once, with its file, and replaces the one before', async () => {
    await administration.challenge(second, 'ann', 'labels of May');
    expect((await inForce.current()).challenger).toBe(second.id);
    expect((await inForce.load(second.id)).weights).toEqual(second.weights);
    await administration.challenge(third, 'ann', '');
    expect((await inForce.current()).challenger).toBe(third.id);
    const { models, history } = await administration.overview();
    expect(models).toMatchObject([{ id: second.id, note: 'labels of May' }, { id: third.id }]);
    expect(history.map(({ modelId, role }) => [modelId, role])).toEqual([
      [second.id, 'challenger'],
      [third.id, 'challenger'],
    ]);
  });

  it('is not the champion, not the challenger, and no changed file under an old name', async () => {
    const refused = { code: 'usage' };
    await expect(administration.challenge(configured, 'ann', '')).rejects.toMatchObject(refused);
    await administration.challenge(second, 'ann', '');
    await expect(administration.challenge(second, 'ann', '')).rejects.toMatchObject(refused);
    await administration.challenge(third, 'ann', '');
    const changed = { ...second, noveltyLimit: 0.123 };
    await expect(administration.challenge(changed, 'ann', '')).rejects.toMatchObject(refused);
  });

  it('is needed to compare and to promote', async () => {
    await expect(administration.compare()).rejects.toMatchObject({ code: 'usage' });
    await expect(administration.promote('ann')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a promotion', () => {
  beforeEach(async () => administration.challenge(second, 'ann', ''));

  it('is refused with the figures while too little is known', async () => {
    await live(29, better);
    const found = await administration.promote('ann');
    expect(found).toMatchObject({ isPromoted: false, incidents: 29, championId: configured.id });
    expect(found.objections).toHaveLength(1);
    expect(await champion()).toBe(configured.id);
  });

  it('is done when the challenger is better, and is noticed at once by who runs', async () => {
    await live(30, better);
    expect(await administration.promote('ann')).toMatchObject({ isPromoted: true, objections: [] });
    expect(await inForce.current()).toMatchObject({
      champion: { id: second.id },
      challenger: null,
    });
    const { history } = await administration.overview();
    expect(history.at(-1)).toMatchObject({
      role: 'champion',
      actor: 'ann',
      why: 'log-loss 0.693 to 0.105 over 30 incidents, a gain of 0.588 at least',
    });
  });

  it('does not count what was labelled before both had judged', async () => {
    await live(40, better, { labelledAtMs: 9 });
    expect(await administration.promote('ann')).toMatchObject({ isPromoted: false, incidents: 0 });
  });

  it('is refused when the challenger failed', async () => {
    await live(31, (label) => (label === 'database' ? better(label) : [TORN, null]));
    expect(await administration.promote('ann')).toMatchObject({ isPromoted: false, failures: 15 });
  });

  it('is done by force, which is kept with its reason', async () => {
    await administration.promote('ann', 'the old one is broken');
    expect(await champion()).toBe(second.id);
    const { history } = await administration.overview();
    expect(history.at(-1)?.why).toBe('forced: the old one is broken');
  });
});

describe('a rollback', () => {
  it('leads back to the former champion, also when that was the file of the configuration', async () => {
    await administration.challenge(second, 'ann', '');
    await administration.promote('ann', 'trial');
    await administration.challenge(third, 'ann', '');
    await administration.promote('ann', 'trial');
    expect(await champion()).toBe(third.id);
    expect(await administration.rollBack('bob', 'it is worse')).toEqual({
      retired: third.id,
      champion: second.id,
    });
    expect(await champion()).toBe(second.id);
    await administration.rollBack('bob', '');
    expect(await champion()).toBe(configured.id);
    // Even if the file was replaced meanwhile, it is the model that was champion.
    const upgraded = createModelsInForce({
      database: store.database,
      configured: third,
      logger: createSilentLogger(),
    });
    expect((await upgraded.current()).champion.id).toBe(configured.id);
    expect((await upgraded.current()).champion.weights).toEqual(configured.weights);
    await expect(administration.rollBack('bob', '')).rejects.toMatchObject({ code: 'usage' });
  });

  it('has nowhere to lead while nothing was promoted', async () => {
    await expect(administration.rollBack('bob', '')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a champion that cannot be read', () => {
  it('gives way to the model of the configuration', async () => {
    await administration.challenge(second, 'ann', '');
    await administration.promote('ann', 'trial');
    await store.transaction(async (transaction) => {
      await transaction
        .withTables<{ models: { id: string; text: string } }>()
        .updateTable('models')
        .set({ text: '{}' })
        .where('id', '=', second.id)
        .execute();
    });
    expect(await champion()).toBe(configured.id);
  });

  it('stays when the database is away', async () => {
    await administration.challenge(second, 'ann', '');
    await administration.promote('ann', 'trial');
    expect(await champion()).toBe(second.id);
    await store.close();
    expect(await champion()).toBe(second.id);
  });
});

describe('what models said', () => {
  it('is one row for each model and incident, until somebody says what was right', async () => {
    const say = async (atMs: number, probability: number) =>
      store.transaction(async (transaction) =>
        keepJudgements(transaction, { incidentId: 'inc_1', atMs }, [
          {
            modelId: 'm',
            role: 'champion',
            answer: 'database',
            probabilities: { database: probability },
          },
        ]),
      );
    const kept = async () =>
      store.database
        .withTables<{ diagnosis_judgements: { at_ms: number; probabilities: string } }>()
        .selectFrom('diagnosis_judgements')
        .select(['at_ms', 'probabilities'])
        .execute();
    await say(1, 0.5);
    await say(2, 0.6);
    expect(await kept()).toEqual([{ at_ms: 2, probabilities: '{"database":0.6}' }]);
    await store.transaction(async (transaction) =>
      keepLabel(
        transaction,
        { incidentId: 'inc_1', atMs: 3 },
        { kind: 'rule', rule: 'expired' },
        'database',
      ),
    );
    await say(4, 0.99);
    expect(await kept()).toEqual([{ at_ms: 2, probabilities: '{"database":0.6}' }]);
  });
});
