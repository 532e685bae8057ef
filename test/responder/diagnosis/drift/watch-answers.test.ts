import { describe, expect, it } from 'vitest';
import { watchAnswers } from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { KeptAnswer } from '../../../../src/responder/diagnosis/diagnosis.ts';

function answers(count: number, from: number, parts: Partial<KeptAnswer> = {}): KeptAnswer[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: from + index,
    isUnknown: false,
    loss: null,
    ...parts,
  }));
}

describe('watchAnswers', () => {
  it('knows nothing of nothing', () => {
    expect(watchAnswers([])).toEqual({
      logLoss: null,
      unknownRatio: null,
      lossRoseAtMs: null,
      unknownRoseAtMs: null,
    });
  });

  it('tells the log-loss only of enough labelled answers', () => {
    expect(watchAnswers(answers(9, 0, { loss: 0.5 })).logLoss).toBeNull();
    expect(watchAnswers(answers(10, 0, { loss: 0.5 }))).toMatchObject({
      logLoss: 0.5,
      unknownRatio: 0,
    });
  });

  it('looks at the newest 200 answers', () => {
    const found = watchAnswers([...answers(300, 0, { isUnknown: true }), ...answers(200, 300)]);
    expect(found.unknownRatio).toBe(0);
  });

  it('says when the log-loss rose, and when more answers became unknown', () => {
    const before = answers(100, 0, { loss: 0.1 });
    const worse = watchAnswers([...before, ...answers(60, 100, { loss: 50 })]);
    expect(worse.lossRoseAtMs).toBeGreaterThan(100);
    expect(worse.lossRoseAtMs).toBeLessThan(150);
    expect(worse.unknownRoseAtMs).toBeNull();
    const unknown = watchAnswers([...before, ...answers(60, 100, { isUnknown: true })]);
    expect(unknown.unknownRoseAtMs).toBeGreaterThan(100);
    expect(unknown.lossRoseAtMs).toBeNull();
  });

  it('does not complain when it becomes better', () => {
    const found = watchAnswers([
      ...answers(100, 0, { loss: 5, isUnknown: true }),
      ...answers(100, 100, { loss: 0.1 }),
    ]);
    expect([found.lossRoseAtMs, found.unknownRoseAtMs]).toEqual([null, null]);
  });
});
