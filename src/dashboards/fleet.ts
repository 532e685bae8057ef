import { DASHBOARD_UIDS } from '../catalog/catalog.ts';
import { meanName, successName } from '../rules/rules.ts';
import type { DashboardSpec, PanelSpec, RowSpec } from './panel-spec.ts';
import { ALERTS_FIRING, NO_ALERT, NO_CAPABILITY, NO_FAILURE, RATIO_COLOURS } from './phrases.ts';

/** Every CRM at a glance: which of them is in trouble, and of what kind. */
export const FLEET: DashboardSpec = {
  uid: DASHBOARD_UIDS.fleet,
  title: 'crmwatch: fleet',
  description: 'All watched CRM platforms at a glance.',
  hasTarget: false,
  rows: [nowRow(), targetsRow(), performanceRow(), securityRow(), qualityRow(), freshnessRow()],
};

function nowRow(): RowSpec {
  return {
    title: 'Now',
    panels: [
      {
        title: 'Targets',
        description: 'CRM platforms from which the exporter has a probe result.',
        view: 'number',
        unit: 'count',
        width: 6,
        queries: [
          { expression: 'count(count by (target) (crm_probe_success))', legend: 'targets' },
        ],
      },
      {
        title: 'Targets with a hard failure',
        description: 'Platforms of which at least one probe failed in all its attempts.',
        view: 'number',
        unit: 'count',
        width: 6,
        queries: [
          { expression: 'sum(max by (target) (crm_probe_hard_failure))', legend: 'targets' },
        ],
        colours: [{ from: 1, colour: 'red' }],
      },
      {
        title: 'Alerts firing',
        description:
          'Alerts of crmwatch without the watchdog, which always fires. No data means that Prometheus does not evaluate the rules.',
        view: 'number',
        unit: 'count',
        width: 6,
        queries: [
          {
            expression:
              'count(ALERTS{alertname=~"Crm.+",alertstate="firing"}) - count(ALERTS{alertname="CrmWatchdog",alertstate="firing"})',
            legend: 'alerts',
          },
        ],
        colours: [
          { from: 1, colour: 'orange' },
          { from: 5, colour: 'red' },
        ],
      },
      {
        title: 'Probes that succeed',
        description: 'Mean over 5 minutes of the probe results of each target, and over targets.',
        view: 'number',
        unit: 'ratio',
        width: 6,
        queries: [{ expression: successName('fleet', '5m'), legend: 'fleet' }],
        colours: RATIO_COLOURS,
      },
    ],
  };
}

function targetsRow(): RowSpec {
  return {
    title: 'Targets',
    panels: [
      {
        title: 'Probes that succeed, by target',
        description: 'Mean over 5 minutes of the results of all probes of a target.',
        view: 'timeline',
        unit: 'ratio',
        width: 12,
        queries: [{ expression: successName('target', '5m'), legend: '{{target}}' }],
        colours: RATIO_COLOURS,
      },
      {
        title: 'Probes that succeed, by platform',
        description: 'Mean over an hour: whether one kind of CRM does worse than the others.',
        view: 'lines',
        unit: 'ratio',
        width: 12,
        queries: [{ expression: successName('platform', '1h'), legend: '{{platform}}' }],
      },
      {
        title: 'Alerts firing',
        description: 'What fires now, without the watchdog.',
        view: 'table',
        unit: 'info',
        width: 12,
        queries: [
          {
            expression: `count by (target, alertname, severity, area) (${ALERTS_FIRING})`,
            legend: '',
            mayBeEmpty: NO_ALERT,
          },
        ],
      },
      {
        title: 'Why probes fail',
        description: 'The one reason for which the last run of each failing probe failed.',
        view: 'table',
        unit: 'info',
        width: 12,
        queries: [
          {
            expression: 'count by (target, probe, reason) (crm_probe_failure_reason == 1)',
            legend: '',
            mayBeEmpty: NO_FAILURE,
          },
        ],
      },
      {
        title: 'Platforms and versions',
        description: 'What each target is, as far as it says so.',
        view: 'table',
        unit: 'info',
        width: 24,
        queries: [
          { expression: 'max by (target, platform, version) (crm_target_info)', legend: '' },
        ],
      },
    ],
  };
}

function performanceRow(): RowSpec {
  return {
    title: 'Performance',
    panels: [
      lines('API latency', 'Mean over 5 minutes of the slowest measured call.', 'seconds', [
        `max by (target) (${meanName('crm_api_latency_seconds', '5m')})`,
      ]),
      lines('Login', 'Mean over 5 minutes of the time to log in.', 'seconds', [
        meanName('crm_login_duration_seconds', '5m'),
      ]),
      lines(
        'Oldest background job due',
        'How long the oldest due job has waited, mean over 5 minutes.',
        'seconds',
        [meanName('crm_job_oldest_pending_age_seconds', '5m')],
        NO_CAPABILITY,
      ),
      lines(
        'API allowance used',
        'Share of the fullest allowance, mean over 5 minutes.',
        'ratio',
        [`max by (target) (${meanName('crm_api_quota_used_ratio', '5m')})`],
        NO_CAPABILITY,
      ),
    ],
  };
}

function securityRow(): RowSpec {
  return {
    title: 'Security',
    panels: [
      lines(
        'Failed logins',
        'Failed logins within the window of the probe, mean over 5 minutes.',
        'count',
        [meanName('crm_failed_logins', '5m')],
        NO_CAPABILITY,
      ),
      lines(
        'Administrators',
        'Active users with administrator rights.',
        'count',
        ['max by (target) (crm_privileged_users)'],
        NO_CAPABILITY,
      ),
      lines(
        'Certificate validity left',
        'Until the TLS certificate expires; below 0 it has expired.',
        'seconds',
        ['min by (target) (crm_certificate_remaining_seconds)'],
        'a target without TLS has no certificate',
      ),
      lines(
        'Second-factor coverage',
        'Share of active users with a second factor.',
        'ratio',
        [meanName('crm_second_factor_coverage_ratio', '5m')],
        NO_CAPABILITY,
      ),
    ],
  };
}

function qualityRow(): RowSpec {
  const worst = (title: string, description: string, metric: Parameters<typeof meanName>[0]) =>
    lines(
      title,
      description,
      'ratio',
      [`max by (target) (${meanName(metric, '5m')})`],
      NO_CAPABILITY,
    );
  return {
    title: 'Data quality: the worst check of each target',
    panels: [
      worst('Empty fields', 'Share of records whose field is empty.', 'crm_missing_ratio'),
      worst('Duplicates', 'Share of records that repeat an earlier key.', 'crm_duplicate_ratio'),
      worst('Invalid values', 'Share of filled values that cannot be right.', 'crm_invalid_ratio'),
      worst('Stale records', 'Share of records not changed for too long.', 'crm_stale_ratio'),
      worst('Orphans', 'Share of references that lead nowhere.', 'crm_orphan_ratio'),
      {
        ...lines('Records', 'All records of the scanned objects.', 'count', [
          'sum by (target) (max by (target, object) (crm_records))',
        ]),
      },
    ],
  };
}

function freshnessRow(): RowSpec {
  return {
    title: 'How old is what is shown',
    panels: [
      lines(
        'Age of the oldest probe result',
        'Results are cached until the next run of their probe; the stalest probe of each target.',
        'seconds',
        ['time() - min by (target) (crm_probe_last_run_timestamp_seconds)'],
      ),
      {
        title: 'Measurements that are unknown',
        description: 'What a target cannot or may not tell, with the reason. Unknown is never 0.',
        view: 'table',
        unit: 'info',
        width: 12,
        queries: [
          {
            expression: 'count by (target, metric, reason) (crm_probe_unknown)',
            legend: '',
            mayBeEmpty: 'every target tells everything',
          },
        ],
      },
    ],
  };
}

function lines(
  title: string,
  description: string,
  unit: PanelSpec['unit'],
  expressions: readonly string[],
  mayBeEmpty?: string,
): PanelSpec {
  return {
    title,
    description,
    view: 'lines',
    unit,
    width: 12,
    queries: expressions.map((expression) => ({
      expression,
      legend: '{{target}}',
      ...(mayBeEmpty === undefined ? {} : { mayBeEmpty }),
    })),
  };
}
