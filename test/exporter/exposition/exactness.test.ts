import { describe, expect, it } from 'vitest';
import { createExposition } from '../../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../../src/exporter/probes/probes.ts';
import { createReport, createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';

/** Pieces out of which label values are put together so that a careless key or a careless escape would merge some. */
const PIECES = [
  '|',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  'n',
  '',
  'é',
  '1:',
  '\\n',
  '{',
  '}',
  '=',
  '😀',
  ' ',
  'a,b="c',
  // Halves of characters: they have no UTF-8 form.
  '\ud83d',
  '\ude00',
];

/** All values of two pieces, each once. */
const VALUES: readonly string[] = [
  ...new Set(PIECES.flatMap((first) => PIECES.map((second) => first + second))),
];

const TARGETS = 9;

/** Reads a label value back from between its quotes. */
function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_all, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

const LINE =
  /^crm_missing_ratio\{target="((?:[^"\\]|\\.)*)"(?:,object="((?:[^"\\]|\\.)*)")?(?:,field="((?:[^"\\]|\\.)*)")?\} (\d+)$/;

/** Whether a label value as it was read stands for the one that went in. */
function isRead(read: string, value: string | undefined): boolean {
  if (value?.isWellFormed() !== false) return unescape(read) === value;
  return /^.*~[0-9a-f]{12}$/s.test(read) && unescape(read).startsWith(value.toWellFormed());
}

describe('over a million generated label tuples', () => {
  it('no two series merge and none doubles', async () => {
    let seriesCount = 0;
    for (let target = 0; target < TARGETS; target++) {
      // One exposition at a time, each with the series of one target: the memory of a test is bounded too.
      const exposition = createExposition({
        clock: createManualClock(),
        limits: { seriesPerProbe: 1_000_000 },
      });
      const name = `${VALUES[target * 17] ?? ''}${target}`;
      const samples: Sample[] = [];
      for (const [first, object] of VALUES.entries()) {
        for (const [second, field] of VALUES.entries()) {
          const value = first * VALUES.length + second;
          samples.push({ metric: 'crm_missing_ratio', labels: { object, field }, value });
        }
      }
      exposition.record(
        createReport(createRun(name, 'data_quality', { ok: true, samples, unknowns: [] })),
      );
      const page = await exposition.render({
        accept: '',
        acceptEncoding: '',
        names: ['crm_missing_ratio'],
      });
      const seen = new Set<number>();
      const written = new Set<string>();
      for (const line of Buffer.concat(page.body).toString().split('\n')) {
        if (line === '' || line.startsWith('#')) continue;
        const [, found = '', object = '', field = '', value = ''] = LINE.exec(line) ?? [];
        const index = Number(value);
        // Each line gives back the very tuple that its value stands for.
        if (
          !isRead(found, name) ||
          !isRead(object, VALUES[Math.floor(index / VALUES.length)]) ||
          !isRead(field, VALUES[index % VALUES.length])
        ) {
          throw new Error(`this line is another series: ${line}`);
        }
        seen.add(index);
        written.add(line.slice(0, -value.length));
      }
      expect(seen.size).toBe(VALUES.length ** 2);
      expect(written.size).toBe(VALUES.length ** 2);
      seriesCount += seen.size;
    }
    expect(seriesCount).toBeGreaterThan(1_000_000);
  }, 120_000);
});
