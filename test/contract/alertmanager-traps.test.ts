import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hasAlertmanager } from '../support/alertmanager.ts';
import type { DeliveryProxy } from '../support/delivery-proxy.ts';
import { hasPrometheus } from '../support/real-prometheus.ts';
import { TROUBLES, UNREACHABLE, quickly, setTrap, startTrapWorld } from '../support/trap-world.ts';
import type { Trap, TrapWorld } from '../support/trap-world.ts';

const WARNING = { ...UNREACHABLE, severity: 'warning' };

/** Tokens by which the two peers of a pair are told apart; the pair is one source. */
const PEERS = ['am-1', 'am-2'];
const SENDERS = PEERS.map((name) => ({ name, token: { file: name }, source: 'pair' }));

function withToken(name: string, webhook: object = {}): object {
  return { ...webhook, http_config: { authorization: { credentials: `token-of-${name}` } } };
}

async function setPair(world: TrapWorld): Promise<Trap> {
  for (const name of PEERS) writeFileSync(join(world.folder, name), `token-of-${name}`);
  const senders = SENDERS.map(({ name, source }) => ({
    name,
    source,
    token: { file: join(world.folder, name) },
  }));
  return setTrap(world, {
    alertmanagers: PEERS.map((name) => quickly({ webhook: { ...withToken(name) } })),
    responder: { senders },
    isDeaf: true,
  });
}

/** How often the journal says that an alert fires, or is gone. */
async function count(trap: Trap, what: 'fires' | 'is gone'): Promise<number> {
  const { timeline } = await trap.only();
  return timeline.filter(({ text }) => text.startsWith('alert ') && text.includes(what)).length;
}

const ofPeer = (peer: number) => (_: string, path: string) => path === `/peer-${peer}`;
const told = (alerts: DeliveryProxy['deliveries']): readonly string[] =>
  alerts.map((delivery) => delivery.alerts.join());

describe.skipIf(!hasAlertmanager || !hasPrometheus)('traps of deliveries', () => {
  let world: TrapWorld;

  beforeAll(async () => {
    world = await startTrapWorld();
  });
  afterAll(() => world.stop());

  describe.concurrent('of a real Alertmanager, whom nobody asks', () => {
    it('HA duplicates: two peers that a partition parts tell the same, and it is one episode', async ({
      expect,
    }) => {
      await using trap = await setPair(world);
      const both = trap.alertmanagers;
      const alert = { labels: UNREACHABLE, startedAtMs: Date.now() - 60_000 };
      await Promise.all(both.map((am) => am.post(alert)));
      // As in a partition, where neither knows what the other has told: each tells by itself.
      await trap.delivered(1, ofPeer(0));
      await trap.delivered(1, ofPeer(1));
      expect(await count(trap, 'fires')).toBe(1);
      await Promise.all(both.map((am) => am.post({ ...alert, endedAgo: 0 })));
      await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      const { totalAlerts, timesReopened } = await trap.only();
      expect([totalAlerts, timesReopened]).toEqual([1, 0]);
    });

    it('repeats: the full group comes again and again', async ({ expect }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { repeat_interval: '1s' } })],
        isDeaf: true,
      });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE });
      await trap.delivered(3);
      expect((await trap.only()).totalAlerts).toBe(1);
      expect(await count(trap, 'fires')).toBe(1);
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      const over = await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      expect(over.recovery).toBe('confirmed');
    });

    it('out of order: the firing of one peer comes after the resolve of the other', async ({
      expect,
    }) => {
      await using trap = await setPair(world);
      const [first, second] = trap.alertmanagers;
      trap.proxy.steer(({ path, alerts }) =>
        path === '/peer-1' && alerts.includes('CrmUnreachable firing') ? 'hold' : 'pass',
      );
      await first?.post({ labels: UNREACHABLE });
      await second?.post({ labels: UNREACHABLE });
      await trap.delivered(1, ofPeer(0));
      await trap.until('the held firing', () =>
        trap.proxy.deliveries.some(({ way }) => way === 'hold'),
      );
      await first?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      trap.proxy.release();
      await trap.delivered(1, ofPeer(1));
      await second?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.delivered(1, (alerts, path) => path === '/peer-1' && /resolved/.test(alerts));
      const { phase, timesReopened } = await trap.only();
      expect([phase, timesReopened]).toEqual(['resolved', 0]);
    });

    it('redirect: a delivery that is redirected does not count as delivered', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()], isDeaf: true });
      const [am] = trap.alertmanagers;
      const seen = { redirects: 0 };
      trap.proxy.steer(() => (seen.redirects++ < 1 ? 'redirect' : 'pass'));
      await am?.post({ labels: UNREACHABLE });
      await trap.until(
        'a failed notification',
        async () =>
          ((await am?.metric(
            'alertmanager_notifications_failed_total',
            '{integration="webhook"}',
          )) ?? 0) > 0,
      );
      // Go's client came with GET, was answered 405, and the next flush tells again.
      await trap.delivered(1);
      expect((await trap.only()).totalAlerts).toBe(1);
      for (const path of ['', '/', '/anything', '?a=b']) {
        const init = { method: 'POST', body: '{}', redirect: 'manual' } as const;
        const answer = await fetch(`${trap.url}/api/v1/alerts/alertmanager${path}`, init);
        expect(answer.status, path).toBeGreaterThanOrEqual(400);
      }
      const get = await fetch(`${trap.url}/api/v1/alerts/alertmanager`, { redirect: 'manual' });
      expect(get.status).toBe(405);
    });

    it('reload: a delivery that is cancelled after our commit comes again under another group', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()], isDeaf: true });
      const [am] = trap.alertmanagers;
      trap.proxy.steer(() => 'hold_answer');
      await am?.post({ labels: UNREACHABLE });
      await trap.delivered(1);
      trap.proxy.steer(() => 'pass');
      const changed = quickly({ route: { group_by: ['target', 'alertname'] } });
      await am?.reload(changed(`${trap.proxy.url}/peer-0`));
      await trap.until('the other group', async () => {
        // Prometheus would tell again within a minute.
        await am?.post({ labels: UNREACHABLE });
        return trap.proxy.deliveries.some(
          ({ status, groupKey }) => status === 200 && groupKey.includes('alertname'),
        );
      });
      trap.proxy.release();
      const groups = new Set(trap.proxy.deliveries.map(({ groupKey }) => groupKey));
      expect(groups.size).toBe(2);
      expect((await trap.only()).totalAlerts).toBe(1);
      expect(await count(trap, 'fires')).toBe(1);
    });

    it('label change: the same trouble under another severity joins its incident', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()], isDeaf: true });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: WARNING });
      await trap.delivered(1);
      await am?.post({ labels: WARNING, endedAgo: 0 }, { labels: UNREACHABLE });
      const both = await trap.reach(
        'both',
        ({ firingAlerts, totalAlerts }) => firingAlerts === 1 && totalAlerts === 2,
      );
      expect(both).toMatchObject({ severity: 'critical', recovery: 'none' });
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.reach('recovery', ({ phase }) => phase === 'resolved');
    });

    it('annotation change: nobody is told, and the next delivery brings the newest', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { repeat_interval: '4s' } })],
        isDeaf: true,
      });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE, annotations: { summary: 'one of 3 is down' } });
      await trap.delivered(1);
      await am?.post({ labels: UNREACHABLE, annotations: { summary: 'two of 3 are down' } });
      const changed = await trap.reach(
        'the newest summary',
        ({ alerts }) => alerts[0]?.summary === 'two of 3 are down',
      );
      expect([changed.totalAlerts, changed.timesReopened]).toEqual([1, 0]);
    });

    it.for([10, -10])(
      'clock skew of %i minutes: episodes are told apart all the same',
      async (minutes, { expect }) => {
        await using trap = await setTrap(world, {
          alertmanagers: [quickly()],
          skewMs: minutes * 60_000,
        });
        const [am] = trap.alertmanagers;
        await am?.post({ labels: UNREACHABLE, startedAgo: 30 });
        await trap.delivered(1);
        await am?.post({ labels: UNREACHABLE, startedAgo: 30, endedAgo: 2 });
        await trap.reach('recovery', ({ phase }) => phase === 'resolved');
        await am?.post({ labels: UNREACHABLE, startedAgo: 0 });
        const again = await trap.reach(
          'the second episode',
          ({ firingAlerts }) => firingAlerts === 1,
        );
        expect([again.timesReopened, again.totalAlerts]).toEqual([1, 1]);
        await am?.post({ labels: UNREACHABLE, startedAgo: 0, endedAgo: 0 });
        await trap.reach('the second recovery', ({ phase }) => phase === 'resolved');
        expect(await trap.metric('crmwatch_upstream_failures_total')).toBeNaN();
      },
    );

    it('huge groups: thousands of alerts in one delivery are one incident', async ({ expect }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { group_wait: '3s', group_interval: '30s' } })],
        isDeaf: true,
      });
      const alerts = Array.from({ length: 3000 }, (_, index) => ({
        labels: { ...UNREACHABLE, instance: `crm-${index}` },
        annotations: { description: 'x'.repeat(500) },
        // One that began before the group waits is told at once.
        startedAgo: 0,
      }));
      await trap.alertmanagers[0]?.post(...alerts);
      const storm = await trap.reach('all', ({ totalAlerts }) => totalAlerts === 3000);
      expect(storm.firingAlerts).toBe(3000);
      expect(told(trap.proxy.deliveries).length).toBe(1);
    });

    it('`continue` routes: one alert in two groups is one alert', async ({ expect }) => {
      const routes = [
        { receiver: 'crmwatch', group_by: ['alertname'], matchers: ['severity="critical"'] },
        { receiver: 'crmwatch', group_by: ['target'], matchers: ['target="shop"'] },
      ].map((route) => ({ ...route, continue: true }));
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { routes } })],
        isDeaf: true,
      });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE });
      await trap.delivered(2);
      expect(new Set(trap.proxy.deliveries.map(({ groupKey }) => groupKey)).size).toBe(2);
      expect((await trap.only()).totalAlerts).toBe(1);
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.delivered(2, (alerts) => /resolved/.test(alerts));
      await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      expect(await count(trap, 'fires')).toBe(1);
      expect(await count(trap, 'is gone')).toBe(1);
    });

    it('delivery after our commit but before our answer: the second one changes nothing', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()], isDeaf: true });
      const [am] = trap.alertmanagers;
      const seen = { cuts: 0 };
      trap.proxy.steer(() => (seen.cuts++ < 2 ? 'cut_after_commit' : 'pass'));
      await am?.post(...TROUBLES.map((labels) => ({ labels })));
      await trap.delivered(3);
      const { totalAlerts, timeline } = await trap.only();
      expect(totalAlerts).toBe(TROUBLES.length);
      // The first alert opened it, and one entry tells of the others.
      const entries = timeline.filter(({ kind }) => kind.startsWith('alert'));
      expect(entries.length).toBe(2);
    });

    it('late deliveries: what was held up for a while still counts, once', async ({ expect }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()], isDeaf: true });
      const [am] = trap.alertmanagers;
      trap.proxy.steer(() => 'hold');
      await am?.post({ labels: UNREACHABLE });
      await trap.until('a held delivery', () => trap.proxy.deliveries.length > 0);
      expect(await trap.incidents()).toEqual([]);
      trap.proxy.steer(() => 'pass');
      trap.proxy.release();
      await trap.delivered(1);
      expect((await trap.only()).totalAlerts).toBe(1);
    });
  });
});
