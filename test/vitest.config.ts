import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { createReportWriter } from './gate/reporter.ts';

/** Names of suites and paths count from the root of the repository. */
const root = join(import.meta.dirname, '..');
/** What is polled for comes when it comes: a busy machine may pause for seconds. */
const PATIENT = { poll: { timeout: 30_000 } };
/** Vitest would leave one of them to itself, and one of two is half of the machine. */
const WORKERS = availableParallelism();
const reportPath = process.env['CRMWATCH_TEST_REPORT'];

/**
 * Three suites. unit: no network beyond loopback, no program beside Node. contract: what leaves the project is held
 * against the programs and specifications that read it. e2e: whole chains on real servers.
 */
const config: ViteUserConfig = defineConfig({
  root,
  test: {
    reporters: ['default', ...(reportPath === undefined ? [] : [createReportWriter(reportPath)])],
    projects: [
      {
        root,
        test: {
          name: 'unit',
          // Threads begin sooner than processes.
          pool: 'threads',
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/e2e/**'],
          maxWorkers: WORKERS,
          expect: PATIENT,
          // Generous, because a busy machine of two cores may pause a test for seconds.
          testTimeout: 40_000,
          hookTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          maxWorkers: WORKERS,
          expect: PATIENT,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Two at a time: they mostly wait, and the set-up of one fills the pauses of the other.
          maxWorkers: 2,
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

export default config;
