import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hasAlertmanager } from '../support/alertmanager.ts';
import { hasPrometheus, startPrometheus } from '../support/real-prometheus.ts';
import { TROUBLES, UNREACHABLE, quickly, setTrap, startTrapWorld } from '../support/trap-world.ts';
import type { Trap, TrapWorld } from '../support/trap-world.ts';

/** What Alertmanager loses, the reconciler finds: with looks every second here, every 30 s by default. */
const BROKEN: Readonly<Record<string, string>> = { ...UNREACHABLE, target: 'broken' };
const OTHER = { ...UNREACHABLE, alertname: 'CrmProbeFailed', probe: 'certificate' };

async function reconciled(trap: Trap): Promise<readonly string[]> {
  const { timeline } = await trap.only();
  return timeline.filter(({ actor }) => actor === 'reconciler').map(({ kind }) => kind);
}

function hasResolve(trap: Trap): boolean {
  return trap.proxy.deliveries.some(({ alerts }) => alerts.join().includes('resolved'));
}

describe.skipIf(!hasAlertmanager || !hasPrometheus)('traps that lose what was to be told', () => {
  let world: TrapWorld;

  beforeAll(async () => {
    world = await startTrapWorld();
  });
  afterAll(() => world.stop());

  describe.concurrent('with a real Alertmanager, which is asked', () => {
    it('lost resolve by silence: said while it is silenced, healed when it ends', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()] });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE }, { labels: OTHER });
      await trap.delivered(1);
      await am?.silence({ alertname: 'CrmUnreachable' });
      const silenced = await trap.reach('the silence', ({ muted }) => muted.length > 0);
      expect(silenced.muted).toEqual(['CrmUnreachable fires and is silenced in Alertmanager']);
      expect([silenced.firingAlerts, silenced.recovery]).toEqual([2, 'none']);
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.reach('the end of the silenced one', ({ firingAlerts }) => firingAlerts === 1);
      expect(hasResolve(trap)).toBe(false);
      expect(await reconciled(trap)).toContain('alert_resolved');
    });

    it('lost resolve by inhibition: healed when the inhibited alert ends', async ({ expect }) => {
      const inhibitRules = [
        {
          source_matchers: ['alertname="CrmProbeFailed"'],
          target_matchers: ['alertname="CrmUnreachable"'],
          equal: ['target'],
        },
      ];
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ rest: { inhibit_rules: inhibitRules } })],
      });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE });
      await trap.delivered(1);
      await am?.post({ labels: OTHER });
      const inhibited = await trap.reach('the inhibition', ({ muted }) => muted.length > 0);
      expect(inhibited.muted).toEqual(['CrmUnreachable fires and is inhibited by another alert']);
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      await trap.reach('the end of the inhibited one', ({ firingAlerts }) => firingAlerts === 1);
      expect(hasResolve(trap)).toBe(false);
      expect(await reconciled(trap)).toContain('alert_resolved');
    });

    it('lost resolve by restart: nothing is concluded while it is down, and healed after', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, { alertmanagers: [quickly()] });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE });
      await trap.delivered(1);
      await am?.kill();
      const name = new URL(am?.url ?? '').host;
      const failures = `crmwatch_upstream_failures_total{upstream="${name}"}`;
      await trap.until('looks in vain', async () => (await trap.metric(failures)) >= 3);
      expect((await trap.only()).firingAlerts).toBe(1);
      await am?.start(true);
      await am?.post({ labels: UNREACHABLE, endedAgo: 0 });
      const over = await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      expect(over.recovery).toBe('confirmed');
      expect(hasResolve(trap)).toBe(false);
      expect(await reconciled(trap)).toEqual(['alert_resolved']);
    });

    it('silent flap: an alert that ends and fires again between notifications is noticed', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { group_interval: '1h' } })],
      });
      const [am] = trap.alertmanagers;
      await am?.post({ labels: UNREACHABLE, startedAgo: 60 });
      await trap.delivered(1);
      const { alerts } = await trap.only();
      await am?.post({ labels: UNREACHABLE, startedAgo: 60, endedAgo: 30 });
      await am?.post({ labels: UNREACHABLE, startedAgo: 10 });
      const startedAtMs = alerts[0]?.startsAtMs ?? Infinity;
      const flapped = await trap.reach(
        'the later start',
        (incident) => (incident.alerts[0]?.startsAtMs ?? 0) > startedAtMs + 40_000,
      );
      expect([flapped.totalAlerts, flapped.firingAlerts, flapped.timesReopened]).toEqual([1, 1, 0]);
      expect(trap.proxy.deliveries.length).toBe(1);
      expect(await reconciled(trap)).toEqual(['alert_fired']);
    });

    it('truncation: alerts that max_alerts cut off are told by the reconciler', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { group_wait: '1s' }, webhook: { max_alerts: 1 } })],
      });
      const alerts = TROUBLES.map((labels) => ({ labels, startedAgo: 0 }));
      await trap.alertmanagers[0]?.post(...alerts);
      const all = await trap.reach('all', ({ totalAlerts }) => totalAlerts === TROUBLES.length);
      expect(all.firingAlerts).toBe(TROUBLES.length);
      await trap.until('a truncated delivery', () =>
        trap.proxy.deliveries.some(({ truncatedAlerts }) => truncatedAlerts === 2),
      );
      expect(trap.proxy.deliveries.every((delivery) => delivery.alerts.length === 1)).toBe(true);
      // It cut the group again when it was told that they ended.
      await trap.alertmanagers[0]?.post(...alerts.map((alert) => ({ ...alert, endedAgo: 0 })));
      await trap.reach('the end of all', ({ firingAlerts }) => firingAlerts === 0);
    });

    it('peers that disagree: one tells the end, and nobody is told while the other has the alert', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly(), quickly()],
        // It is not the reconciler that keeps it open.
        responder: { reconcile_interval: '60s' },
      });
      const [told, parted] = trap.alertmanagers;
      const startedAtMs = Date.now() - 60_000;
      await told?.post({ labels: UNREACHABLE, startedAtMs });
      await parted?.post({ labels: UNREACHABLE, startedAtMs });
      await trap.delivered(1, (_, path) => path.includes('peer-0'));
      await trap.delivered(1, (_, path) => path.includes('peer-1'));
      await told?.post({ labels: UNREACHABLE, startedAtMs, endedAgo: 0 });
      const doubted = await trap.reach('the doubt', (incident) => {
        return incident.unconfirmedBecause.length > 0;
      });
      const { host } = new URL(parted?.url ?? '');
      expect(doubted).toMatchObject({
        phase: 'verifying',
        recovery: 'unconfirmed',
        unconfirmedBecause: [`Alertmanager ${host} still has CrmUnreachable active`],
      });
      await parted?.post({ labels: UNREACHABLE, startedAtMs, endedAgo: 0 });
      const over = await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      expect([over.recovery, over.timesReopened]).toEqual(['confirmed', 0]);
      expect(over.timeline.filter(({ kind }) => kind === 'verification_passed').length).toBe(1);
    });

    it('lost firing: an alert that waits for its group, or was never told, opens an incident', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { group_wait: '1h' } })],
      });
      await trap.alertmanagers[0]?.post({ labels: UNREACHABLE, startedAgo: 0 });
      const found = await trap.reach('an incident', () => true);
      expect(found.firingAlerts).toBe(1);
      expect(trap.proxy.deliveries).toEqual([]);
      expect(await reconciled(trap)).toEqual(['alert_fired']);
    });
  });

  describe.concurrent('with a real Prometheus behind it', () => {
    it('false resolve: a Prometheus that is gone looks like recovery, and is not believed', async ({
      expect,
    }) => {
      const rules = [{ alert: 'CrmUnreachable', expr: 'vector(1)', labels: BROKEN }];
      const { alertname: _, ...labels } = BROKEN;
      const prometheus = await startPrometheus({
        folder: world.place(),
        rules: rules.map((rule) => ({ ...rule, labels })),
      });
      try {
        await using trap = await setTrap(world, {
          alertmanagers: [quickly()],
          prometheusUrl: prometheus.url,
        });
        await prometheus.tell(trap.alertmanagers.map(({ url }) => new URL(url).host));
        await trap.delivered(1);
        await prometheus.stop();
        await trap.delivered(1, (alerts) => /resolved/.test(alerts));
        const doubted = await trap.reach(
          'the doubt',
          ({ unconfirmedBecause }) => unconfirmedBecause.length > 0,
        );
        expect(doubted).toMatchObject({ phase: 'verifying', recovery: 'unconfirmed' });
        expect(doubted.unconfirmedBecause[0]).toMatch(/^Prometheus cannot be asked/);
        await prometheus.start();
        const again = await trap.reach(
          'the alert again',
          (incident) => incident.firingAlerts === 1 && incident.unconfirmedBecause.length === 0,
        );
        expect([again.totalAlerts, again.recovery]).toEqual([1, 'none']);
        await prometheus.setRules([]);
        const deleted = await trap.reach(
          'the deleted rule',
          ({ unconfirmedBecause }) => unconfirmedBecause.length > 0,
        );
        expect(deleted).toMatchObject({ firingAlerts: 0, phase: 'verifying' });
        expect(deleted.unconfirmedBecause).toContain('Prometheus has no rule CrmUnreachable');
      } finally {
        await prometheus.stop();
      }
    });

    it('exporter dead, target vanished: alerts that end with their series prove nothing', async ({
      expect,
    }) => {
      const page = { text: 'crm_target_info{target="broken"} 1\ntrouble{target="broken"} 1\n' };
      const exporter = createServer((_, response) => response.end(page.text));
      await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
      const { port } = exporter.address() as { port: number };
      const prometheus = await startPrometheus({
        folder: world.place(),
        rules: [
          {
            alert: 'CrmUnreachable',
            expr: 'max by (target) (trouble) > 0',
            labels: { severity: 'critical' },
          },
        ],
        exporter: `127.0.0.1:${port}`,
      });
      try {
        await using trap = await setTrap(world, {
          alertmanagers: [quickly()],
          prometheusUrl: prometheus.url,
        });
        await prometheus.tell(trap.alertmanagers.map(({ url }) => new URL(url).host));
        await trap.delivered(1);
        page.text = 'nothing 1\n';
        const vanished = await trap.reach('the doubt', (incident) =>
          incident.unconfirmedBecause.includes('no exporter tells of broken any more'),
        );
        expect(vanished).toMatchObject({ phase: 'verifying', recovery: 'unconfirmed' });
        exporter.closeAllConnections();
        exporter.close();
        const dead = await trap.reach('the other doubt', (incident) =>
          incident.unconfirmedBecause.includes('no exporter of crmwatch is scraped with success'),
        );
        expect(dead.phase).toBe('verifying');
      } finally {
        exporter.close();
        await prometheus.stop();
      }
    });

    it('upstream loss: what Prometheus fires and no Alertmanager ever got opens an incident', async ({
      expect,
    }) => {
      const { alertname: _, ...labels } = UNREACHABLE;
      const prometheus = await startPrometheus({
        folder: world.place(),
        rules: [{ alert: 'CrmUnreachable', expr: 'vector(1)', labels }],
        alertmanagers: ['127.0.0.1:1'],
      });
      try {
        await using trap = await setTrap(world, {
          alertmanagers: [quickly()],
          prometheusUrl: prometheus.url,
        });
        await trap.reach('an incident', ({ firingAlerts }) => firingAlerts === 1);
        expect(await trap.alertmanagers[0]?.held()).toEqual([]);
        expect(await reconciled(trap)).toEqual(['alert_fired']);
        await prometheus.setRules([{ alert: 'CrmUnreachable', expr: 'vector(0) > 1', labels }]);
        await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      } finally {
        await prometheus.stop();
      }
    });

    it('watchdog: its absence opens an incident about the pipe, and its return ends it', async ({
      expect,
    }) => {
      await using trap = await setTrap(world, {
        alertmanagers: [quickly({ route: { group_by: ['alertname'], repeat_interval: '1s' } })],
        responder: { watchdog: { limit: '10s' } },
      });
      const [am] = trap.alertmanagers;
      const watchdog = { labels: { alertname: 'CrmWatchdog', severity: 'none' } };
      await am?.post(watchdog);
      await trap.delivered(2);
      expect(await trap.incidents()).toEqual([]);
      await am?.kill();
      const dead = await trap.reach('a dead pipe', () => true);
      expect(dead).toMatchObject({ severity: 'critical', target: null });
      expect(dead.title).toMatch(/^The alerting pipe of anonymous is dead/);
      await am?.start(true);
      await am?.post(watchdog);
      const over = await trap.reach('recovery', ({ phase }) => phase === 'resolved');
      expect(over.verifications).toMatchObject([{ alert: 'CrmPipeDead', outcome: 'passed' }]);
    });
  });
});
