import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

const OWN_PROBE = "curl -sS 'http://127.0.0.1:9968/probe?target={target}&debug=true&module=";

export const PERFORMANCE_RUNBOOKS: Runbooks<
  | 'service_outage'
  | 'network'
  | 'dns'
  | 'rate_limit_or_quota'
  | 'server_error'
  | 'overload_latency'
  | 'database'
  | 'background_jobs'
  | 'integration_sync'
  | 'bad_deployment_or_schema'
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
  database: {
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
  network: {
    title: 'Find where the time is lost',
    steps: [
      step('Compare the phases: DNS, TCP and TLS speak of the way, HTTP of the server.', {
        command: `${OWN_PROBE}reachability'`,
      }),
      step('Measure loss and delay on the way.', { command: 'mtr --report <crm-host>' }),
      step('Ask whether a proxy, VPN or firewall in between was changed.'),
      step('Only HTTP is slow: it is overload or the database, not the way there.'),
    ],
    avoid: ['Do not raise time-outs to make the alert go away: the users still wait.'],
  },
  rate_limit_or_quota: {
    title: 'Win back API allowance',
    steps: [
      step('See which allowance is used up, and when it is renewed.', {
        command: `${OWN_PROBE}api_quota'`,
      }),
      step('The allowance is not used up: it is a limit on calls per second or at one time.'),
      step('Find the integration that uses most of it in the API usage report of the CRM.'),
      step('Stop or slow down that integration until the allowance is renewed.'),
      step(
        'Lengthen the check interval of the costly probes of {target} if they have a part in it.',
      ),
    ],
    avoid: ['Do not spread calls over further accounts: most contracts forbid it.'],
  },
  bad_deployment_or_schema: {
    title: 'Learn what the API answers now',
    steps: [
      step('Read the answer itself: a login page, a maintenance page or a cut-off text.', {
        command: `${OWN_PROBE}api_latency'`,
      }),
      step('Look for a release or maintenance notice of the CRM at the time of the onset.'),
      step('A release of your own: roll it back, unless a migration of the data forbids it.'),
      step('Check proxies in front of the CRM: they answer with pages of their own.'),
      step('When a field was renamed: change the mapping of {target} in the configuration.', {
        link: 'docs/CONFIGURATION.md',
      }),
    ],
    avoid: ['Do not switch off the check of the answer: wrong data is worse than none.'],
  },
  background_jobs: {
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
  dns: {
    title: 'Get the name resolved again',
    steps: [
      step('Ask the resolver that the exporter uses, and another one.', {
        command: 'dig +short <crm-host>; dig +short <crm-host> @9.9.9.9',
      }),
      step('Both give nothing: see whether the zone or the record was changed or has expired.', {
        command: 'dig +trace <crm-host>; whois <domain>',
      }),
      step('Only your own fails: look at the resolver and at what this host asks.', {
        command: 'cat /etc/resolv.conf; resolvectl status',
      }),
      step('Restore the record, and wait for the time to live of the wrong answer.'),
    ],
    avoid: ['Do not write the address into /etc/hosts for good: it outlives the next move.'],
  },
  server_error: {
    title: 'Find what the CRM fails at',
    steps: [
      step('See which calls fail and with which status.', { command: `${OWN_PROBE}api_latency'` }),
      step('Read the error log of the CRM at the time of a failed probe.', {
        command: 'journalctl -u <crm-service> -p err -n 100',
      }),
      step('Only some calls fail: one of several instances may be the bad one; take it out.'),
      step('Look for a release, a changed setting or a full disk at the time of the onset.'),
      step('A vendor runs it: open a case with the request ids and times of failed calls.'),
    ],
    avoid: ['Do not let clients retry without a pause: it adds load to a CRM in trouble.'],
  },
  overload_latency: {
    title: 'Take load off the CRM',
    steps: [
      step('Compare the phases: connections are fast, only the answer is slow.', {
        command: `${OWN_PROBE}reachability'`,
      }),
      step('See who asks most: an import, a report, an integration that retries.'),
      step('Stop or slow down that load until the queue is worked off.'),
      step('Look at processor, memory and busy workers of the CRM.', {
        command: 'uptime; vmstat 5 3',
      }),
      step('Nothing unusual is asked: it needs more workers or a larger machine.'),
    ],
    avoid: [
      'Do not restart under load: caches are empty then, and all clients come back at once.',
      'Do not raise time-outs of clients: more calls wait at one time.',
    ],
  },
  integration_sync: {
    title: 'Get the synchronisation going again',
    steps: [
      step('Find the newest change of the stale object: when it stopped tells what stopped.'),
      step('Read why the last jobs of that integration failed.', {
        command: `${OWN_PROBE}background_jobs'`,
      }),
      step('Check its credentials, its API allowance and the mapping of its fields.'),
      step('Start it again from the last record that arrived, and watch that it catches up.'),
    ],
    avoid: [
      'Do not run a full import over records that people have edited meanwhile.',
      'Do not touch records to make them look fresh.',
    ],
  },
};
