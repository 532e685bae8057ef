import { describe, expect, it } from 'vitest';
import { findBreaches } from './breaches.ts';
import { readImports, readImportsOfFolder } from './imports.ts';

const edges = readImportsOfFolder('src');

describe('the walls of src/', () => {
  it('are looked at: the reader saw the imports', () => {
    expect(edges.length).toBeGreaterThan(50);
    expect(edges.some((edge) => edge.specifier.startsWith('node:'))).toBe(true);
    expect(edges.some((edge) => edge.specifier.startsWith('../'))).toBe(true);
  });

  it('stand: no import goes through one', () => {
    expect(findBreaches(edges).join('\n')).toBe('');
  });
});

describe('the reader of imports', () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['static', `import { a } from './x.ts';`],
    ['for its effect', `import './x.ts';`],
    ['type-only', `import type { A } from './x.ts';`],
    ['inline type', `import { type A } from './x.ts';`],
    ['re-export', `export { a } from './x.ts';`],
    ['type re-export', `export type { A } from './x.ts';`],
    ['star re-export', `export * from './x.ts';`],
    ['named star', `export * as a from './x.ts';`],
    ['dynamic', `const a = async (): Promise<unknown> => import('./x.ts');`],
    ['import type expression', `export type A = Map<string, import('./x.ts').B>;`],
    ['resolved only', `const a = import.meta.resolve('./x.ts');`],
    ['import equals', `import a = require('./x.ts');`],
  ];

  it.each(kinds)('sees an import that is %s', (_kind, text) => {
    expect(readImports('src/std/a.ts', text).map((edge) => edge.specifier)).toEqual(['./x.ts']);
  });

  it.each([
    'const name = "fs"; await import(name);',
    'const fs = require("fs");',
    'const fs = process.getBuiltinModule("fs");',
    'const load = nodeModule.createRequire(import.meta.url);',
  ])('treats a hidden target as a breach: %s', (text) => {
    const found = readImports('src/app/app.ts', text);
    expect(findBreaches(found)).toEqual([
      'src/app/app.ts -> (computed)  (target hidden from the reader of imports)',
    ]);
  });
});

describe('each rule fails on a planted breach', () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ['src/http/a.ts', '../exporter/probes/probes.ts', 'upward, layer 2 to 5'],
    ['src/http/a.ts', '../store/store.ts', 'siblings on layer 2'],
    ['src/responder/alerts/a.ts', '../evidence/evidence.ts', 'siblings on layer 3'],
    [
      'src/web/web.ts',
      '../responder/pipeline/run.ts',
      'past the face src/responder/pipeline/pipeline.ts',
    ],
    ['src/app/app.ts', '../catalog/alerts.ts', 'past the face src/catalog/catalog.ts'],
    ['src/app/app.ts', '../helpers/helpers.ts', 'leads to no room'],
    ['src/app/app.ts', '../../test/support/manual-clock.ts', 'leads to no room'],
    ['src/exporter/shared.ts', '../std/std.ts', 'file in no room'],
    ['src/web/web.ts', 'axios', 'belongs to http'],
    ['src/web/web.ts', 'node:fs', 'belongs to store, config, responder/evidence, app, cli'],
    [
      'src/console/console.ts',
      'node:fs/promises',
      'belongs to store, config, responder/evidence, app, cli',
    ],
    ['src/app/app.ts', 'node:sqlite', 'belongs to store'],
    ['src/exporter/connectors/rest.ts', 'node:https', 'belongs to http, sandbox, web, app'],
    ['src/cli/cli.ts', 'left-pad', 'belongs to no room'],
    ['src/cli/cli.ts', '@grafana/other', 'belongs to no room'],
    ['src/cli/cli.ts', '@grafana/grafana-foundation-sdk/common', 'belongs to dashboards'],
    ['src/cli/cli.ts', 'fs', 'write node: before a module of Node'],
  ];

  it.each(planted)('%s -> %s', (from, specifier, why) => {
    const breaches = findBreaches(readImports(from, `import type { A } from '${specifier}';`));
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toContain(`${from} -> `);
    expect(breaches[0]?.endsWith(`(${why})`)).toBe(true);
  });

  it.each([
    ['src/app/app.ts', '../web/web.ts'],
    ['src/exporter/quality/plan.ts', '../connectors/registry.ts'],
    ['src/store/open.ts', 'node:sqlite'],
    ['src/std/log.ts', 'pino'],
    ['src/rules/write.ts', 'js-yaml'],
    ['src/rules/write.ts', 'node:crypto'],
    ['src/rules/write.ts', './format.ts'],
  ])('and lets an allowed import pass: %s -> %s', (from, specifier) => {
    expect(findBreaches(readImports(from, `import { a } from '${specifier}';`))).toEqual([]);
  });
});
