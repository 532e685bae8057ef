import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxAddresses, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSilentLogger } from '../../src/std/std.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => { data: Row[]; meta: { total: number } } & Record<string, unknown>;
};

export type TestSandbox = AsyncDisposable & {
  readonly sandbox: Sandbox;
  readonly addresses: SandboxAddresses;
  readonly clock: ManualClock;
  readonly databaseFile: string;
  /** A request with the monitoring token; other headers and methods as `fetch` takes them. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
  /** Every row of a list, over all its pages. */
  rows(list: string, query?: string): Promise<readonly Row[]>;
  /** Moves time on in small steps until the promise is settled. */
  settle<T>(promise: Promise<T>): Promise<T>;
};

/** A small sandbox in a folder of its own, on a clock that stands still. */
export async function startSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-sandbox-'));
  const databaseFile = join(folder, 'sandbox.db');
  const clock = createManualClock();
  const sandbox = createSandbox({
    databaseFile,
    customers: 150,
    clock,
    random: createSeededRandom(7),
    logger: createSilentLogger(),
    ...options,
  });
  const addresses = await sandbox.start().catch((error: unknown) => {
    rmSync(folder, { recursive: true });
    throw error;
  });

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${addresses.token}`);
    const response = await fetch(addresses.url + path, { ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as ReturnType<Answer['json']>,
    };
  }

  return {
    sandbox,
    addresses,
    clock,
    databaseFile,
    ask,
    async rows(list, query = '') {
      const all: Row[] = [];
      for (let page = 1; ; page++) {
        const answer = await ask(`/api/${list}?per_page=1000&page=${page}${query}`);
        if (answer.status !== 200) throw new Error(`${list}: ${answer.status} ${answer.text}`);
        const { data, meta } = answer.json();
        all.push(...data);
        if (all.length >= meta.total || data.length === 0) return all;
      }
    },
    async settle(promise) {
      const state = { settled: false };
      const mark = (): void => void (state.settled = true);
      promise.then(mark, mark);
      while (!state.settled) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(10);
      }
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Lets real network traffic happen until the check holds; the suite's own time limit ends it. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}
