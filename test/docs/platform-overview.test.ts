import { describe, expect, it } from 'vitest';

import { fillPlatforms } from '../../src/app/platform-overview.ts';
import { PLATFORM_NAMES } from '../../src/exporter/connectors/connectors.ts';
import { readDocument } from '../support/documents.ts';

const PATH = 'docs/connectors/README.md';

describe(PATH, () => {
  const page = readDocument(PATH);

  it('has a row for each platform, with what the registry says now', () => {
    expect(fillPlatforms(page), 'run: npm run generate').toBe(page);
    expect(PLATFORM_NAMES.length).toBeGreaterThan(10);
    const rows = PLATFORM_NAMES.filter((name) => page.includes(`](${name}.md) | \`${name}\` |`));
    expect(rows).toEqual(PLATFORM_NAMES);
  });

  it('is found stale, or without the block, when it is', () => {
    const stale = page.replace('| `sql` | yes |', '| `sql` | – |');
    expect(stale).not.toBe(page);
    expect(fillPlatforms(stale)).toBe(page);
    expect(() => fillPlatforms('# CRM platforms\n')).toThrow('has no block <!-- platforms -->');
  });
});
