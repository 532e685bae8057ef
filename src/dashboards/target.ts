import { DASHBOARD_UIDS, MEASUREMENTS } from '../catalog/catalog.ts';
import type { MeasurementName } from '../catalog/catalog.ts';
import { meanName, seriesLabels, successName } from '../rules/rules.ts';
import type { DashboardSpec, PanelSpec, PanelUnit, QuerySpec, RowSpec } from './panel-spec.ts';
import {
  ALERTS_FIRING,
  NO_ALERT,
  NO_CAPABILITY,
  NO_FAILURE,
  NO_PLUGIN,
  NO_SAMPLE,
  RATIO_COLOURS,
} from './phrases.ts';

const CHOSEN = '{target="$target"}';

const UNKNOWN_MEASUREMENTS: PanelSpec = {
  title: 'Measurements that are unknown',
  description: 'What this target cannot or may not tell, with the reason.',
  view: 'table',
  unit: 'info',
  width: 12,
  queries: [
    {
      expression: `count by (probe, metric, reason) (crm_probe_unknown${CHOSEN})`,
      legend: '',
      mayBeEmpty: 'this target tells everything',
    },
  ],
};

/** One CRM in detail: every measurement with its thresholds. Alerts link here. */
export const TARGET: DashboardSpec = {
  uid: DASHBOARD_UIDS.target,
  title: 'crmwatch: one target',
  description: 'Everything crmwatch measures of one CRM, with the thresholds of its alerts.',
  hasTarget: true,
  rows: [nowRow(), probesRow(), performanceRow(), securityRow(), qualityRow(), pluginsRow()],
};

function nowRow(): RowSpec {
  return {
    title: 'Now',
    panels: [
      {
        title: 'Probes that succeed',
        description: 'Mean over 5 minutes of the results of all probes of this target.',
        view: 'number',
        unit: 'ratio',
        width: 6,
        queries: [{ expression: `${successName('target', '5m')}${CHOSEN}`, legend: 'success' }],
        colours: RATIO_COLOURS,
      },
      {
        title: 'Hard failures',
        description: 'Probes that failed in all their attempts.',
        view: 'number',
        unit: 'count',
        width: 6,
        queries: [
          {
            expression: `sum(max by (target, probe) (crm_probe_hard_failure${CHOSEN}))`,
            legend: 'probes',
          },
        ],
        colours: [{ from: 1, colour: 'red' }],
      },
      {
        title: 'Alerts firing',
        description: 'What fires now for this target.',
        view: 'table',
        unit: 'info',
        width: 12,
        queries: [
          {
            expression: `count by (alertname, severity, area) (${ALERTS_FIRING.replace('}', ',target="$target"}')})`,
            legend: '',
            mayBeEmpty: NO_ALERT,
          },
        ],
      },
    ],
  };
}

function probesRow(): RowSpec {
  const last = (metric: string) => `max by (target, probe) (${metric}${CHOSEN})`;
  return {
    title: 'Probes',
    panels: [
      {
        title: 'Success by probe',
        description: 'Result of the last run of each probe: 1 or 0.',
        view: 'timeline',
        unit: 'count',
        width: 12,
        queries: [
          {
            expression: `min by (target, probe) (crm_probe_success${CHOSEN})`,
            legend: '{{probe}}',
          },
        ],
        colours: [
          { from: 0, colour: 'red' },
          { from: 1, colour: 'green' },
        ],
      },
      {
        title: 'Why probes fail',
        description: 'The one reason of each failed run; empty while nothing fails.',
        view: 'timeline',
        unit: 'count',
        width: 12,
        queries: [
          {
            expression: `max by (probe, reason) (crm_probe_failure_reason${CHOSEN})`,
            legend: '{{probe}}: {{reason}}',
            mayBeEmpty: NO_FAILURE,
          },
        ],
      },
      panel('Duration of probes', 'Mean over 5 minutes of how long each probe runs.', 'seconds', [
        {
          expression: `${meanName('crm_probe_duration_seconds', '5m')}${CHOSEN}`,
          legend: '{{probe}}',
        },
      ]),
      panel(
        'Failures in a row',
        'Attempts so far; a failure becomes hard when all attempts are used.',
        'count',
        [{ expression: last('crm_probe_attempt'), legend: '{{probe}}' }],
      ),
      panel('Age of results', 'Time since each probe last ended.', 'seconds', [
        {
          expression: `time() - ${last('crm_probe_last_run_timestamp_seconds')}`,
          legend: '{{probe}}',
        },
      ]),
      UNKNOWN_MEASUREMENTS,
    ],
  };
}

function performanceRow(): RowSpec {
  return {
    title: 'Performance',
    panels: [
      measured('Phases of a request', 'crm_phase_duration_seconds'),
      measured('API latency', 'crm_api_latency_seconds'),
      measured('Login', 'crm_login_duration_seconds'),
      measured('Background jobs', 'crm_jobs', NO_CAPABILITY),
      measured('Oldest background job due', 'crm_job_oldest_pending_age_seconds', NO_CAPABILITY),
      measured('Scheduled jobs that fail', 'crm_failed_schedules', NO_CAPABILITY),
      measured('Failures of integrations', 'crm_integration_failures', NO_CAPABILITY),
      measured('API allowance used', 'crm_api_quota_used_ratio', NO_CAPABILITY),
      measured('API calls left', 'crm_api_quota_remaining', NO_CAPABILITY),
      measured('API remains for', 'crm_api_removal_remaining_seconds', NO_CAPABILITY),
      lastState('State that the vendor tells', 'crm_vendor_state', 'max', [
        { from: 0, colour: 'green' },
        { from: 1, colour: 'orange' },
        { from: 2, colour: 'red' },
      ]),
      measured('Incidents that the vendor tells', 'crm_vendor_incidents', NO_CAPABILITY),
    ],
  };
}

function securityRow(): RowSpec {
  return {
    title: 'Security',
    panels: [
      measured('Failed logins', 'crm_failed_logins', NO_CAPABILITY),
      measured('Failed logins by reason', 'crm_failed_logins_by_reason', NO_CAPABILITY),
      measured('Successful logins', 'crm_successful_logins', NO_CAPABILITY),
      measured('Administrators', 'crm_privileged_users', NO_CAPABILITY),
      measured('Users', 'crm_active_users', NO_CAPABILITY),
      measured('Second-factor coverage', 'crm_second_factor_coverage_ratio', NO_CAPABILITY),
      measured('Locked users', 'crm_locked_users', NO_CAPABILITY),
      measured('Users who do not log in', 'crm_inactive_users', NO_CAPABILITY),
      measured('Permission changes', 'crm_permission_changes', NO_CAPABILITY),
      measured('Mass exports', 'crm_mass_exports', NO_CAPABILITY),
      lastState('Audit trail is recorded', 'crm_audit_trail_recording', 'min', [
        { from: 0, colour: 'red' },
        { from: 1, colour: 'green' },
      ]),
      measured('Tokens of the API', 'crm_api_tokens', NO_CAPABILITY),
      measured('Age of the oldest token', 'crm_api_token_oldest_age_seconds', NO_CAPABILITY),
      measured('Credentials valid for', 'crm_credential_remaining_seconds', NO_CAPABILITY),
      measured(
        'Certificate validity left',
        'crm_certificate_remaining_seconds',
        'a target without TLS has no certificate',
      ),
    ],
  };
}

function qualityRow(): RowSpec {
  return {
    title: 'Data quality',
    panels: [
      measured('Records', 'crm_records', NO_CAPABILITY),
      measured('Empty fields', 'crm_missing_ratio', NO_CAPABILITY),
      measured('Duplicates', 'crm_duplicate_ratio', NO_CAPABILITY),
      measured('Invalid values', 'crm_invalid_ratio', NO_CAPABILITY),
      measured('Stale records', 'crm_stale_ratio', NO_CAPABILITY),
      measured('Orphans', 'crm_orphan_ratio', NO_CAPABILITY),
      measured('Records in samples', 'crm_sampled_records', NO_SAMPLE),
      measured('Bounds of sampled shares', 'crm_sampled_bound_ratio', NO_SAMPLE),
    ],
  };
}

function pluginsRow(): RowSpec {
  const worst = (metric: MeasurementName, selector = CHOSEN): string =>
    `max by (${MEASUREMENTS[metric].labels.join(', ')}) (${metric}${selector})`;
  const states = (metric: MeasurementName): readonly QuerySpec[] => [
    { expression: worst(metric), legend: '{{plugin}}', mayBeEmpty: NO_PLUGIN },
  ];
  const values = (matcher: string): readonly QuerySpec[] => [
    {
      expression: worst('crm_plugin_value', `{target="$target",unit${matcher}}`),
      legend: '{{plugin}} {{label}} ({{unit}})',
      mayBeEmpty: NO_PLUGIN,
    },
  ];
  return {
    title: 'Plugins',
    panels: [
      {
        title: 'State of plugins',
        description: MEASUREMENTS.crm_plugin_state.help,
        view: 'timeline',
        unit: 'count',
        width: 12,
        queries: states('crm_plugin_state'),
        colours: [
          { from: 1, colour: 'orange' },
          { from: 2, colour: 'red' },
        ],
      },
      {
        title: 'Plugins that cannot tell',
        description: MEASUREMENTS.crm_plugin_unknown.help,
        view: 'timeline',
        unit: 'count',
        width: 12,
        queries: states('crm_plugin_unknown'),
        colours: [{ from: 1, colour: 'orange' }],
      },
      panel('Times', 'Performance data of plugins in seconds.', 'seconds', values('="seconds"')),
      panel('Shares', 'Performance data of plugins as shares.', 'ratio', values('="ratio"')),
      panel(
        'Other values',
        'Performance data of plugins in all other units.',
        'count',
        values('!~"seconds|ratio"'),
      ),
    ],
  };
}

/** What was last said, where a mean of it would say nothing; `worse` is the side to show where exporters disagree. */
function lastState(
  title: string,
  metric: MeasurementName,
  worse: 'min' | 'max',
  colours: Exclude<PanelSpec['colours'], undefined>,
): PanelSpec {
  return {
    title,
    description: MEASUREMENTS[metric].help,
    view: 'timeline',
    unit: 'count',
    width: 12,
    queries: [
      {
        expression: `${worse} by (${seriesLabels(metric).join(', ')}) (${metric}${CHOSEN})`,
        legend: title.toLowerCase(),
        mayBeEmpty: NO_CAPABILITY,
      },
    ],
    colours,
  };
}

/** The mean of a measurement and, where it has them, its thresholds for this target. */
function measured(title: string, metric: MeasurementName, mayBeEmpty?: string): PanelSpec {
  const { help, unit, labels, threshold } = MEASUREMENTS[metric];
  const empty = mayBeEmpty === undefined ? {} : { mayBeEmpty };
  const mean: QuerySpec = {
    expression: `${meanName(metric, '5m')}${CHOSEN}`,
    legend:
      labels.length === 0 ? title.toLowerCase() : labels.map((name) => `{{${name}}}`).join(' '),
    ...empty,
  };
  const limits: QuerySpec = {
    expression: `max by (severity) (crm_probe_threshold{target="$target",metric="${metric}"})`,
    legend: '{{severity}} threshold',
    ...empty,
  };
  const side = threshold?.bad === 'below' ? 'below' : 'above';
  const compared = threshold === undefined ? '' : ` It is bad ${side} its thresholds.`;
  return panel(
    title,
    `${help} Mean over 5 minutes by ${seriesLabels(metric).join(', ')}.${compared}`,
    unit === 'seconds' || unit === 'ratio' ? unit : 'count',
    threshold === undefined ? [mean] : [mean, limits],
  );
}

function panel(
  title: string,
  description: string,
  unit: PanelUnit,
  queries: readonly QuerySpec[],
): PanelSpec {
  return { title, description, view: 'lines', unit, width: 12, queries };
}
