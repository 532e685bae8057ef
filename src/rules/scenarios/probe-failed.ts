import { ALERTS, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { AlertName, FailureReason, ProbeKindName } from '../../catalog/catalog.ts';
import {
  constant,
  exporterSeries,
  FIRST_PHASE_END_SECONDS,
  gap,
  sampleLabels,
  SECOND_PHASE_SECONDS,
  TARGET,
} from './scenario.ts';
import type { Check, ExpectedAlert, InputSeries, Scenario } from './scenario.ts';

/** Failing for the whole first phase for this reason, and then something else. */
export function probeFailedScenarios(
  alert: AlertName,
  probes: readonly ProbeKindName[],
): readonly Scenario[] {
  const probe = probes[0] as ProbeKindName;
  const foreign = PROBE_KIND_NAMES.find((name) => !probes.includes(name)) as ProbeKindName;
  const firing: Check = {
    atSeconds: FIRST_PHASE_END_SECONDS,
    expected: [expected(alert, probe, 'timeout')],
  };
  return [
    ...firingScenarios(alert, probe, firing),
    {
      alert,
      kind: 'stays quiet',
      title: 'while the failure is soft, and when another probe fails hard',
      series: [
        hardFailure(probe, constant(0)),
        reasonSeries(probe, 'timeout', constant(1)),
        hardFailure(foreign, constant(1)),
        reasonSeries(foreign, 'timeout', constant(1)),
      ],
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the first success',
      series: [
        hardFailure(probe, `${constant(1)} ${constant(0)}`),
        reasonSeries(probe, 'timeout', `${constant(1)} stale`),
      ],
      checks: [firing, { atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'the exporter went away: whether the probe would fail is not known',
      series: [
        hardFailure(probe, `${constant(1)} stale`),
        reasonSeries(probe, 'timeout', `${constant(1)} stale`),
      ],
      checks: [firing, { atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
  ];
}

function firingScenarios(
  alert: AlertName,
  probe: ProbeKindName,
  firing: Check,
): readonly Scenario[] {
  return [
    {
      alert,
      kind: 'fires',
      title: 'and stays the same alert while its reason changes',
      series: [
        hardFailure(probe, `${constant(1)} ${constant(1)}`),
        reasonSeries(probe, 'timeout', `${constant(1)} stale`),
        reasonSeries(probe, 'tcp', `${gap()} ${constant(1)}`),
      ],
      checks: [
        firing,
        { atSeconds: SECOND_PHASE_SECONDS, expected: [expected(alert, probe, 'tcp')] },
      ],
    },
    {
      alert,
      kind: 'fires',
      title: 'once, with the reasons of both exporters of the same target',
      series: [
        hardFailure(probe, constant(1), 'a'),
        hardFailure(probe, constant(1), 'b'),
        reasonSeries(probe, 'dns', constant(1), 'a'),
        reasonSeries(probe, 'timeout', constant(1), 'b'),
      ],
      checks: [
        {
          atSeconds: FIRST_PHASE_END_SECONDS,
          expected: [expected(alert, probe, 'dns, timeout')],
        },
      ],
    },
    {
      alert,
      kind: 'fires',
      title: 'also when the reason is missing',
      series: [hardFailure(probe, constant(1))],
      checks: [
        { atSeconds: FIRST_PHASE_END_SECONDS, expected: [expected(alert, probe, 'unknown')] },
      ],
    },
  ];
}

function expected(alert: AlertName, probe: ProbeKindName, reason: string): ExpectedAlert {
  const { severity } = ALERTS[alert];
  return { severity, labels: { ...sampleLabels(['target']), probe }, value: 1, reason };
}

function hardFailure(probe: ProbeKindName, values: string, instance?: 'a' | 'b'): InputSeries {
  return exporterSeries('crm_probe_hard_failure', { target: TARGET, probe }, values, instance);
}

function reasonSeries(
  probe: ProbeKindName,
  reason: FailureReason,
  values: string,
  instance?: 'a' | 'b',
): InputSeries {
  const labels = { target: TARGET, probe, reason };
  return exporterSeries('crm_probe_failure_reason', labels, values, instance);
}
