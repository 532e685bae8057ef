import { describe, expect, it } from 'vitest';
import { ALERTS, FAULT_CLASSES, FAULT_CLASS_NAMES } from '../../../src/catalog/catalog.ts';
import { RUNBOOKS, generateFaultsDocument } from '../../../src/responder/repair/repair.ts';

describe('docs/FAULTS.md', () => {
  const { path, text } = generateFaultsDocument();

  it('has a heading, the definition, the evidence and the whole runbook of each class', () => {
    expect(path).toBe('docs/FAULTS.md');
    for (const name of FAULT_CLASS_NAMES) {
      const [, section = ''] = text.split(`\n## ${name}\n`);
      const own = section.split('\n## ')[0] ?? '';
      expect(own).toContain(FAULT_CLASSES[name].description);
      expect(own).toContain(FAULT_CLASSES[name].distinction);
      for (const alert of FAULT_CLASSES[name].evidence.alerts) expect(own).toContain(`[${alert}]`);
      for (const { text: step } of RUNBOOKS[name].steps) expect(own).toContain(step);
      for (const line of RUNBOOKS[name].avoid) expect(own).toContain(line);
    }
  });
});

describe('fault classes', () => {
  it.each(FAULT_CLASS_NAMES)(
    '%s is told from every other class by what is expected of it',
    (name) => {
      const evidenceOf = (other: keyof typeof FAULT_CLASSES): string =>
        JSON.stringify(FAULT_CLASSES[other].evidence);
      const alike = FAULT_CLASS_NAMES.filter(
        (other) => other !== name && evidenceOf(other) === evidenceOf(name),
      );
      expect(alike).toEqual([]);
      expect(FAULT_CLASSES[name].evidence.alerts.length).toBeGreaterThan(0);
    },
  );

  it('between them expect every alert that is about a CRM', () => {
    const expected = new Set(
      FAULT_CLASS_NAMES.flatMap((name) => FAULT_CLASSES[name].evidence.alerts),
    );
    // A plugin looks at whatever its author likes, so its alert is evidence of no class.
    const about = Object.entries(ALERTS).filter(
      ([name, { area }]) => area !== 'pipeline' && name !== 'CrmPluginFailed',
    );
    expect(about.filter(([name]) => !expected.has(name as keyof typeof ALERTS))).toEqual([]);
  });
});
