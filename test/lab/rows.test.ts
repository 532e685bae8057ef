import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { decodeEpisodes, tableOfEpisodes } from '../../src/responder/diagnosis/diagnosis.ts';
import { inventedEvidence } from '../responder/diagnosis/invented-evidence.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { encodeRow, openRowFile, readRows } from './rows.ts';
import type { RecordedRow } from './rows.ts';
import { summarise } from './summary.ts';

const folder = createTemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

function row(group: string, ...labels: RecordedRow['labels'][number][]): RecordedRow {
  return { labels, group, split: 'train', evidence: inventedEvidence(labels[0] ?? 'no_fault', 7) };
}

describe('the file of a recording', () => {
  const file = join(folder.path, 'rows.jsonl');

  it('holds what was appended, and knows its groups when it is opened again', () => {
    const first = openRowFile(file);
    expect(first.groups.size).toBe(0);
    first.append([row('a', 'dns'), row('a', 'dns')]);
    expect(first.groups.has('a')).toBe(true);
    openRowFile(file).append([row('b', 'network', 'data_decay')]);
    const rows = readRows(readFileSync(file, 'utf8'), file);
    expect(rows.map(({ group, labels }) => [group, labels])).toEqual([
      ['a', ['dns']],
      ['a', ['dns']],
      ['b', ['network', 'data_decay']],
    ]);
  });

  it('goes on after a line that was being written when the recording ended', () => {
    const half = encodeRow(row('c', 'dns')).slice(0, 100);
    appendFileSync(file, half);
    const opened = openRowFile(file);
    expect([...opened.groups]).toEqual(['a', 'b']);
    opened.append([row('d', 'tls_certificate')]);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(half);
    expect(readRows(text, 'rows').map(({ group }) => group)).toEqual(['a', 'a', 'b', 'd']);
  });

  it('keeps six digits of a measurement, and times whole', () => {
    const evidence = { ...inventedEvidence('no_fault', 1), capturedAtMs: 1_795_453_663_236 };
    const [signal] = evidence.signals;
    if (signal === undefined) throw new Error('the invented evidence has signals');
    const long = { ...evidence, signals: [{ ...signal, current: 0.123456789 }] };
    const [kept] = readRows(`${encodeRow({ ...row('e', 'no_fault'), evidence: long })}\n`, 'rows');
    expect(kept?.evidence.signals[0]?.current).toBe(0.123457);
    expect(kept?.evidence.capturedAtMs).toBe(1_795_453_663_236);
  });
});

describe('a row', () => {
  it('is read by the training as it was, but for digits that carry no knowledge', () => {
    for (const [seed, label] of (['no_fault', 'service_outage', 'network'] as const).entries()) {
      const evidence = inventedEvidence(label, seed);
      const line = encodeRow({ labels: [label], group: 'a', split: 'train', evidence });
      expect(line).not.toContain('null');
      const [decoded] = decodeEpisodes(line, 'rows.jsonl');
      const rounded: unknown = JSON.parse(
        JSON.stringify(evidence, (_key, value: unknown) =>
          typeof value === 'number' && !Number.isInteger(value)
            ? Number(value.toPrecision(6))
            : value,
        ),
      );
      expect(decoded).toEqual({
        label,
        coinciding: [],
        group: 'a',
        split: 'train',
        evidence: rounded,
      });
    }
  });
});

describe('a row that is held out', () => {
  it('is never learnt from', () => {
    const lines = [row('a', 'dns'), { ...row('b', 'network'), split: 'held-out' } as const];
    const episodes = decodeEpisodes(lines.map(encodeRow).join('\n'), 'rows.jsonl');
    expect(episodes.map(({ split }) => split)).toEqual(['train', 'held-out']);
    expect(tableOfEpisodes(episodes)).toMatchObject({ classes: ['dns'], groups: ['a'] });
    const heldOut = episodes.filter(({ split }) => split === 'held-out');
    expect(() => tableOfEpisodes(heldOut)).toThrow('all episodes are held out');
  });
});

describe('the summary of a recording', () => {
  it('counts episodes and names the classes that only measurements tell apart', () => {
    const alike = inventedEvidence('network', 3);
    const { counts, shared } = summarise([
      row('a', 'dns'),
      { ...row('b', 'network'), evidence: alike },
      { ...row('b', 'network'), evidence: alike },
      { ...row('c', 'overload_latency'), evidence: alike },
      { ...row('d', 'network', 'data_decay'), evidence: alike },
    ]);
    expect(counts).toContainEqual({ label: 'network', episodes: 1, rows: 2 });
    expect(counts).toContainEqual({ label: 'data_decay + network', episodes: 1, rows: 1 });
    expect(shared.map(({ labels }) => labels)).toEqual([['network', 'overload_latency']]);
  });

  it('name the line that is none', () => {
    expect(() => readRows('{}\n# no row\n', 'rows.jsonl')).toThrow(
      /^rows\.jsonl:2 is no recorded row/,
    );
  });
});
