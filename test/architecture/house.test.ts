import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/std/std.ts';
import { roomOf, targetOf } from './breaches.ts';
import { ROOT, readImports, readImportsOfFolder, sourceFiles } from './imports.ts';
import type { ImportEdge } from './imports.ts';

const LINES_MAX = 400;
const DEPENDENTS_MIN = 3;

/** What lies in the top folder: a name that is not here was left by a test, or needs a place in a folder. */
const TOP_FOLDER = new Set(
  [
    'CHANGELOG.md LICENSE README.md package-lock.json package.json tsconfig.json',
    'alert-rules deploy docs grafana models src test',
    'coverage data node_modules',
  ].flatMap((names) => names.split(' ')),
);

/** Files of std that may have fewer than three dependents for now, each with the reason. */
const YOUNG_STD_FILES: Readonly<Record<string, string>> = {
  'src/std/backoff.ts':
    'the outbox of notify is its first user; whatever retries next shall not write it again',
};

const files = [...sourceFiles('src'), ...sourceFiles('test')];

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

/** Tests that somebody switched off or singled out; a test that cannot run says so with `skipIf` or `context.skip`. */
function findSwitches(text: string): readonly string[] {
  return (
    text.match(/\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|only|todo)\b|\bx(?:it|describe)\(/gu) ??
    []
  );
}

describe('sizes', () => {
  const sizes = files.map((path) => ({ path, lines: lineCount(read(path)) }));

  it(`no file has more than ${LINES_MAX} lines`, () => {
    expect(sizes.length).toBeGreaterThan(20);
    expect(sizes.filter((file) => file.lines > LINES_MAX)).toEqual([]);
  });

  it('the median file is near 100 lines', ({ annotate }) => {
    const sources = sizes.filter((file) => file.path.startsWith('src/'));
    const median = sources.map((file) => file.lines).toSorted((a, b) => a - b)[sources.length >> 1];
    expect(median).toBeLessThan(150);
    return annotate(`median of ${sources.length} source files: ${median} lines`);
  });
});

describe('the top folder', () => {
  const strangers = (names: readonly string[]): readonly string[] =>
    names.filter((name) => !name.startsWith('.') && !TOP_FOLDER.has(name));

  it('holds nothing but what belongs there', () => {
    const names = readdirSync(ROOT);
    expect(names).toContain('package.json');
    expect(strangers(names)).toEqual([]);
  });

  it('is watched: a database that a test leaves is found', () => {
    const name = 'PostgreSQL at 127.0.0.1:5432, database test';
    expect(strangers(['src', '.git', name])).toEqual([name]);
  });
});

describe('switched-off tests', () => {
  it('are found when planted', () => {
    const switches = ['it.skip(', 'describe.only(', 'it.concurrent.only(', 'test.todo(', 'xit('];
    expect(switches.flatMap((text) => findSwitches(`${text}'a test')`))).toHaveLength(5);
    expect(findSwitches(`it.skipIf(true)('a test'); context.skip('why')`)).toEqual([]);
  });

  it('do not exist', () => {
    const found = files
      .filter((path) => path !== 'test/architecture/house.test.ts')
      .filter((path) => findSwitches(read(path)).length > 0);
    expect(found).toEqual([]);
  });
});

/** File of std → files outside std that use it through the face, also by way of other files of std. */
function stdDependents(edges: readonly ImportEdge[]): ReadonlyMap<string, ReadonlySet<string>> {
  const face = 'src/std/std.ts';
  const inside = edges.filter((edge) => roomOf(edge.from)?.id === 'std');
  const homeOf = new Map<string, string>();
  for (const edge of inside.filter((one) => one.from === face)) {
    for (const name of edge.names) homeOf.set(name, targetOf(edge));
  }
  const dependents = new Map(
    sourceFiles('src/std')
      .filter((path) => path !== face)
      .map((path) => [path, new Set<string>()] as const),
  );
  const use = (path: string, user: string): void => {
    const users = dependents.get(path);
    if (users === undefined || users.has(user)) return;
    users.add(user);
    for (const edge of inside.filter((one) => one.from === path)) use(targetOf(edge), user);
  };
  for (const edge of edges) {
    if (targetOf(edge) !== face || edge.from.startsWith('src/std/')) continue;
    for (const name of edge.names) use(homeOf.get(name) ?? face, edge.from);
  }
  return dependents;
}

describe('std', () => {
  it('holds only what at least three files of other rooms use', () => {
    const dependents = stdDependents(readImportsOfFolder('src'));
    expect(dependents.size).toBeGreaterThan(5);
    const lonely = [...dependents]
      .filter(([, users]) => users.size < DEPENDENTS_MIN)
      .map(([path, users]) => ({ path, usedBy: [...users] }));
    expect(lonely.filter((file) => !(file.path in YOUNG_STD_FILES))).toEqual([]);
    // Who has grown up leaves the list.
    expect(lonely.map((file) => file.path)).toEqual(
      expect.arrayContaining(Object.keys(YOUNG_STD_FILES)),
    );
  });

  it('is counted through its face, by name', () => {
    const user = readImports('src/web/web.ts', `import { html } from '../std/std.ts';`);
    const dependents = stdDependents([...readImportsOfFolder('src/std'), ...user]);
    expect([...(dependents.get('src/std/html.ts') ?? [])]).toEqual(['src/web/web.ts']);
    expect(dependents.get('src/std/backoff.ts')?.size).toBe(0);
  });
});

describe('docs/ERRORS.md', () => {
  const sections = read('docs/ERRORS.md').split(/^## /mu).slice(1);

  it('has one section per error code, in the order of the code', () => {
    const titles = sections.map((section) => section.slice(0, section.indexOf('\n')));
    expect(titles).toEqual(ERROR_CODES.map((code) => `\`${code}\``));
  });

  it('says for each what it means and what to do', () => {
    const incomplete = sections.filter(
      (section) => !/^Meaning: .{20}/mu.test(section) || !/^What to do: .{20}/mu.test(section),
    );
    expect(incomplete).toEqual([]);
  });
});
