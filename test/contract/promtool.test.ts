import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ALERT_NAMES } from '../../src/catalog/catalog.ts';
import {
  generateDashboardFiles,
  listDashboardExpressions,
} from '../../src/dashboards/dashboards.ts';
import { generateMetricsDocument, generateRuleFiles } from '../../src/rules/rules.ts';
import { writeReducedTest } from '../support/needed-rules.ts';
import { runbookBlocks } from '../support/runbook-blocks.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'crmwatch-promtool-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const isMissing = spawnSync('promtool', ['--version']).error !== undefined;

function promtool(...args: readonly string[]): {
  readonly status: number | null;
  readonly text: string;
} {
  const run = spawnSync('promtool', args, { cwd: ROOT, encoding: 'utf8' });
  return { status: run.status, text: `${run.stdout}${run.stderr}` };
}

/** Whether Prometheus can parse them all: each becomes a rule of a file that is checked. */
function checkExpressions(expressions: readonly string[]): ReturnType<typeof promtool> {
  const file = join(scratch, 'expressions.json');
  const rules = expressions.map((expr, index) => ({ record: `expression:${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'expressions', rules }] }));
  return promtool('check', 'rules', file);
}

describe('the committed generated files', () => {
  const generated = [
    ...generateRuleFiles(),
    ...generateDashboardFiles(),
    generateMetricsDocument(),
  ];

  it.each(generated)('$path is what the catalog gives', ({ path, text }) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
  });

  it('have no others beside them', () => {
    const committed = ['alert-rules', 'alert-rules/tests', 'grafana'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
        .map((entry) => `${folder}/${entry.name}`),
    );
    expect(committed.filter((path) => !generated.some((file) => file.path === path))).toEqual([]);
  });
});

describe('promtool', () => {
  it.skipIf(isMissing)('accepts the rules without a complaint', () => {
    const { status, text } = promtool(
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      'alert-rules/recording.yaml',
      'alert-rules/alerts.yaml',
    );
    expect(text).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });

  it.skipIf(isMissing)(
    'proves that every alert fires, stays quiet, resolves and bears no data',
    () => {
      const tests = readdirSync(join(ROOT, 'alert-rules/tests'));
      expect(tests.toSorted()).toEqual(
        ['recording', ...ALERT_NAMES].map((name) => `${name}.test.yaml`).toSorted(),
      );
      // With all rules, as people run them, and then each with its own.
      const whole = ['recording', 'CrmApiSlow'].map(
        (name) => `alert-rules/tests/${name}.test.yaml`,
      );
      const files = [...whole, ...ALERT_NAMES.map((name) => writeReducedTest(ROOT, name, scratch))];
      const { status, text } = promtool('test', 'rules', ...files);
      expect(text.match(/^ {2}SUCCESS$/gm)?.length, text).toBe(files.length);
      expect(status).toBe(0);
    },
    240_000,
  );

  it.skipIf(isMissing)('fails the unit tests when an alert no longer fires', () => {
    for (const { path, text } of generateRuleFiles()) {
      const name = path.split('/').at(-1) ?? path;
      const spoilt = name === 'alerts.yaml' ? text.replaceAll('> 0\n', '> 5\n') : text;
      writeFileSync(join(scratch, name), spoilt.replaceAll('../', ''));
    }
    const { status, text } = promtool(
      'test',
      'rules',
      join(scratch, 'CrmPrivilegedUsersIncreased.test.yaml'),
    );
    expect(text).toContain('FAILED');
    expect(status).not.toBe(0);
  });

  it.skipIf(isMissing)('parses every expression of the dashboards', () => {
    const expressions = listDashboardExpressions({ target: 'crm1', rateInterval: '1m' });
    const { status, text } = checkExpressions(expressions.map(({ expression }) => expression));
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it.skipIf(isMissing)('parses every query of the runbooks, and refuses a broken one', () => {
    const queries = ALERT_NAMES.flatMap((name) => runbookBlocks(name, 'promql'));
    const { status, text } = checkExpressions(queries);
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
    expect(checkExpressions(['sum(']).status).not.toBe(0);
  });
});
