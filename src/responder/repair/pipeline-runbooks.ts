import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

export const PIPELINE_RUNBOOKS: Runbooks<'monitoring_pipeline'> = {
  monitoring_pipeline: {
    title: 'Bring the monitoring back',
    steps: [
      step('Check that the exporter runs and answers.', {
        command: 'curl -sS http://127.0.0.1:9968/-/ready; journalctl -u crmwatch-exporter -n 100',
      }),
      step('See when each probe of {target} ran last, and what it says.', {
        command: 'curl -sS http://127.0.0.1:9968/history',
      }),
      step('Look at the state of the scrape in Prometheus.', {
        command: "curl -sS 'http://127.0.0.1:9090/api/v1/targets?state=active'",
      }),
      step('A refused target: add its network to the list of allowed ones, if it is meant to be.', {
        link: 'docs/CONFIGURATION.md',
      }),
      step('Meanwhile ask the CRM itself: no alert about it is no proof that it is well.'),
    ],
    avoid: ['Do not silence the alerts of the pipe: they are the only sign that it is blind.'],
  },
};
