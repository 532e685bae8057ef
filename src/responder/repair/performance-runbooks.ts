import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

const OWN_PROBE = "curl -sS 'http://127.0.0.1:9968/probe?target={target}&debug=true&module=";

export const PERFORMANCE_RUNBOOKS: Runbooks<
  | 'service_outage'
  | 'database_failure'
  | 'network_degradation'
  | 'quota_exhaustion'
  | 'interface_change'
  | 'jobs_stalled'
> = {
  service_outage: {
    title: 'Bring the CRM back',
    steps: [
      step('See what answers at the address of {target}, and in which phase it stops.', {
        command: `${OWN_PROBE}reachability'`,
      }),
      step('Ask the vendor or the status page whether this is a known outage.'),
      step('On your own server: look at the state and the last log lines of the service.', {
        command: 'systemctl status <crm-service>; journalctl -u <crm-service> -n 100',
      }),
      step('Look for a full disk or memory that ran out before you start it again.', {
        command: 'df -h; free -m; journalctl -k -g "out of memory" -n 20',
      }),
      step('Start the service and wait until the recovery is verified here.'),
    ],
    avoid: [
      'Do not restart it again and again: each start may replay the same fault and hide the log of the first.',
      'Do not change DNS before you know that the old address is gone for good.',
    ],
  },
  database_failure: {
    title: 'Give the CRM its database back',
    steps: [
      step('See which error the CRM gives.', { command: `${OWN_PROBE}api_latency'` }),
      step('Check that the database server runs and takes connections.', {
        command: 'pg_isready -h <database-host>',
      }),
      step('Look for sessions that block all others, and for how long.', {
        command:
          'psql -c "SELECT pid, state, wait_event_type, now() - xact_start AS age, query FROM pg_stat_activity ORDER BY age DESC NULLS LAST LIMIT 20"',
      }),
      step('Check free space where the database and its log live.', { command: 'df -h' }),
      step('End the one blocking session when its owner agrees, or start the database server.'),
    ],
    avoid: [
      'Do not delete files of the database to win space.',
      'Do not end sessions with kill -9: the server then restarts all of them.',
    ],
  },
  network_degradation: {
    title: 'Find where the time is lost',
    steps: [
      step('Compare the phases: DNS, TCP and TLS speak of the way, HTTP of the server.', {
        command: `${OWN_PROBE}reachability'`,
      }),
      step('Measure loss and delay on the way.', { command: 'mtr --report <crm-host>' }),
      step('Ask whether a proxy, VPN or firewall in between was changed.'),
      step('If only HTTP is slow: look at the load of the CRM and its slow queries.'),
    ],
    avoid: ['Do not raise time-outs to make the alert go away: the users still wait.'],
  },
  quota_exhaustion: {
    title: 'Win back API allowance',
    steps: [
      step('See which allowance is used up, and when it is renewed.', {
        command: `${OWN_PROBE}api_quota'`,
      }),
      step('Find the integration that uses most of it in the API usage report of the CRM.'),
      step('Stop or slow down that integration until the allowance is renewed.'),
      step(
        'Lengthen the check interval of the costly probes of {target} if they have a part in it.',
      ),
    ],
    avoid: ['Do not spread calls over further accounts: most contracts forbid it.'],
  },
  interface_change: {
    title: 'Learn what the API answers now',
    steps: [
      step('Read the answer itself: a login page, a maintenance page or a cut-off text.', {
        command: `${OWN_PROBE}api_latency'`,
      }),
      step('Look for a release or maintenance notice of the CRM at the time of the onset.'),
      step('Check proxies in front of the CRM: they answer with pages of their own.'),
      step('When a field was renamed: change the mapping of {target} in the configuration.', {
        link: 'docs/CONFIGURATION.md',
      }),
    ],
    avoid: ['Do not switch off the check of the answer: wrong data is worse than none.'],
  },
  jobs_stalled: {
    title: 'Get background work going again',
    steps: [
      step('See how many jobs wait, and since when.', { command: `${OWN_PROBE}background_jobs'` }),
      step('Check that the worker or cron process of the CRM runs.', {
        command: 'systemctl status <crm-worker>; journalctl -u <crm-worker> -n 100',
      }),
      step('Look at the oldest waiting job: one that always fails can hold up the queue.'),
      step('Set that job aside, then start the worker again.'),
    ],
    avoid: ['Do not empty the queue: the work in it (mails, synchronisations) would be lost.'],
  },
};
