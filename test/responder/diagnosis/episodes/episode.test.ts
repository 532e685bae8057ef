import { describe, expect, it } from 'vitest';
import { decodeEpisodes } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { refusal } from '../../../support/refusal.ts';
import { inventedRows } from '../invented-evidence.ts';

describe('decodeEpisodes', () => {
  it('reads rows and skips empty lines', () => {
    const rows = inventedRows(2);
    const text = rows.map(({ coinciding: _none, ...row }) => JSON.stringify(row)).join('\n\n');
    expect(decodeEpisodes(`${text}\n`, 'rows.jsonl')).toEqual(rows);
  });

  it.each([
    ['text that is no JSON', '\n{"label":', /^rows\.jsonl:2: not JSON/],
    ['an unknown label', '{"label":"gremlins","group":"a","evidence":{}}', /rows\.jsonl:1\.label/],
    ['the answer "unknown" as a label', '{"label":"unknown","group":"a","evidence":{}}', /label/],
    [
      'evidence of another shape',
      '{"label":"no_fault","group":"a","evidence":{}}',
      /rows\.jsonl:1\.evidence\.schema: is missing/,
    ],
    ['no rows', '\n', /has no rows/],
  ])('refuses %s', (_, text, message) => {
    const error = refusal(() => decodeEpisodes(text, 'rows.jsonl'));
    expect(error.code).toBe('training_data_invalid');
    expect(error.message).toMatch(message);
  });
});
