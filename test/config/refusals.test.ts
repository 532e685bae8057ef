import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, formatProblems, loadConfig, parseYaml } from '../../src/config/config.ts';
import { connectionDecoder } from '../../src/exporter/connectors/connectors.ts';
import { CrmwatchError } from '../../src/std/std.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/config');
const MARK = '# expected:\n';
const fixtures = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** In the order of the registry, to which platforms are added. */
const platforms = connectionDecoder.shape.kind === 'union' ? connectionDecoder.shape.variants : {};

/** Each fixture ends with the exact report that it earns, as comments. */
function expectedReport(name: string): string {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const lines = text
    .slice(text.lastIndexOf(MARK) + MARK.length)
    .trimEnd()
    .split('\n');
  const names = Object.keys(platforms).join(', ');
  return lines.map((line) => line.replace(/^# /, '').replace('<platforms>', names)).join('\n');
}

function report(name: string, environment: Record<string, string> = {}): string {
  const result = checkConfig(join(FOLDER, name), environment);
  if (result.ok) return 'good';
  return formatProblems(result.problems).replaceAll(`${FOLDER}/${name}`, name);
}

describe('refused configurations', () => {
  it('has a fixture for every way to go wrong', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(19);
  });

  it.each(fixtures)('%s earns exactly its report', (name) => {
    expect(report(name).replaceAll(FOLDER, '<folder>')).toBe(expectedReport(name));
  });

  it.each(fixtures)('%s tells a remedy for every problem', (name) => {
    const result = checkConfig(join(FOLDER, name), {});
    const problems = result.ok ? [] : result.problems;
    expect(problems).not.toHaveLength(0);
    for (const { place, message, remedy } of problems) {
      expect(remedy, `${place}: ${message}`).not.toBe('');
      expect(message).not.toBe('');
    }
  });

  it('never repeats a secret that was written into the file', () => {
    const text = report('secret-in-the-file.yaml');
    expect(text).not.toContain('eyJhbGciOi');
    expect(text).not.toContain('monitor:secret');
  });

  it('takes a secret from the environment once it is set', () => {
    expect(report('unset-environment-variable.yaml', { CRMWATCH_TEST_UNSET: '' })).not.toBe('good');
    expect(report('unset-environment-variable.yaml', { CRMWATCH_TEST_UNSET: 'x' })).toBe('good');
  });

  it('throws all problems in one error where a good configuration is needed', () => {
    const path = join(FOLDER, 'everything-at-once.yaml');
    const error = caught(() => loadConfig(path, {}));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toContain(`${path} has 6 problems:\n`);
    expect(error.message.replaceAll(FOLDER, '<folder>')).toContain(
      expectedReport('everything-at-once.yaml'),
    );
    expect(error.remedy).toBe(`mend these and try: crmwatch check-config ${path}`);
  });

  it('reads a file that begins with many remarks as fast as any other', () => {
    const remarks = Array.from({ length: 200 }, (_, index) => `# remark ${index}\n`).join('');
    expect(parseYaml(`${remarks}log_level: warn\n`, 'x')).toEqual({
      ok: true,
      value: { log_level: 'warn' },
    });
    expect(parseYaml(`${remarks}\n \n`, 'x').ok).toBe(false);
  });

  it('says when there is no file, and when a folder was named', () => {
    const missing = caught(() => checkConfig('/nonexistent/crmwatch.yaml', {}));
    expect(missing).toMatchObject({
      code: 'config_invalid',
      message: 'there is no file /nonexistent/crmwatch.yaml',
      remedy: 'name a configuration file that can be read; README.md has ten lines to start with',
    });
    expect(caught(() => checkConfig(FOLDER, {})).message).toBe(`${FOLDER} is a folder`);
  });
});

function caught(run: () => unknown): CrmwatchError {
  try {
    run();
  } catch (error) {
    if (error instanceof CrmwatchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
