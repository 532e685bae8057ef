import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findProgram, runProgram } from '../../support/program.ts';
import { decodeRecording } from './recording.ts';
import type { FileEvent } from './recording.ts';

const SOURCE = join(import.meta.dirname, 'recorder.c');
const CHILD = join(import.meta.dirname, 'recorded-child.ts');
const ACKNOWLEDGEMENTS = 'acknowledged';
const TIMEOUT_MS = 300_000;

const compiler = ['cc', 'gcc', 'clang'].map((name) => findProgram(name)).find((file) => file);

/** Why nothing can be recorded here, or undefined when it can. */
export function recorderMissing(): string | undefined {
  if (process.platform !== 'linux') return 'files are recorded on Linux alone';
  return compiler === undefined ? 'no C compiler: install gcc and libc6-dev' : undefined;
}

export type RecordingRequest = {
  readonly seed: number;
  readonly deliveries: number;
  /** OFF proves that what is lost is seen. */
  readonly synchronous: 'FULL' | 'OFF';
};

/** Everything that a responder did to its files while it took deliveries, with the moment of each acknowledgement. */
export async function recordLoad(request: RecordingRequest): Promise<readonly FileEvent[]> {
  const { seed, deliveries, synchronous } = request;
  const place = mkdtempSync(join(tmpdir(), 'crmwatch-record-'));
  try {
    const library = join(place, 'recorder.so');
    const recorded = join(place, 'recorded');
    const recording = join(place, 'recording');
    const logFile = join(place, 'log');
    mkdirSync(recorded);
    await runProgram(compiler ?? 'cc', {
      arguments: ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl', '-lpthread'],
      timeoutMs: TIMEOUT_MS,
      logFile,
    });
    await runProgram(process.execPath, {
      arguments: [CHILD, recorded, String(seed), String(deliveries), synchronous],
      environment: {
        LD_PRELOAD: library,
        CRMWATCH_RECORD_FOLDER: recorded,
        CRMWATCH_RECORD_LOG: recording,
      },
      timeoutMs: TIMEOUT_MS,
      logFile,
    });
    const options = { folder: recorded, acknowledgements: ACKNOWLEDGEMENTS };
    return decodeRecording(readFileSync(recording), options);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
