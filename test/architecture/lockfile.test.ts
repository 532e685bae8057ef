import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMissing } from '../../deploy/setup/complete-lockfile.ts';
import { ROOT } from './imports.ts';

const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');

describe('package-lock.json', () => {
  it('has every optional platform package (else run: node deploy/setup/complete-lockfile.ts)', () => {
    expect(findMissing(JSON.parse(text))).toEqual([]);
  });

  it('is found wanting when one is left out', () => {
    const lockfile = {
      packages: {
        'node_modules/a': {
          dev: true,
          optionalDependencies: { 'a-linux-x64': '1.0.0', 'a-win32-x64': '1.0.0' },
        },
        'node_modules/a-linux-x64': { version: '1.0.0' },
      },
    };
    expect(findMissing(lockfile)).toEqual([{ name: 'a-win32-x64', version: '1.0.0', dev: true }]);
  });

  it('names no download address, so that any registry serves it', () => {
    expect(text).not.toContain('"resolved"');
  });
});
