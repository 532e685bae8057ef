import { relative } from 'node:path';

/** One change of a file, as recorder.c wrote it down; names are relative to the folder that was recorded. */
export type FileEvent =
  | { readonly kind: 'created' | 'unlinked' | 'synced'; readonly name: string }
  | {
      readonly kind: 'written';
      readonly name: string;
      readonly position: number;
      readonly data: Buffer;
    }
  | { readonly kind: 'cut'; readonly name: string; readonly length: number }
  | { readonly kind: 'renamed'; readonly name: string; readonly to: string }
  | { readonly kind: 'folder_synced' }
  /** Something was acknowledged: told to the world as safe. */
  | { readonly kind: 'acknowledged'; readonly what: string };

const HEADER_BYTES = 15;

export type RecordingOptions = {
  readonly folder: string;
  /** What is written to this file is not part of the disk: each line names what was acknowledged. */
  readonly acknowledgements: string;
};

/** Throws when something was changed in a way that the recorder cannot follow, so that nothing is proved falsely. */
export function decodeRecording(bytes: Buffer, options: RecordingOptions): readonly FileEvent[] {
  const { folder, acknowledgements } = options;
  const events: FileEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const kind = String.fromCharCode(bytes.readUInt8(at));
    const pathLength = bytes.readUInt16LE(at + 1);
    const dataLength = bytes.readUInt32LE(at + 3);
    const position = Number(bytes.readBigUInt64LE(at + 7));
    const dataAt = at + HEADER_BYTES + pathLength;
    const name = relative(folder, bytes.toString('utf8', at + HEADER_BYTES, dataAt));
    const data = bytes.subarray(dataAt, dataAt + dataLength);
    at = dataAt + dataLength;
    if (name === acknowledgements) {
      if (kind === 'w') events.push(...acknowledged(data));
      // Made anew at each start from memory that does not outlive the machine.
    } else if (!name.endsWith('-shm'))
      events.push(decodeEvent(kind, { name, position, data, folder }));
  }
  return events;
}

function acknowledged(data: Buffer): readonly FileEvent[] {
  const lines = data.toString().trimEnd().split('\n');
  return lines.map((what) => ({ kind: 'acknowledged', what }));
}

type Fields = {
  readonly name: string;
  readonly position: number;
  readonly data: Buffer;
  readonly folder: string;
};

function decodeEvent(kind: string, { name, position, data, folder }: Fields): FileEvent {
  switch (kind) {
    case 'c':
      return { kind: 'created', name };
    case 'w':
      return { kind: 'written', name, position, data };
    case 't':
      return { kind: 'cut', name, length: position };
    case 's':
      return { kind: 'synced', name };
    case 'd':
      return { kind: 'folder_synced' };
    case 'u':
      return { kind: 'unlinked', name };
    case 'r':
      return { kind: 'renamed', name, to: relative(folder, data.toString()) };
    default:
      throw new Error(`${name} was changed by ${data.toString() || kind}, which is not recorded`);
  }
}
