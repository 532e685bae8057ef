import { closeSync, fsyncSync, openSync, readFileSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MEGABYTE = 1024 * 1024;
const TICKS_PER_SECOND = 100;
const TMPFS_MAGIC = 0x01021994;

export type ProcessFacts = {
  readonly residentMegabytes: number;
  /** Since its start. */
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
};

/** What the kernel knows of a process: /proc/PID/status and stat, see proc(5). Linux only. */
export function readProcess(processId: number): ProcessFacts {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  const kibibytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN);
  // The name of the program stands in brackets and may hold anything.
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1) ?? '';
  const fields = stat.split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    residentMegabytes: (kibibytes('VmRSS') * 1024) / MEGABYTE,
    peakMegabytes: (kibibytes('VmHWM') * 1024) / MEGABYTE,
    cpuSeconds: ticks / TICKS_PER_SECOND,
  };
}

/** Whether a folder is in memory, where fsync costs nothing and proves nothing. */
export function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS_MAGIC;
}

const SYNCS = 51;
const BLOCK_BYTES = 4096;

/** The median time of a write of 4 kB with fsync, in a file that grows. */
export function measureSyncMs(folder: string): number {
  const file = openSync(join(folder, 'sync'), 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  try {
    const durations = Array.from({ length: SYNCS }, () => {
      const beginMs = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      return performance.now() - beginMs;
    });
    return durations.toSorted((left, right) => left - right)[SYNCS >> 1] ?? Number.NaN;
  } finally {
    closeSync(file);
  }
}
