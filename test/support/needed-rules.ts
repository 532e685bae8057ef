import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';

type Rule = { readonly record?: string; readonly alert?: string; readonly expr: string };
type Group = { readonly name: string; readonly rules: readonly Rule[] };
type UnitTest = { readonly rule_files: readonly string[] };

/**
 * A unit test for promtool as it is committed, but with those alone of the committed rules that the alert needs: its
 * own, and whatever recorded series they name. promtool evaluates all rules that it is given at each step of each test,
 * of which an alert needs five of some two hundred. Gives the path of the test.
 */
export function writeReducedTest(root: string, alert: string, folder: string): string {
  const test = load(
    readFileSync(join(root, 'alert-rules/tests', `${alert}.test.yaml`), 'utf8'),
  ) as UnitTest;
  const groups = test.rule_files.flatMap(
    (file) =>
      (load(readFileSync(join(root, 'alert-rules/tests', file), 'utf8')) as { groups: Group[] })
        .groups,
  );
  const rules = groups.flatMap((group) => group.rules);
  const needed = new Set(rules.filter((rule) => rule.alert === alert));
  // A set goes on over what is added to it meanwhile.
  for (const { expr } of needed) {
    for (const rule of rules) if (isNamed(rule.record, expr)) needed.add(rule);
  }
  const reduced = groups.map((group) => ({
    ...group,
    rules: group.rules.filter((rule) => needed.has(rule)),
  }));
  const rulesFile = join(folder, `${alert}.rules.yaml`);
  writeFileSync(rulesFile, dump({ groups: reduced }, { lineWidth: -1 }));
  const testFile = join(folder, `${alert}.reduced.test.yaml`);
  writeFileSync(testFile, dump({ ...test, rule_files: [rulesFile] }, { lineWidth: -1 }));
  return testFile;
}

function isNamed(record: string | undefined, expression: string): boolean {
  if (record === undefined) return false;
  const found = expression.indexOf(record);
  return found >= 0 && !/[\w:]/.test(expression.charAt(found + record.length));
}
