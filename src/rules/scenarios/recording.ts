import { MEASUREMENTS } from '../../catalog/catalog.ts';
import { breachName, meanName, successName } from '../expressions.ts';
import { constant, exporterSeries, gap, SAMPLE_SECONDS } from './scenario.ts';

/** Sixteenths have exact binary values, so that the sums of the tests have no rounding. */
const SIXTEENTH = 1 / 16;

/** Unit tests of the recording rules: exact means, comparisons, and absence where nothing is known. */
export function recordingTests(): readonly object[] {
  return [meanTest(), breachTest(), belowTest(), absenceTest(), successTest()];
}

type Expected = readonly (readonly [labels: string, value: number])[];

function expression(atSeconds: number, expr: string, expected: Expected): object {
  return {
    expr,
    eval_time: `${atSeconds}s`,
    exp_samples: expected.map(([labels, value]) => ({ labels, value })),
  };
}

function test(name: string, series: readonly object[], checks: readonly object[]): object {
  return {
    name,
    interval: `${SAMPLE_SECONDS}s`,
    input_series: series,
    promql_expr_test: checks,
  };
}

const EMAIL = { target: 'crm1', object: 'contact', field: 'email' };
const EMAIL_TEXT = '{field="email",object="contact",target="crm1"}';

function meanTest(): object {
  const mean = (window: '5m' | '1h') => meanName('crm_missing_ratio', window);
  return test(
    'means: every sample counts once, whichever exporter measured it',
    [
      // 10 samples of 1/16 and 20 of 3/16 in half an hour: the last 5 minutes see only 3/16.
      exporterSeries(
        'crm_missing_ratio',
        EMAIL,
        `${constant(SIXTEENTH, 10)} ${constant(3 * SIXTEENTH, 20)} stale`,
        'a',
      ),
      // After the restart under another address: 4 samples of 5/16.
      exporterSeries('crm_missing_ratio', EMAIL, `${gap(30)} ${constant(5 * SIXTEENTH, 4)}`, 'b'),
    ],
    [
      expression(1740, mean('5m'), [[`${mean('5m')}${EMAIL_TEXT}`, 3 * SIXTEENTH]]),
      expression(1740, mean('1h'), [
        [`${mean('1h')}${EMAIL_TEXT}`, ((10 + 3 * 20) * SIXTEENTH) / 30],
      ]),
      expression(1980, mean('1h'), [
        [`${mean('1h')}${EMAIL_TEXT}`, ((10 + 3 * 20 + 5 * 4) * SIXTEENTH) / 34],
      ]),
    ],
  );
}

function breachTest(): object {
  const name = breachName('crm_missing_ratio', '5m');
  const labels = (object: string, severity: string) =>
    `${name}{field="email",object="${object}",severity="${severity}",target="crm1"}`;
  return test(
    'comparison with a threshold above which it is bad, kept apart by object and severity',
    [
      ...thresholds('crm_missing_ratio', 'crm1', [2 * SIXTEENTH, 4 * SIXTEENTH]),
      exporterSeries('crm_missing_ratio', EMAIL, constant(3 * SIXTEENTH)),
      exporterSeries('crm_missing_ratio', { ...EMAIL, object: 'lead' }, constant(SIXTEENTH)),
    ],
    [
      expression(540, name, [
        [labels('contact', 'warning'), 1],
        [labels('contact', 'critical'), 0],
        [labels('lead', 'warning'), 0],
        [labels('lead', 'critical'), 0],
      ]),
    ],
  );
}

function belowTest(): object {
  const metric = 'crm_second_factor_coverage_ratio';
  const name = breachName(metric, '1h');
  const { warning, critical } = MEASUREMENTS[metric].threshold?.defaults ?? {
    warning: 0,
    critical: 0,
  };
  return test(
    'comparison with a threshold below which it is bad',
    [
      ...thresholds(metric, 'crm1', [warning, critical]),
      exporterSeries(metric, { target: 'crm1' }, constant((warning + critical) / 2)),
    ],
    [
      expression(540, name, [
        [`${name}{severity="warning",target="crm1"}`, 1],
        [`${name}{severity="critical",target="crm1"}`, 0],
      ]),
    ],
  );
}

function absenceTest(): object {
  const metric = 'crm_missing_ratio';
  return test(
    'no comparison without a threshold, and none without a measurement: never a false 0',
    [
      exporterSeries(metric, { ...EMAIL, target: 'no-threshold' }, constant(SIXTEENTH)),
      ...thresholds(metric, 'no-measurement', [2 * SIXTEENTH, 4 * SIXTEENTH]),
    ],
    [
      expression(540, breachName(metric, '5m'), []),
      expression(540, breachName(metric, '1h'), []),
      expression(540, `count(${meanName(metric, '5m')})`, [['{}', 1]]),
    ],
  );
}

function successTest(): object {
  const success = (target: string, probe: string, values: string) =>
    exporterSeries('crm_probe_success', { target, probe }, values);
  const info = (target: string, platform: string, version: string) =>
    exporterSeries('crm_target_info', { target, platform, version }, constant(1));
  const name = (level: 'target' | 'platform' | 'fleet') => successName(level, '5m');
  return test(
    'success by probe, target, platform and fleet, also during an upgrade',
    [
      success('crm1', 'login', constant(1)),
      success('crm1', 'reachability', constant(0)),
      success('crm2', 'login', constant(1)),
      info('crm1', 'tryton', '6.0'),
      info('crm1', 'tryton', '6.2'),
      info('crm2', 'rest', '1'),
    ],
    [
      expression(540, `${meanName('crm_probe_success', '5m')}{target="crm1"}`, [
        [`${meanName('crm_probe_success', '5m')}{probe="login",target="crm1"}`, 1],
        [`${meanName('crm_probe_success', '5m')}{probe="reachability",target="crm1"}`, 0],
      ]),
      expression(540, name('target'), [
        [`${name('target')}{target="crm1"}`, 0.5],
        [`${name('target')}{target="crm2"}`, 1],
      ]),
      expression(540, name('platform'), [
        [`${name('platform')}{platform="tryton"}`, 0.5],
        [`${name('platform')}{platform="rest"}`, 1],
      ]),
      expression(540, name('fleet'), [[name('fleet'), 0.75]]),
    ],
  );
}

function thresholds(
  metric: string,
  target: string,
  [warning, critical]: readonly [number, number],
): readonly object[] {
  return [
    exporterSeries(
      'crm_probe_threshold',
      { target, metric, severity: 'warning' },
      constant(warning),
    ),
    exporterSeries(
      'crm_probe_threshold',
      { target, metric, severity: 'critical' },
      constant(critical),
    ),
  ];
}
