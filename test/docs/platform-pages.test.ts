import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillSources, pageOfPlatform } from '../../src/app/platform-pages.ts';
import { PROBE_KIND_NAMES } from '../../src/catalog/catalog.ts';
import { PLATFORM_NAMES, findPlatform } from '../../src/exporter/connectors/connectors.ts';
import { REPOSITORY, readDocument } from '../support/documents.ts';

function filledPage(page: string, name: string): string | undefined {
  const platform = findPlatform(name);
  return platform === undefined ? undefined : fillSources(page, name, platform);
}

describe('docs/connectors/', () => {
  it('has platforms to tell of', () => {
    expect(PLATFORM_NAMES).toEqual(expect.arrayContaining(['rest', 'sql']));
    expect(findPlatform('constructor')).toBeUndefined();
  });

  it.each(PLATFORM_NAMES)('has a page of %s, with what its sources are now', (name) => {
    const path = pageOfPlatform(name);
    expect(existsSync(join(REPOSITORY, path)), `${path} is missing`).toBe(true);
    const page = readDocument(path);
    const filled = filledPage(page, name);
    expect(
      filled,
      `${path} needs the lines <!-- sources of ${name} --> and <!-- end -->`,
    ).toBeDefined();
    expect(page, 'run: npm run generate').toBe(filled);
    for (const kind of PROBE_KIND_NAMES) expect(page).toContain(`| ${kind} | `);
  });

  it('is found stale when a source is not what the page says', () => {
    const page = readDocument(pageOfPlatform('sql'));
    const stale = page.replace('a database has no quota', 'nobody knows');
    expect(stale).not.toBe(page);
    expect(filledPage(stale, 'sql')).toBe(page);
  });

  it('leaves a page without the block, or with that of another platform, alone', () => {
    expect(filledPage('# SQL\n', 'sql')).toBeUndefined();
    expect(filledPage('<!-- sources of rest -->\n<!-- end -->\n', 'sql')).toBeUndefined();
    expect(filledPage('<!-- sources of sql -->\n', 'sql')).toBeUndefined();
  });
});
