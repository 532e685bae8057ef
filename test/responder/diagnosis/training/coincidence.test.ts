import { describe, expect, it } from 'vitest';
import {
  createJudgeRow,
  decodeEpisodes,
  readTable,
  tableOfEpisodes,
  trainModel,
} from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { LabelledTable } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { createJudge } from '../../../../src/responder/diagnosis/model/model.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';
import { refusal } from '../../../support/refusal.ts';
import { inventedRows } from '../invented-evidence.ts';

/** Three faults, each with a sign of its own among noise; some rows have two of them. */
function table(): LabelledTable {
  const random = createSeededRandom(5);
  const names = ['disk', 'network', 'user'];
  const noise = (): string => (random.next() < 0.5 ? '0' : '1');
  const rows = Array.from({ length: 160 }, (_, at) => {
    const first = at % 4;
    const second = at % 8 === 0 ? (at / 8) % 3 : undefined;
    const holds = [first, second].filter((one) => one !== undefined && one < 3);
    const signs = names.map((__, k) => (holds.includes(k) ? 3 + random.next() : random.next() / 2));
    return { holds: [...new Set(holds)], cells: [...signs, noise(), noise()] };
  });
  const lines = rows.map(
    ({ holds, cells }) => `${cells.join(',')},${holds.length === 0 ? 'calm' : names[holds[0]!]}`,
  );
  const read = readTable(`a,b,c,d,e,class\n${lines.join('\n')}\n`, 'faults.csv');
  const indexOf = (k: number): number => read.classes.indexOf(names[k]!);
  const coinciding = rows.map(({ holds }) => holds.slice(1).map((k) => indexOf(k!)));
  return { ...read, coinciding };
}

const several = table();
const { model, report } = trainModel(several, { folds: 4, strengthC: 3, encoding: 'log' });

describe('faults that coincide', () => {
  it('are all named, on rows that were left out of the training', () => {
    const count = several.coinciding!.filter((names) => names.length > 0).length;
    expect(count).toBeGreaterThan(10);
    expect(model.evaluation?.coincidence).toMatchObject({ rows: count });
    expect(model.evaluation?.coincidence?.allNamedRatio).toBeGreaterThan(0.8);
    expect(model.evaluation?.coincidence?.falseSeveralRatio).toBeLessThan(0.05);
  });

  it('are no rows of the figures, which are those of one class', () => {
    const singles = several.coinciding!.filter((names) => names.length === 0).length;
    expect(report?.rows).toBe(singles);
  });

  it('are named with the probability that each has for itself, the surest first', () => {
    const judge = createJudge(model);
    const row = [4, 4, 0, 1, 0].flatMap((value, column) =>
      value === 0 ? [] : [{ column, value }],
    );
    const { answers } = judge({ row, unseen: [], factCount: row.length });
    const names = new Set(answers.map(({ index }) => model.classes[index]));
    expect(names).toEqual(new Set(['disk', 'network']));
    const [first, second] = answers;
    expect(first!.probability).toBeGreaterThanOrEqual(second!.probability);
    expect(second!.probability).toBeGreaterThan(0.5);
  });

  it('are never named by a model that never saw any', () => {
    const alone = trainModel({ ...several, coinciding: null }, { folds: 2, strengthC: 3 }).model;
    expect(alone.isCoinciding).toBe(false);
    expect(alone.evaluation?.coincidence).toBeNull();
    const judge = createJudgeRow(alone);
    const values = ['a', 'b'].map((name) => ({ name, value: 4 }));
    expect(alone.classes).toContain(judge({ line: 1, values }).likeliest);
  });

  it('are read from episodes with several labels', () => {
    const [one] = inventedRows(1, ['service_outage']);
    const lineOf = (labels: object): string =>
      JSON.stringify({ ...labels, group: 'g', evidence: one?.evidence });
    const [both, single] = decodeEpisodes(
      `${lineOf({ labels: ['dns', 'network'] })}\n${lineOf({ label: 'dns' })}\n`,
      'rows.jsonl',
    );
    expect(both).toMatchObject({ label: 'dns', coinciding: ['network'] });
    expect(single).toMatchObject({ label: 'dns', coinciding: [] });
    expect(tableOfEpisodes([both!, single!])).toMatchObject({
      classes: ['dns', 'network'],
      coinciding: [[1], []],
    });
    for (const labels of [{}, { labels: ['dns', 'dns'] }, { label: 'dns', labels: ['dns'] }]) {
      const error = refusal(() => decodeEpisodes(lineOf(labels), 'rows.jsonl'));
      expect(error.message).toBe('rows.jsonl:1: give one label, or several different labels');
    }
  });
});
