import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createKeptTexts } from '../../src/app/kept-texts.ts';
import { refusal } from '../support/refusal.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import type { TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

const REMEDY =
  'let crmwatch read and write this file and its folder, or name another one in keep_in';
const inFolder = (name: string): string => join(folder.path, name);
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('kept texts', () => {
  it('survive the process that kept them', () => {
    createKeptTexts(folder.path).write('token', 'first\nof two lines');
    expect(createKeptTexts(folder.path).read('token')).toBe('first\nof two lines');
    createKeptTexts(folder.path).write('token', 'second');
    expect(createKeptTexts(folder.path).read('token')).toBe('second');
    expect(readdirSync(folder.path)).toEqual(['token']);
  });

  it('are found by a whole path as well as from the folder', () => {
    const kept = createKeptTexts('/nowhere');
    kept.write(inFolder('token'), 'text');
    expect(kept.read(inFolder('token'))).toBe('text');
    expect(createKeptTexts(folder.path).read('token')).toBe('text');
  });

  it('are readable by their owner alone, whatever was there before', () => {
    const kept = createKeptTexts(folder.path);
    kept.write('token', 'text');
    expect(modeOf(inFolder('token'))).toBe(0o600);
    chmodSync(inFolder('token'), 0o644);
    kept.write('token', 'text');
    expect(modeOf(inFolder('token'))).toBe(0o600);
    // What a crash left behind, or somebody put there.
    writeFileSync(inFolder('token.new'), '', { mode: 0o666 });
    kept.write('token', 'text');
    expect(modeOf(inFolder('token'))).toBe(0o600);
    writeFileSync(inFolder('other'), 'theirs');
    symlinkSync(inFolder('other'), inFolder('token.new'));
    kept.write('token', 'text');
    expect(readFileSync(inFolder('other'), 'utf8')).toBe('theirs');
    expect(modeOf(inFolder('token'))).toBe(0o600);
  });

  it('are nothing where there is no file, or an empty one', () => {
    const kept = createKeptTexts(folder.path);
    expect(kept.read('token')).toBeUndefined();
    for (const empty of ['', '\n', '  \n\n']) {
      writeFileSync(inFolder('token'), empty);
      expect(kept.read('token')).toBeUndefined();
    }
  });

  it('are read without the end of the line that an editor leaves', () => {
    writeFileSync(inFolder('token'), 'text\r\n');
    expect(createKeptTexts(folder.path).read('token')).toBe('text');
  });

  it('name the folder that is missing', () => {
    const error = refusal(() => createKeptTexts(inFolder('gone')).write('token', 's3cret'));
    expect(error).toMatchObject({ code: 'secret_unreadable', remedy: REMEDY });
    expect(error.message).toBe(`there is no folder ${inFolder('gone')}`);
  });

  it('name the file that is a folder', () => {
    mkdirSync(inFolder('token'));
    const kept = createKeptTexts(folder.path);
    const reading = refusal(() => kept.read('token'));
    expect(reading).toMatchObject({ code: 'secret_unreadable', remedy: REMEDY });
    expect(reading.message).toBe(`${inFolder('token')} is a folder`);
    const writing = refusal(() => kept.write('token', 's3cret'));
    expect(writing.message).toContain(inFolder('token'));
    expect(writing.message).not.toContain('s3cret');
  });

  it('say so when what should be the folder is none', () => {
    writeFileSync(inFolder('file'), '');
    const error = refusal(() => createKeptTexts(inFolder('file')).write('token', 's3cret'));
    expect(error).toMatchObject({ code: 'secret_unreadable', remedy: REMEDY });
    expect(error.message).toContain(inFolder('file'));
  });

  it('name the file in a folder that must not be written', () => {
    // Not even root makes files there.
    const kept = createKeptTexts('/sys');
    const error = refusal(() => kept.write('crmwatch-token', 's3cret'));
    expect(error).toMatchObject({ code: 'secret_unreadable', remedy: REMEDY });
    expect(error.message).toBe('this user may not use /sys/crmwatch-token');
    expect(kept.read('crmwatch-token')).toBeUndefined();
  });
});
