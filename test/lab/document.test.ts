import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { printedIn, writePrinted } from './document.ts';

const folder = createTemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const TEXT = `# Title

<!-- printed by the training -->
\`\`\`text
old
\`\`\`
<!-- end -->

between

<!-- printed by the evaluation -->
\`\`\`text
other
\`\`\`
<!-- end -->

after
`;

describe('what commands print in a document', () => {
  it('is written into its own place, and read from there', () => {
    const file = join(folder.path, 'document.md');
    writeFileSync(file, TEXT);
    writePrinted(file, 'printed by the training', 'first line\n  second line\n');
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(TEXT.replace('old', 'first line\n  second line'));
    expect(printedIn(text, 'printed by the training')).toBe('first line\n  second line');
    expect(printedIn(text, 'printed by the evaluation')).toBe('other');
  });

  it('needs its place', () => {
    const file = join(folder.path, 'other.md');
    writeFileSync(file, '# Title\n');
    expect(() => writePrinted(file, 'printed by the training', 'x')).toThrow(
      'the document has no place for what is printed by the training',
    );
  });
});
