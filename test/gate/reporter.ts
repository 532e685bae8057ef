import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import type { TestOutcome, TestReport } from './report.ts';

/** A reporter for vitest that writes what `test/run.ts` counts: every test with its outcome, and every error outside one. */
export function createReportWriter(path: string): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors): void {
      const report: TestReport = {
        tests: modules.flatMap(outcomesOf),
        errors: [
          ...modules.flatMap((module) =>
            module.errors().map((error) => `${fileOf(module)}: ${error.message}`),
          ),
          ...unhandledErrors.map((error) => `outside any test: ${error.message}`),
        ],
      };
      writeFileSync(path, JSON.stringify(report));
    },
  };
}

function fileOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}

function outcomesOf(module: TestModule): readonly TestOutcome[] {
  return [...module.children.allTests()].map((test) => {
    const result = test.result();
    return {
      file: fileOf(module),
      name: test.fullName,
      // A test that never came to its end was not passed, whatever the reason.
      state: result.state === 'pending' ? 'failed' : result.state,
      note: result.state === 'skipped' ? (result.note ?? '') : '',
    };
  });
}
