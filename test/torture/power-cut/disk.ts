import { unreachable } from '../../../src/std/std.ts';
import type { Random } from '../../../src/std/std.ts';
import type { FileEvent } from './recording.ts';

/** What the files held after a power cut. */
export type Image = ReadonlyMap<string, Buffer>;

/**
 * A disk as it may lose power. What was synced is there. Each later change is there, or absent, or torn at the grain
 * of sectors, whichever the others are: a disk writes in the order that it likes. Names in the folder are durable
 * once the folder was synced, and not before.
 */
export type Disk = {
  apply(event: FileEvent): void;
  /** What is left if the power fails now; other random numbers leave something else. */
  cut(random: Random): Image;
};

export type DiskOptions = {
  /** A disk that says that it has written what it has not: to prove that losses are seen. */
  readonly isLying?: boolean;
};

/** Each sector of 512 bytes is written whole or not at all; the smallest grain of any disk that is sold. */
const SECTOR_BYTES = 512;

type Change =
  | { readonly kind: 'written'; readonly position: number; readonly data: Buffer }
  | { readonly kind: 'cut'; readonly length: number };

/** One file, whatever its name; it lives on under a name that is not durably gone. */
type Content = { durable: Buffer; pending: Change[] };
type Naming = (names: Map<string, Content>) => void;

export function createDisk({ isLying = false }: DiskOptions = {}): Disk {
  let durableNames = new Map<string, Content>();
  const names = new Map<string, Content>();
  let namings: Naming[] = [];

  function contentOf(name: string): Content {
    const content = names.get(name);
    if (content === undefined) throw new Error(`${name} was changed and never created`);
    return content;
  }

  function rename(naming: Naming): void {
    naming(names);
    namings.push(naming);
  }

  return {
    apply(event) {
      switch (event.kind) {
        case 'created': {
          const content: Content = { durable: Buffer.alloc(0), pending: [] };
          return rename((all) => void all.set(event.name, content));
        }
        case 'unlinked':
          return rename((all) => void all.delete(event.name));
        case 'renamed': {
          const content = contentOf(event.name);
          return rename((all) => void (all.delete(event.name), all.set(event.to, content)));
        }
        case 'written':
        case 'cut':
          return void contentOf(event.name).pending.push(event);
        case 'synced': {
          const content = contentOf(event.name);
          if (isLying) return;
          content.durable = applyAll(content.durable, content.pending);
          content.pending = [];
          return;
        }
        case 'folder_synced':
          durableNames = new Map(names);
          namings = [];
          return;
        case 'acknowledged':
          return;
        default:
          unreachable(event);
      }
    },
    cut(random) {
      const mood = chooseMood(random);
      const left = new Map(durableNames);
      for (const naming of namings) if (random.next() < mood.keptRatio) naming(left);
      return new Map([...left].map(([name, content]) => [name, cutContent(content, random, mood)]));
    },
  };
}

type Mood = { readonly keptRatio: number; readonly tornRatio: number };

/** Now and then nothing that was not synced is there, or all of it; mostly some. */
function chooseMood(random: Random): Mood {
  const chance = random.next();
  if (chance < 0.25) return { keptRatio: 0, tornRatio: 0 };
  if (chance < 0.35) return { keptRatio: 1, tornRatio: 0 };
  return { keptRatio: random.next(), tornRatio: 0.3 };
}

function applyAll(content: Buffer, changes: readonly Change[]): Buffer {
  // One larger piece of memory, instead of one for each change.
  const length = changes.reduce(
    (longest, change) => Math.max(longest, endOf(change)),
    content.length,
  );
  const whole = Buffer.alloc(length);
  content.copy(whole);
  let used = content.length;
  for (const change of changes) {
    if (change.kind === 'written') {
      change.data.copy(whole, change.position);
      used = Math.max(used, endOf(change));
    } else {
      whole.fill(0, Math.min(change.length, used), used);
      used = change.length;
    }
  }
  return whole.subarray(0, used);
}

function endOf(change: Change): number {
  return change.kind === 'written' ? change.position + change.data.length : change.length;
}

function cutContent({ durable, pending }: Content, random: Random, mood: Mood): Buffer {
  const kept = pending.flatMap((change): readonly Change[] => {
    if (change.kind === 'written' && random.next() < mood.tornRatio) return tear(change, random);
    if (random.next() < mood.keptRatio) return [change];
    // The length of a file may be on the disk before what is in it.
    return random.next() < 0.5 ? [] : lengthen(change);
  });
  return applyAll(durable, kept);
}

function lengthen(change: Change): readonly Change[] {
  if (change.kind === 'cut') return [];
  // A write of nothing beyond the end.
  return [{ kind: 'written', position: endOf(change), data: Buffer.alloc(0) }];
}

/** Some of its sectors, each whole. */
function tear(
  { position, data }: Extract<Change, { kind: 'written' }>,
  random: Random,
): readonly Change[] {
  const parts: Change[] = [];
  for (let from = 0; from < data.length;) {
    const sectorEnd = SECTOR_BYTES - ((position + from) % SECTOR_BYTES);
    const to = Math.min(data.length, from + sectorEnd);
    if (random.next() < 0.5) {
      parts.push({ kind: 'written', position: position + from, data: data.subarray(from, to) });
    }
    from = to;
  }
  return parts;
}
