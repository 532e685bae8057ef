import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/std/std.ts';
import { createDisk } from './disk.ts';
import type { DiskOptions } from './disk.ts';
import { decodeRecording } from './recording.ts';
import type { FileEvent } from './recording.ts';

const SECTOR = 512;

const create = (name: string): FileEvent => ({ kind: 'created', name });
const write = (name: string, position: number, text: string): FileEvent => ({
  kind: 'written',
  name,
  position,
  data: Buffer.from(text),
});
const sync = (name: string): FileEvent => ({ kind: 'synced', name });
const syncFolder: FileEvent = { kind: 'folder_synced' };

/** All that may be left of a file, over many power cuts. */
function leftovers(
  events: readonly FileEvent[],
  name: string,
  options?: DiskOptions,
): ReadonlySet<string> {
  const disk = createDisk(options);
  for (const event of events) disk.apply(event);
  return new Set(
    Array.from({ length: 300 }, (_, seed) => {
      const content = disk.cut(createSeededRandom(seed)).get(name);
      return content === undefined ? '(no file)' : content.toString().replaceAll('\0', '.');
    }),
  );
}

describe('a disk that loses power', () => {
  it('keeps what was synced, whatever else it loses', () => {
    const events = [create('a'), write('a', 0, 'one'), sync('a'), syncFolder];
    expect(leftovers(events, 'a')).toEqual(new Set(['one']));
  });

  it('keeps, loses or only makes room for what was not', () => {
    const events = [create('a'), write('a', 0, 'one'), sync('a'), syncFolder, write('a', 3, 'two')];
    expect(leftovers(events, 'a')).toEqual(new Set(['one', 'onetwo', 'one...']));
  });

  it('writes later things before earlier ones', () => {
    const events = [create('a'), syncFolder, write('a', 0, 'one'), write('a', 3, 'two')];
    expect(leftovers(events, 'a')).toContain('...two');
  });

  it('tears a write at the grain of its sectors', () => {
    const first = 'a'.repeat(SECTOR);
    const events = [create('a'), syncFolder, write('a', 0, `${first}${'b'.repeat(SECTOR)}`)];
    expect(leftovers(events, 'a')).toContain(first);
    for (const left of leftovers(events, 'a')) expect(left).toMatch(/^(\.*|a*|a*b*|\.*b*)$/);
  });

  it('knows the name of a file only once its folder was synced', () => {
    const events = [create('a'), write('a', 0, 'one'), sync('a')];
    expect(leftovers(events, 'a')).toEqual(new Set(['(no file)', 'one']));
    const gone: FileEvent = { kind: 'unlinked', name: 'a' };
    expect(leftovers([...events, syncFolder, gone], 'a')).toEqual(new Set(['(no file)', 'one']));
    expect(leftovers([...events, gone, syncFolder], 'a')).toEqual(new Set(['(no file)']));
  });

  it('renames and cuts files', () => {
    const events: readonly FileEvent[] = [
      create('a'),
      write('a', 0, 'onetwo'),
      { kind: 'cut', name: 'a', length: 3 },
      sync('a'),
      { kind: 'renamed', name: 'a', to: 'b' },
      syncFolder,
    ];
    expect(leftovers(events, 'b')).toEqual(new Set(['one']));
    expect(leftovers(events, 'a')).toEqual(new Set(['(no file)']));
  });

  it('may lie about a sync', () => {
    const events = [create('a'), write('a', 0, 'one'), sync('a'), syncFolder];
    expect(leftovers(events, 'a', { isLying: true })).toContain('');
  });

  it('holds after a sync what any file would hold', () => {
    const change = fc.oneof(
      fc.record({ position: fc.nat(40), text: fc.string({ minLength: 1, maxLength: 8 }) }),
      fc.record({ length: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        let expected = Buffer.alloc(0);
        const disk = createDisk();
        disk.apply(create('a'));
        for (const one of changes) {
          if ('text' in one) {
            const data = Buffer.from(one.text);
            const next = Buffer.alloc(Math.max(expected.length, one.position + data.length));
            expected.copy(next);
            data.copy(next, one.position);
            expected = next;
            disk.apply({ kind: 'written', name: 'a', position: one.position, data });
          } else {
            const next = Buffer.alloc(one.length);
            expected.copy(next);
            expected = next;
            disk.apply({ kind: 'cut', name: 'a', length: one.length });
          }
        }
        disk.apply(sync('a'));
        disk.apply(syncFolder);
        expect(disk.cut(createSeededRandom(1)).get('a')).toEqual(expected);
      }),
    );
  });
});

function encode(kind: string, path: string, position: number, data = ''): Buffer {
  const header = Buffer.alloc(15);
  header.write(kind, 0);
  header.writeUInt16LE(path.length, 1);
  header.writeUInt32LE(data.length, 3);
  header.writeBigUInt64LE(BigInt(position), 7);
  return Buffer.concat([header, Buffer.from(path), Buffer.from(data)]);
}

describe('a recording', () => {
  const options = { folder: '/disk', acknowledgements: 'told' };

  it('is read in order, with names counted from the folder', () => {
    const bytes = Buffer.concat([
      encode('c', '/disk/a', 0),
      encode('w', '/disk/a', 7, 'text'),
      encode('s', '/disk/a', 0),
      encode('d', '/disk', 0),
      encode('c', '/disk/told', 0),
      encode('w', '/disk/told', 0, 'd1\nd2\n'),
      encode('w', '/disk/a-shm', 0, 'index'),
      encode('r', '/disk/a', 0, '/disk/b'),
    ]);
    expect(decodeRecording(bytes, options)).toEqual([
      create('a'),
      write('a', 7, 'text'),
      sync('a'),
      syncFolder,
      { kind: 'acknowledged', what: 'd1' },
      { kind: 'acknowledged', what: 'd2' },
      { kind: 'renamed', name: 'a', to: 'b' },
    ]);
  });

  it('is refused when something was changed in a way that it does not tell', () => {
    const bytes = encode('x', '/disk/a', 0, 'mmap');
    expect(() => decodeRecording(bytes, options)).toThrow('a was changed by mmap');
  });
});
