import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERT_NAMES, PIPE_ALERT, PROBE_KIND_NAMES } from '../../src/catalog/catalog.ts';
import { runbookBlocks } from '../support/runbook-blocks.ts';
import { unknownMetrics } from '../support/metric-names.ts';

/** Those of the rules, and the one that the responder makes itself. */
const NAMES = [...ALERT_NAMES, PIPE_ALERT];
const FOLDER = new URL('../../docs/runbooks/', import.meta.url);

describe('docs/runbooks', () => {
  it('has a page for every alert, and no page too many', () => {
    const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
    expect(pages.sort()).toEqual(NAMES.map((name) => `${name}.md`).sort());
  });

  it.each(NAMES)('%s says what it means, harms, how to find out and what to do', (name) => {
    const text = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([
      `# ${name}`,
      '## Meaning',
      '## Impact',
      '## Diagnosis',
      '## Mitigation',
    ]);
    for (const section of text.split(/^## .*$/m).slice(1)) {
      expect(section.trim().length).toBeGreaterThan(80);
    }
  });

  it.each(NAMES)('%s asks only for metrics that exist', (name) => {
    const queries = runbookBlocks(name, 'promql');
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap(unknownMetrics)).toEqual([]);
  });

  it.each(NAMES)('%s probes only kinds that exist', (name) => {
    const text = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
    const kinds = [...text.matchAll(/(?:--kind |kind=)([a-z_]+)/g)].map((match) => match[1]);
    expect(kinds.filter((kind) => !PROBE_KIND_NAMES.some((known) => known === kind))).toEqual([]);
  });
});
