import { until } from './polling.ts';
import type { World } from './world.ts';

type Labels = Readonly<Record<string, string>>;

function keyOf(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify(pairs);
}

/** Labels of the alerts that Alertmanager takes for firing at this moment, only those of `target` when one is given. */
export async function heldAlerts({ stack }: World, target?: string): Promise<readonly Labels[]> {
  const url = new URL('/api/v2/alerts', stack.alertmanagerUrl);
  if (target !== undefined) url.searchParams.set('filter', `target="${target}"`);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`);
  const alerts = (await answer.json()) as readonly { readonly labels: Labels }[];
  return alerts.map(({ labels }) => labels);
}

/** What fires in Prometheus and is not, or no longer, known to Alertmanager. */
async function untoldAlerts(world: World): Promise<readonly string[]> {
  const firing = await world.query('ALERTS{alertstate="firing"}');
  const held = new Set((await heldAlerts(world)).map((labels) => keyOf(labels)));
  return firing
    .map(({ labels: { __name__: _name, alertstate: _state, ...labels } }) => keyOf(labels))
    .filter((key) => !held.has(key));
}

/**
 * Restarts Alertmanager, and waits until it knows again of everything that fires.
 *
 * It loses its alerts, and keeps only what it last sent for each group. Prometheus tells it of each again, but only
 * within a minute (`--rules.alert.resend-delay`). When the alerts of a CRM end within that minute, the first end that
 * arrives leaves nothing firing in the group, and is sent as the end of all of it. Any later end of an alert that was
 * not told again is then taken for one that nobody ever heard of: it is never sent, however often Prometheus repeats
 * it (prometheus/alertmanager, notify/dedup_stage.go, needsUpdate), and the incident stays open. So nothing may be
 * mended before this is done. Once the responder asks by itself what still fires, it will find such ends; then the
 * wait can go, to prove that.
 */
export async function restartAlertmanager(world: World): Promise<void> {
  await world.stack.restartAlertmanager();
  const isTold = async (): Promise<true | undefined> =>
    (await untoldAlerts(world)).length === 0 ? true : undefined;
  await until('Alertmanager is told again of all that fires', isTold, {
    describe: async () => `untold: ${(await untoldAlerts(world)).join('; ')}`,
  });
}
