import { faultClassDefinition } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer } from '../../catalog/catalog.ts';
import type { RepairPlan, RepairStep, SuspectedComponent } from '../incidents/incidents.ts';
import { PERFORMANCE_RUNBOOKS } from './performance-runbooks.ts';
import { PIPELINE_RUNBOOKS } from './pipeline-runbooks.ts';
import { QUALITY_RUNBOOKS } from './quality-runbooks.ts';
import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';
import { SECURITY_RUNBOOKS } from './security-runbooks.ts';

export const RUNBOOKS: Runbooks<DiagnosisAnswer> = {
  ...PERFORMANCE_RUNBOOKS,
  ...SECURITY_RUNBOOKS,
  ...QUALITY_RUNBOOKS,
  ...PIPELINE_RUNBOOKS,
  no_fault: {
    title: 'Check for a false alarm',
    steps: [
      step('Look at the dashboard of {target}: is anything but the alert out of the ordinary?'),
      step('Correct the diagnosis here if there is a fault: it is learnt from.'),
      step('No fault: change the threshold of this target in the configuration.', {
        link: 'docs/CONFIGURATION.md',
      }),
    ],
    avoid: ['Do not silence the alert for good.'],
  },
  unknown: {
    title: 'Find the cause by hand',
    steps: [
      step('Read the alerts and what the failed probes say.'),
      step('Ask what was changed shortly before the onset: releases, settings, imports, accounts.'),
      step('Correct the diagnosis here once you know: it is learnt from.'),
    ],
    avoid: ['Do not change several things at once: you would not learn what helped.'],
  },
};

export type RepairContext = {
  readonly target: string | null;
  /** Names of the alerts of the incident; each has a page of its own. */
  readonly alertNames: readonly string[];
};

/**
 * The runbooks for the answers, with the suspected component first and the pages to read last. Where several faults
 * coincide, what is to be done about the surest comes first.
 */
export function suggestSteps(
  answers: readonly [DiagnosisAnswer, ...DiagnosisAnswer[]],
  component: SuspectedComponent | null,
  context: RepairContext,
): RepairPlan {
  const runbooks = answers.map((answer) => RUNBOOKS[answer]);
  const subject = context.target ?? 'the monitoring';
  const fill = (text: string): string => text.replaceAll('{target}', subject);
  const pages = [...new Set(context.alertNames)].map((name) =>
    step(`Read what ${name} means.`, { link: `docs/runbooks/${name}.md` }),
  );
  const known = answers
    .filter((answer) => faultClassDefinition(answer) !== undefined)
    .map((answer) =>
      step('Read what else such a fault is seen by.', { link: `docs/FAULTS.md#${answer}` }),
    );
  const first =
    component === null ? [] : [step(`Look at ${component.name} first: ${component.why}.`)];
  const steps = runbooks.flatMap((runbook) => runbook.steps);
  const filled = steps.map((entry): RepairStep => ({
    ...entry,
    text: fill(entry.text),
    ...(entry.command === undefined ? {} : { command: fill(entry.command) }),
  }));
  return {
    title: runbooks.map(({ title }) => fill(title)).join('; '),
    steps: [...first, ...filled, ...known, ...pages],
    avoid: [...new Set(runbooks.flatMap(({ avoid }) => avoid.map(fill)))],
  };
}
