import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportOn } from '../../src/responder/diagnosis/diagnosis.ts';
import { HEAT_DARK, HEAT_LIGHT, heatLevel } from '../../src/report/palette.ts';
import { evaluationPage, leftOutPage } from '../../src/report/report.ts';
import { shellText } from '../../src/report/source.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</title></style><img src=x onerror=alert(1)>',
  '‮reversed',
  `&amp; ${'long '.repeat(60)}`,
  'plain',
];

const source = {
  name: HOSTILE[0]!,
  files: [{ name: HOSTILE[1]!, sha256: 'ab'.repeat(32) }],
  command: ['npx', 'crmwatch', 'evaluate', HOSTILE[2]!],
  version: '1.2.3',
  seed: 7,
};

function pageOf(classes: readonly string[]): string {
  const predictions = Array.from({ length: classes.length * 6 }, (_, row) => {
    const probabilities = classes.map(
      (_class, index) => (index === row % classes.length ? 2 : 1) / (classes.length + 1),
    );
    return {
      actual: row % 5 === 0 ? (row + 1) % classes.length : row % classes.length,
      probabilities,
      group: String(row),
    };
  });
  return evaluationPage({
    report: reportOn(predictions, classes, { repetitions: 10 }),
    evaluation: { folds: 3, inOrderOfTime: true, recipes: [{ encoding: 'log', strengthC: 3 }] },
    source,
  });
}

function leftOutPageOf(classes: readonly string[]): string {
  const ownLimit = { falseUnknown: 0.01, unknown: 0.5 };
  const points = [ownLimit];
  return leftOutPage({
    left: classes.map((_, index) => ({ class: index, rows: 5, points, ownLimit })),
    table: { classes, groups: ['a', 'a', 'b'] },
    folds: 5,
    source,
  });
}

const pages = [
  ['of an evaluation', pageOf(HOSTILE)],
  ['of left-out classes', leftOutPageOf(HOSTILE)],
] as const;

describe.each(pages)('the page %s', (_kind, page) => {
  it('needs nothing else, runs nothing, and says so in its policy', () => {
    // Values of attributes may hold anything, since they are quoted.
    const tags = page.replaceAll(/"[^"]*"/g, '""').match(/<[^>]*>/g) ?? [];
    expect(tags.length).toBeGreaterThan(100);
    const names = new Set(tags.map((tag) => /^<\/?([\w!-]+)/.exec(tag)?.[1]));
    const reaching =
      'script link img image iframe object embed base form use a foreignObject'.split(' ');
    expect(reaching.filter((name) => names.has(name))).toEqual([]);
    expect(tags.filter((tag) => /\s(?:on\w+|style|href|src)\b/i.test(tag))).toEqual([]);
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    expect(style).not.toMatch(/url\(|@import|https?:/i);
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`style-src &#39;sha256-${hash}&#39;`);
  });

  it('shows names as they are, whatever they hold', () => {
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).toContain('&amp;amp; long');
  });

  it('gives each identifier once, and refers to those alone', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(references.length).toBeGreaterThan(4);
    expect(ids).toEqual(expect.arrayContaining(references));
  });

  it('tells what it is about and how to make it again', () => {
    expect(page).toContain('ab'.repeat(32));
    expect(page).toContain('crmwatch 1.2.3');
    expect(page).toContain('<li>7 classes</li>');
    expect(page).toContain('<li>seed 7</li>');
    expect(page).toContain('npx crmwatch evaluate ');
  });

  it('holds no number that is none', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

describe('the page of an evaluation', () => {
  it('tells of the order of time', () => {
    expect(pages[0][1]).toContain('3 folds in the order of time');
  });

  it('draws no matrix that is larger than any page, and names the confusions instead', () => {
    const page = pageOf(Array.from({ length: 61 }, (_, index) => `c${index}`));
    expect(page).not.toContain('id="confusion-title"');
    expect(page).toContain('Most frequent confusions');
    expect(pageOf(Array.from({ length: 60 }, (_, index) => `c${index}`))).toContain(
      'id="confusion-title"',
    );
  });
});

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('the colours of heat', () => {
  it.each([
    ['light', HEAT_LIGHT, -1],
    ['dark', HEAT_DARK, 1],
  ] as const)(
    'on a %s page are told apart by their lightness alone, and text on them can be read',
    (_page, ramp, direction) => {
      for (const [level, { ground, ink }] of ramp.entries()) {
        const [lower, higher] = [luminance(ground), luminance(ink)].toSorted((a, b) => a - b);
        // WCAG 2.2, 1.4.3.
        expect((higher! + 0.05) / (lower! + 0.05), `${ground} ${ink}`).toBeGreaterThanOrEqual(4.5);
        const next = ramp[level + 1];
        if (next !== undefined)
          expect(Math.sign(luminance(next.ground) - luminance(ground)), next.ground).toBe(
            direction,
          );
      }
    },
  );

  it('begin with nothing, and end with all', () => {
    expect([0, 1e-9, 0.125, 0.126, 0.999, 1].map(heatLevel)).toEqual([0, 1, 1, 2, 8, 8]);
  });
});

describe('the command', () => {
  it('is read by a shell as the words it was made of', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const output = execFileSync('sh', ['-c', String.raw`printf '%s\0' ${shellText(words)}`], {
          encoding: 'utf8',
        });
        expect(output.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });
});
