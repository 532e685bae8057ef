import { defineConfig } from 'vitest/config';
import { createReportWriter } from './test/gate/reporter.ts';

const reportPath = process.env['CRMWATCH_TEST_REPORT'];

/**
 * Three suites. unit: no network beyond loopback, no program beside Node. contract: what leaves the project is held
 * against the programs and specifications that read it. e2e: whole chains on real servers.
 */
export default defineConfig({
  test: {
    reporters: ['default', ...(reportPath === undefined ? [] : [createReportWriter(reportPath)])],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/e2e/**'],
          // Generous, because a busy machine of two cores may pause a test for seconds.
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Two at a time: they mostly wait, and the set-up of one fills the pauses of the other.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
