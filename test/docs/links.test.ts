import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { printedIn } from '../lab/document.ts';
import { decodeModel } from '../../src/responder/diagnosis/diagnosis.ts';
import {
  REPOSITORY,
  listAnchors,
  listDocuments,
  listLinks,
  readDocument,
  resolveLink,
  splitDocument,
} from '../support/documents.ts';

const documents = listDocuments();

describe('documents', () => {
  it('are found', () => {
    expect(documents).toContain('docs/ARCHITECTURE.md');
    expect(documents.length).toBeGreaterThan(30);
  });

  it.each(documents)('%s links to what exists', (document) => {
    const broken = listLinks(document).flatMap((link) => {
      const { file, anchor } = resolveLink(link);
      if (!existsSync(join(REPOSITORY, file))) return [`${link.place}: there is no ${file}`];
      if (anchor === '' || !file.endsWith('.md') || listAnchors(file).has(anchor)) return [];
      return [`${link.place}: ${file} has no heading #${anchor}`];
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)('%s names files of the repository that exist', (document) => {
    const missing = splitDocument(document).prose.flatMap((line, index) =>
      [...line.matchAll(/`((?:src|docs|deploy|test|grafana|alert-rules|models)\/[\w./-]*)`/g)]
        .map(([, path = '']) => path)
        .filter((path) => !existsSync(join(REPOSITORY, path)))
        .map((path) => `${document}:${index + 1}: there is no ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('reach each other from README.md', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      if (!document.endsWith('.md')) continue;
      for (const link of listLinks(document)) {
        const { file } = resolveLink(link);
        const inside = documents.filter((other) => other.startsWith(`${file.replace(/\/$/, '')}/`));
        for (const next of [file, ...inside]) if (documents.includes(next)) reached.add(next);
      }
    }
    expect(documents.filter((document) => !reached.has(document))).toEqual([]);
  });

  it('find a broken link when there is one', () => {
    const link = { place: 'x', document: 'docs/SANDBOX.md', target: 'NOWHERE.md' };
    expect(existsSync(join(REPOSITORY, resolveLink(link).file))).toBe(false);
    expect(resolveLink({ ...link, target: '../README.md#read-on' })).toEqual({
      file: 'README.md',
      anchor: 'read-on',
    });
    expect(listAnchors('README.md')).toContain('what-it-does-not-do-yet');
  });
});

describe('docs/DIAGNOSIS.md', () => {
  it('repeats what training printed of the model that ships', () => {
    const file = join(REPOSITORY, 'models/fault-classifier.json');
    const { id, training, evaluation } = decodeModel(JSON.parse(readFileSync(file, 'utf8')), file);
    const printed = printedIn(readDocument('docs/DIAGNOSIS.md'), 'printed by the training');
    for (const { value } of evaluation?.figures ?? []) {
      expect(printed, 'npm run lab -- train writes it').toContain(` ${value?.toFixed(4) ?? '–'} `);
    }
    const { encoding, strengthC, iterations } = training;
    expect(printed).toContain(`model ${id}, ${encoding}, C ${strengthC}, ${iterations} iterations`);
  });

  it('repeats what the evaluation prints of episodes that are held out', async () => {
    const lines: string[] = [];
    const words = ['evaluate', 'models/episodes.jsonl', '--model', 'models/fault-classifier.json'];
    const exitCode = await runCommandLine(words, {
      print: (line) => void lines.push(line),
      note: () => {},
    });
    expect(exitCode).toBe(0);
    const printed = printedIn(readDocument('docs/DIAGNOSIS.md'), 'printed by the evaluation');
    expect(printed, 'npm run lab -- train writes it').toBe(lines.join('\n').trimEnd());
  }, 60_000);
});

describe('CHANGELOG.md', () => {
  it('has the version of package.json, and knows only the sections of Keep a Changelog', () => {
    const text = readDocument('CHANGELOG.md');
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(text).toMatch(new RegExp(String.raw`^## \[${RegExp.escape(version)}\] - `, 'm'));
    for (const [, section] of text.matchAll(/^### (.*)$/gm)) {
      expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toContain(section);
    }
  });
});
