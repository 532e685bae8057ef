import { describe, expect, it } from 'vitest';
import { FAULT_CLASS_NAMES, NO_FAULT, UNKNOWN_FAULT } from '../../../src/catalog/catalog.ts';
import type { DiagnosisAnswer } from '../../../src/catalog/catalog.ts';
import { RUNBOOKS, suggestSteps } from '../../../src/responder/repair/repair.ts';

const ANSWERS: readonly DiagnosisAnswer[] = [...FAULT_CLASS_NAMES, NO_FAULT, UNKNOWN_FAULT];

describe('runbooks', () => {
  it.each(ANSWERS)('say what to do about %s', (answer) => {
    const { title, steps, avoid } = RUNBOOKS[answer];
    expect(title).not.toBe('');
    expect(steps.length).toBeGreaterThanOrEqual(3);
    expect(avoid.length).toBeGreaterThanOrEqual(1);
  });

  it('name the target, the suspected component first and the pages of the alerts last', () => {
    const component = { name: 'web server', score: 1, why: 'connections are refused' };
    const alertNames = ['CrmUnreachable', 'CrmUnreachable'];
    const plan = suggestSteps(['service_outage'], component, { target: 'shop', alertNames });
    expect(plan.steps[0]?.text).toBe('Look at web server first: connections are refused.');
    expect(plan.steps.at(-1)).toEqual({
      text: 'Read what CrmUnreachable means.',
      link: 'docs/runbooks/CrmUnreachable.md',
    });
    expect(plan.steps.filter(({ link }) => link?.includes('runbooks')).length).toBe(1);
    expect(plan.steps.at(-2)?.link).toBe('docs/FAULTS.md#service_outage');
    expect(JSON.stringify(plan)).toContain('target=shop');
    expect(JSON.stringify(plan)).not.toContain('{target}');
  });
});
