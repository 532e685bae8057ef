import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const IRIS = resolve(import.meta.dirname, '../fixtures/cli/iris.csv');
const QUICK = ['--folds', '3', '--encoding', 'plain', '--c', '1'];
const folder = createTemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

type Outcome = { readonly exitCode: number; readonly output: string; readonly errors: string };

async function evaluate(...words: readonly string[]): Promise<Outcome> {
  const [output, errors] = [[] as string[], [] as string[]];
  const exitCode = await runCommandLine(['evaluate', ...words], {
    print: (line) => output.push(line),
    note: (line) => errors.push(line),
  });
  return { exitCode, output: output.join('\n'), errors: errors.join('\n') };
}

const at = (name: string): string => join(folder.path, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function commandOf(page: string): string {
  return textOf(/<code>([^]*?)<\/code>/.exec(page)?.[1] ?? '');
}

describe('crmwatch evaluate --report', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await evaluate(IRIS, ...QUICK, '--report', at('first.html'));
  });

  it('prints the same beside it, and says what it wrote', async () => {
    const plain = await evaluate(IRIS, ...QUICK);
    expect(outcome).toEqual({ ...plain, errors: `${plain.errors}\nwrote ${at('first.html')}` });
  });

  it('shows the figures that are printed', () => {
    const printed = outcome.output.match(/\d\.\d{4}/g) ?? [];
    const shown = textOf(read('first.html'));
    expect(printed.length).toBeGreaterThan(30);
    expect(printed.filter((figure) => !shown.includes(figure))).toEqual([]);
  });

  it('is the same to the byte for the same data, wherever it is written and whatever lay there', async () => {
    writeFileSync(at('second.html'), 'x'.repeat(1_000_000));
    await evaluate('--report', at('second.html'), ...QUICK, '--seed', '0', IRIS);
    expect(read('second.html')).toBe(read('first.html'));
  });

  it('has the hash of the file that was read', () => {
    const hash = createHash('sha256').update(readFileSync(IRIS)).digest('hex');
    expect(read('first.html')).toContain(hash);
  });

  it('has the command that makes it again', async () => {
    const words = commandOf(read('first.html')).split(' ');
    expect(words.slice(0, 3)).toEqual(['npx', 'crmwatch', 'evaluate']);
    const again = words.slice(3).map((word) => (word === 'report.html' ? at('again.html') : word));
    expect((await evaluate(...again)).exitCode).toBe(0);
    expect(read('again.html')).toBe(read('first.html'));
  });

  it('has every option in the command, quoted for a shell', async () => {
    const table =
      'a b;the class;set;when;no\n1;x;p;1;0\n2;y;q;2;0\n3;x;r;3;0\n4;y;s;4;0\n5;x;t;5;0\n6;y;u;6;0\n';
    writeFileSync(at("it's.csv"), table);
    const words = [
      '--label',
      'the class',
      '--group',
      'set',
      '--time',
      'when',
      '--ignore',
      'no',
      '--delimiter',
      ';',
    ];
    const { exitCode, errors } = await evaluate(
      at("it's.csv"),
      ...words,
      '--folds',
      '2',
      '--report',
      at('options.html'),
    );
    expect(exitCode, errors).toBe(0);
    expect(commandOf(read('options.html'))).toBe(
      `npx crmwatch evaluate '${at(String.raw`it'\''s.csv`)}' --label 'the class' --group set --time when --delimiter ';' --ignore no --folds 2 --seed 0 --report report.html`,
    );
  });

  it('hashes the file of labels too', async () => {
    writeFileSync(at('rows.csv'), 'x\n1\n2\n3\n4\n');
    writeFileSync(at('labels.txt'), 'a\nb\na\nb\n');
    const words = ['--labels', at('labels.txt'), '--folds', '2', '--encoding', 'plain', '--c', '1'];
    const { exitCode, errors } = await evaluate(
      at('rows.csv'),
      ...words,
      '--report',
      at('labels.html'),
    );
    expect(exitCode, errors).toBe(0);
    for (const name of ['rows.csv', 'labels.txt']) {
      expect(read('labels.html')).toContain(createHash('sha256').update(read(name)).digest('hex'));
    }
  });

  it('draws classes that were never seen with --leave-class-out', async () => {
    const words = ['--leave-class-out', '--folds', '2', '--encoding', 'log', '--c', '1'];
    const { output } = await evaluate(IRIS, ...words, '--report', at('left.html'));
    const shown = textOf(read('left.html'));
    const printed = output.match(/\d+\.\d %/g) ?? [];
    // Five shares for each class, for their mean and as the head, and two by the limit of the models.
    expect(printed.length).toBe(5 * 5 + 2);
    expect(
      printed.filter(
        (share) => !shown.includes(share.replace(' ', '\u00A0')) && !shown.includes(share),
      ),
    ).toEqual([]);
    expect(commandOf(read('left.html'))).toContain('--folds 2 --seed 0 --leave-class-out');
  });
});

describe('a report that cannot be written', () => {
  it('is refused before anything is computed or created', async () => {
    const { exitCode, errors } = await evaluate(IRIS, '--report', at('absent/report.html'));
    expect(exitCode).toBe(2);
    expect(errors).not.toMatch(/^fold /m);
    expect(existsSync(at('absent'))).toBe(false);
  });

  it('is refused when it would overwrite the data, by whatever name', async () => {
    copyFileSync(IRIS, at('data.csv'));
    mkdirSync(at('links'));
    symlinkSync('../data.csv', at('links/report.html'));
    for (const name of ['data.csv', 'links/../data.csv', 'links/report.html']) {
      const { exitCode, errors } = await evaluate(at('data.csv'), '--report', at(name));
      expect([exitCode, errors]).toEqual([
        2,
        expect.stringContaining('would overwrite what is read'),
      ]);
    }
    expect(read('data.csv')).toBe(readFileSync(IRIS, 'utf8'));
  });

  it('leaves nothing behind when the data cannot be used', async () => {
    writeFileSync(at('poor.csv'), 'x,class\n1,a\n2,b\n');
    expect((await evaluate(at('poor.csv'), '--report', at('poor.html'))).exitCode).toBe(1);
    expect(existsSync(at('poor.html'))).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'is told of when the disk is full, after the figures',
    async () => {
      const { exitCode, output, errors } = await evaluate(IRIS, ...QUICK, '--report', '/dev/full');
      expect(exitCode).toBe(2);
      expect(output).toContain('accuracy');
      expect(errors).toContain('remedy: make room, or name another file');
    },
  );
});
