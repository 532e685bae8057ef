import { describe, expect, it } from 'vitest';
import { createLearnedDiagnosis } from '../../src/app/learned-diagnosis.ts';
import type { TrainedModel } from '../../src/responder/diagnosis/diagnosis.ts';
import type { ModelsInForce } from '../../src/responder/pipeline/pipeline.ts';
import { createSilentLogger } from '../../src/std/std.ts';
import { inventedEvidence } from '../responder/diagnosis/invented-evidence.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { trainInvented } from '../support/trained-models.ts';

const champion = trainInvented(1);
const evidence = inventedEvidence('network', 3);
const clock = createManualClock();

function diagnosisWith(load: ModelsInForce['load'], challenger: string | null = 'other') {
  const models = { current: async () => ({ champion, challenger }), load };
  return createLearnedDiagnosis({ models, clock, logger: createSilentLogger() });
}

/** The same model with its classes in another order, so that it answers something else. */
function turned(model: TrainedModel): TrainedModel {
  return {
    ...model,
    id: 'other',
    classes: [...model.classes.slice(1), ...model.classes.slice(0, 1)],
  };
}

describe('a diagnosis with a challenger', () => {
  it('is that of the champion alone while there is none', async () => {
    const load = async (): Promise<never> => Promise.reject(new Error('nobody asked'));
    const { view, judgements } = await diagnosisWith(load, null)(evidence);
    expect(view).toMatchObject({ answer: 'network', modelId: champion.id });
    expect(view.challenger).toBeUndefined();
    expect(judgements).toMatchObject([
      { modelId: champion.id, role: 'champion', answer: 'network' },
    ]);
    const [own] = judgements;
    const probabilities = own !== undefined && 'probabilities' in own ? own.probabilities : {};
    expect(Object.values(probabilities).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  });

  it('keeps what the challenger says, and shows it where it says something else', async () => {
    const alike = await diagnosisWith(async () => champion)(evidence);
    expect(alike.view.challenger).toBeUndefined();
    expect(alike.judgements.map(({ role }) => role)).toEqual(['champion', 'challenger']);
    const { view, judgements } = await diagnosisWith(async () => turned(champion))(evidence);
    const [own, other] = judgements;
    expect(view.answer).toBe('network');
    expect(view.challenger).toEqual({
      modelId: 'other',
      answer: other !== undefined && 'answer' in other ? other.answer : '',
    });
    expect(own).not.toEqual(other);
  });

  it.each([
    ['cannot be read', async () => Promise.reject(new Error('it is broken'))],
    ['gives no numbers', async () => ({ ...champion, intercepts: [Number.NaN] })],
    ['is nothing', async () => null],
  ] as [string, ModelsInForce['load']][])('is not disturbed by one that %s', async (_, load) => {
    const undisturbed = await diagnosisWith(load, null)(evidence);
    const { view, judgements } = await diagnosisWith(load)(evidence);
    expect(view).toEqual(undisturbed.view);
    expect(judgements).toEqual([
      ...undisturbed.judgements,
      { modelId: 'other', role: 'challenger', problem: expect.stringMatching(/./) as string },
    ]);
  });

  it('waits two seconds for it at most', async () => {
    const { promise, reject } = Promise.withResolvers<TrainedModel>();
    const diagnosing = diagnosisWith(async () => promise)(evidence);
    await clock.advance(1999);
    const first = await Promise.race([diagnosing, Promise.resolve('still waiting')]);
    expect(first).toBe('still waiting');
    await clock.advance(1);
    const { view, judgements } = await diagnosing;
    expect(view.answer).toBe('network');
    expect(judgements[1]).toMatchObject({ problem: 'it took longer than 2000 ms' });
    expect(clock.pendingTimers()).toBe(0);
    // What comes of it afterwards troubles nobody.
    reject(new Error('too late'));
  });
});
