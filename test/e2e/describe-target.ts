import { heldAlerts } from './alertmanager.ts';
import { selectorOf } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** What everybody knows of a target that did not do what was expected. Never rejects. */
export async function describeTarget(world: World, scenario: Scenario): Promise<string> {
  const witnesses: Readonly<Record<string, Promise<readonly string[]>>> = {
    Prometheus: describeSeries(world, scenario),
    Alertmanager: describeAlerts(world, scenario),
    'the database': describeSessions(world, scenario),
  };
  const told = Object.entries(witnesses).map(async ([name, lines]) => {
    const found = await lines.catch((error: unknown) => [String(error)]);
    return `${name}: ${found.length === 0 ? 'nothing' : found.join('; ')}`;
  });
  return (await Promise.all(told)).join(' | ');
}

async function describeSeries(world: World, scenario: Scenario): Promise<readonly string[]> {
  const metrics = ['ALERTS', 'crm_probe_failure_reason', scenario.seenAs.split('{', 1)[0]];
  const series = await world.query(`{__name__=~"${metrics.join('|')}",${selectorOf(scenario)}}`);
  return series.map(({ labels, value }) => {
    const {
      __name__: name = '',
      instance: _instance,
      job: _job,
      target: _target,
      ...rest
    } = labels;
    return `${name}${JSON.stringify(rest)} ${value}`;
  });
}

async function describeAlerts(world: World, { name }: Scenario): Promise<readonly string[]> {
  const alerts = await heldAlerts(world, name);
  return alerts.map(({ target: _target, ...labels }) => JSON.stringify(labels));
}

/** Sessions of the CRM's database by what they do; "active, Lock" are those that wait for a lock. */
async function describeSessions(world: World, { name }: Scenario): Promise<readonly string[]> {
  const { crm } = world.place(name);
  const rows = await crm.postgres.sql(
    'postgres',
    `SELECT count(*), state, coalesce(wait_event_type, 'none'), max(now() - state_change)
     FROM pg_stat_activity WHERE datname = '${crm.database}' GROUP BY 2, 3`,
  );
  return rows.split('\n').filter((row) => row !== '');
}
