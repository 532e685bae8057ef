import { ALERTS, SCRAPE_JOBS } from '../../catalog/catalog.ts';
import type { AlertName } from '../../catalog/catalog.ts';
import {
  constant,
  exporterSeries,
  PHASE_SAMPLES,
  responderSeries,
  SECOND_PHASE_SECONDS,
  TARGET,
} from './scenario.ts';
import { diagnosisDriftScenarios, diagnosisWorseScenarios } from './diagnosis.ts';
import type { Check, InputSeries, Scenario } from './scenario.ts';

/**
 * The scenarios of alerts that are free expressions: nothing can be derived from those, so they are written
 * here. An alert without an entry has none, which the test of all four kinds finds.
 */
export function pipelineScenarios(alert: AlertName): readonly Scenario[] {
  switch (alert) {
    case 'CrmProbeOverdue':
      return probeOverdueScenarios();
    case 'CrmExporterDown':
      return downScenarios(alert, SCRAPE_JOBS.exporter, (values) =>
        exporterSeries('up', {}, values),
      );
    case 'CrmResponderDown':
      return downScenarios(alert, SCRAPE_JOBS.responder, (values) =>
        responderSeries('up', {}, values),
      );
    case 'CrmNotificationsFailing':
      return notificationScenarios();
    case 'CrmDiagnosisDrift':
      return diagnosisDriftScenarios();
    case 'CrmDiagnosisWorse':
      return diagnosisWorseScenarios();
    case 'CrmWatchdog':
      return watchdogScenarios();
    default:
      return [];
  }
}

function probeOverdueScenarios(): readonly Scenario[] {
  const alert = 'CrmProbeOverdue';
  const labels = { target: TARGET, probe: 'login' };
  const interval = exporterSeries('crm_probe_interval_seconds', labels, constant(60, 60));
  const lastRun = (values: string) =>
    exporterSeries('crm_probe_last_run_timestamp_seconds', labels, values);
  // Promtool's clock starts at the epoch: a last run at 0 is as old as the scenario.
  const firing: Check = {
    atSeconds: SECOND_PHASE_SECONDS,
    expected: [{ severity: ALERTS[alert].severity, labels, value: SECOND_PHASE_SECONDS }],
  };
  return [
    {
      alert,
      kind: 'fires',
      title: 'when the last result is older than three intervals and two minutes',
      series: [interval, lastRun(constant(0, 60))],
      checks: [{ atSeconds: 300, expected: [] }, firing],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'while the probe runs',
      series: [interval, lastRun('0+60x60')],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the next run',
      series: [interval, lastRun(`${constant(0, PHASE_SAMPLES + 1)} ${SECOND_PHASE_SECONDS + 60}`)],
      checks: [firing, { atSeconds: SECOND_PHASE_SECONDS + 60, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'the probe has never run',
      series: [interval],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
  ];
}

function downScenarios(
  alert: 'CrmExporterDown' | 'CrmResponderDown',
  job: string,
  up: (values: string) => InputSeries,
): readonly Scenario[] {
  const { series } = up('');
  const instance = /instance="([^"]*)"/.exec(series)?.[1] ?? '';
  const { severity } = ALERTS[alert];
  const firing: Check = {
    atSeconds: 600,
    expected: [{ severity, labels: { job, instance }, value: 0 }],
  };
  return [
    {
      alert,
      kind: 'fires',
      title: 'after a minute',
      series: [up(constant(0, 11))],
      checks: [firing],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'when a single scrape fails',
      series: [up(`${constant(1)} 0 ${constant(1)}`)],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the next scrape',
      series: [up(`${constant(0, 11)} ${constant(1)}`)],
      checks: [firing, { atSeconds: 660, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'it was removed from the configuration of Prometheus',
      series: [up(`${constant(1)} stale`)],
      checks: [{ atSeconds: 720, expected: [] }],
    },
  ];
}

function notificationScenarios(): readonly Scenario[] {
  const alert = 'CrmNotificationsFailing';
  const labels = { channel: 'email' };
  const failures = (values: string) =>
    responderSeries('crmwatch_notification_failures_total', labels, values);
  const pending = (values: string) => responderSeries('crmwatch_outbox_pending', labels, values);
  // 0 to 20 in 20 minutes: 10 within the window of 10.
  const firing: Check = {
    atSeconds: 1200,
    expected: [{ severity: ALERTS[alert].severity, labels, value: 10 }],
  };
  return [
    {
      alert,
      kind: 'fires',
      title: 'when attempts fail and notifications wait',
      series: [failures('0+1x60'), pending(constant(2, 60))],
      checks: [firing],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'when nothing waits any more, and when nothing fails',
      series: [
        failures('0+1x60'),
        pending(constant(0, 60)),
        responderSeries('crmwatch_notification_failures_total', { channel: 'webhook' }, '7+0x60'),
        responderSeries('crmwatch_outbox_pending', { channel: 'webhook' }, constant(2, 60)),
      ],
      checks: [{ atSeconds: 1200, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the outbox being empty',
      series: [failures('0+1x60'), pending(`${constant(2, 21)} ${constant(0)}`)],
      checks: [firing, { atSeconds: 1260, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'the responder went away',
      series: [failures('0+1x20 stale'), pending(`${constant(2, 21)} stale`)],
      checks: [firing, { atSeconds: 1260, expected: [] }],
    },
  ];
}

/** The one alert that must never be quiet: its silence is the message. */
function watchdogScenarios(): readonly Scenario[] {
  const alert = 'CrmWatchdog';
  const always = (atSeconds: number): Check => ({
    atSeconds,
    expected: [{ severity: 'none', labels: {}, value: 1 }],
  });
  const up = (value: number) => exporterSeries('up', {}, constant(value, 60));
  return [
    { alert, kind: 'fires', title: 'always', series: [up(0)], checks: [always(0), always(600)] },
    {
      alert,
      kind: 'stays quiet',
      title: 'never, by design',
      series: [up(1)],
      checks: [always(600)],
    },
    { alert, kind: 'resolves', title: 'never, by design', series: [up(1)], checks: [always(1200)] },
    { alert, kind: 'no data', title: 'fires without any series', series: [], checks: [always(60)] },
  ];
}
