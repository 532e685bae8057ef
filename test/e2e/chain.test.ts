import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listDashboardExpressions } from '../../src/dashboards/dashboards.ts';
import { findProgram } from '../support/program.ts';
import { trytonMissing } from '../support/tryton-server.ts';
import { ACTIVITY_SCENARIOS } from './activity-scenarios.ts';
import { restartAlertmanager } from './alertmanager.ts';
import { deliverFalseEnd, settled, startChain } from './chain.ts';
import type { Chain } from './chain.ts';
import { OUTAGE_SCENARIOS } from './outage-scenarios.ts';
import { SLOWNESS } from './pace.ts';
import { pause, until } from './polling.ts';
import { QUALITY_SCENARIOS } from './quality-scenarios.ts';
import { required } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

const SCENARIOS = [...OUTAGE_SCENARIOS, ...ACTIVITY_SCENARIOS, ...QUALITY_SCENARIOS];
/** Its Alertmanager is restarted while its incident is open. */
const RESTARTED = 'emails-missing';
/** Its alerts are said to be over while the server is still down. */
const FALSELY_ENDED = 'server-stopped';
/** The dashboard of one target is asked about this one: it speaks TLS, so it has everything. */
const SHOWN = 'certificate-expired';
/** What is usual has to be known before something breaks, and alerts, by the windows of their rules, come more than a minute after that. */
const BASELINE_MS = 80_000 * SLOWNESS;
/** Setting up Tryton for the first time on a machine takes minutes. */
const START_TIMEOUT_MS = 500_000 * SLOWNESS;
const SCENARIO_TIMEOUT_MS = 600_000 * SLOWNESS;

const missing = [
  trytonMissing('postgresql'),
  ...['prometheus', 'prometheus-alertmanager', 'promtool'].map((name) =>
    findProgram(name) === undefined ? `the program ${name} is missing` : undefined,
  ),
].find((reason) => reason !== undefined);

/** Whatever speaks up although nothing is wrong. */
async function noiseOf(world: World): Promise<readonly string[]> {
  const alerts = await world.query('ALERTS{alertname!="CrmWatchdog"}');
  const incidents = await world.api.allIncidents();
  return [
    ...alerts.map(({ labels }) => JSON.stringify(labels)),
    ...incidents.map(({ target, title }) => `incident of ${target}: ${title}`),
  ];
}

/** Expressions of the dashboards that give nothing although they should. */
async function emptyExpressions(world: World): Promise<readonly string[]> {
  const expressions = listDashboardExpressions({ target: SHOWN, rateInterval: '1m' });
  expect(expressions.length).toBeGreaterThan(40);
  const empty: string[] = [];
  for (const { dashboard, panel, expression, mayBeEmpty } of expressions) {
    const series = await world.query(expression);
    if (series.length === 0 && mayBeEmpty === null)
      empty.push(`${dashboard}, ${panel}: ${expression}`);
  }
  return empty;
}

async function provokeFalseEnd(world: World, id: string): Promise<void> {
  await until(`${FALSELY_ENDED}: a false end is not believed`, async () => {
    const incident = await world.api.incident(id);
    const firing = incident.alerts.filter(({ status }) => status === 'firing');
    if (firing.length > 0) await deliverFalseEnd(world, firing);
    const hasFailed = incident.verifications.some(({ outcome }) => outcome === 'failed');
    const { phase, recovery } = incident;
    return hasFailed && phase === 'verifying' && recovery === 'unconfirmed' ? true : undefined;
  });
}

/** Evidence of every incident, to be diagnosed again with `crmwatch diagnose`. */
function saveEvidence(world: World, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(world.folder, 'responder', 'incidents.sqlite'));
  for (const { incident_id: id, at_ms: atMs, evidence } of database
    .prepare('SELECT incident_id, at_ms, evidence FROM evidence ORDER BY at_ms')
    .all()) {
    const { target } = JSON.parse(String(evidence)) as { readonly target: string };
    const name = `${target}-${String(id).slice(-6)}-${String(atMs)}.json`;
    writeFileSync(join(folder, name), String(evidence));
  }
  database.close();
}

describe.skipIf(missing !== undefined)(
  missing === undefined ? 'the whole chain on real servers' : `the whole chain (${missing})`,
  { timeout: SCENARIO_TIMEOUT_MS },
  () => {
    let world: World;
    let isStarted = false;
    let chains: readonly Chain[] = [];
    let noise: readonly string[] = [];
    const shown = Promise.withResolvers<readonly string[]>();

    function startChains(): void {
      const meanwhile: Readonly<Record<string, (id: string) => Promise<void>>> = {
        [RESTARTED]: () => restartAlertmanager(world),
        [FALSELY_ENDED]: (id) => provokeFalseEnd(world, id),
      };
      chains = SCENARIOS.map((scenario, index) => {
        const extra = meanwhile[scenario.name];
        return startChain(world, scenario, {
          delayMs: index * 1000,
          mendAfter: settled([shown.promise]),
          ...(extra === undefined ? {} : { meanwhile: extra }),
        });
      });
      // While everything is broken, everything should be on the dashboards.
      void Promise.all(chains.map(({ observed }) => observed))
        .then(() => emptyExpressions(world))
        .then(shown.resolve, shown.reject);
    }

    function chainOf({ name }: Scenario): Chain {
      return required(
        chains.find(({ scenario }) => scenario.name === name),
        `chain ${name}`,
      );
    }

    beforeAll(async () => {
      world = await startWorld(SCENARIOS);
      isStarted = true;
      await until('the exporter is ready', async () =>
        (await fetch(`${world.exporterUrl}/-/ready`)).ok ? true : undefined,
      );
      await pause(BASELINE_MS);
      noise = await noiseOf(world);
      startChains();
    }, START_TIMEOUT_MS);

    afterAll(async () => {
      // Without a world the start has failed, and cleaned up after itself.
      if (!isStarted) return;
      await world.stop();
      const folder = process.env['CRMWATCH_E2E_EVIDENCE'];
      if (folder !== undefined) saveEvidence(world, folder);
      world.remove();
    }, 60_000);

    it('is quiet while nothing is wrong', () => {
      expect(noise).toEqual([]);
    });

    describe.each(SCENARIOS)('$name', (scenario) => {
      it(`${scenario.name}: is on the metric in Prometheus`, async () => {
        expect(await chainOf(scenario).measured).toBeGreaterThan(0);
      });

      it(`${scenario.name}: fires ${scenario.alert}`, async () => {
        expect(await chainOf(scenario).alerted).toBeGreaterThan(0);
      });

      it(`${scenario.name}: is diagnosed as ${scenario.diagnosis}`, async () => {
        const { modelDiagnosis, plan } = await chainOf(scenario).diagnosed;
        // Where the answer is another, the reasons are what one wants to read.
        const told = JSON.stringify(modelDiagnosis, null, 1);
        const isRefused = modelDiagnosis?.answer === 'unknown' && scenario.mayBeUnknown === true;
        const answer = isRefused ? modelDiagnosis.alternatives[0]?.answer : modelDiagnosis?.answer;
        expect(answer, told).toBe(scenario.diagnosis);
        expect(modelDiagnosis?.probability).toBeGreaterThan(0.3);
        expect(modelDiagnosis?.probability).toBeLessThanOrEqual(1);
        expect(modelDiagnosis?.terms.length).toBeGreaterThan(0);
        expect(plan?.steps.length).toBeGreaterThan(0);
      });

      it(`${scenario.name}: recovers, unconfirmed first and then proved by fresh probes`, async () => {
        const incident = await chainOf(scenario).recovered;
        expect(incident).toMatchObject({ recovery: 'confirmed', firingAlerts: 0 });
        expect(incident.verifications.length).toBeGreaterThan(0);
        for (const check of incident.verifications) expect(check.outcome).toBe('passed');
        const { verifying = 0, resolved = 0 } = incident.phaseTimes;
        expect(verifying).toBeGreaterThan(0);
        expect(resolved).toBeGreaterThanOrEqual(verifying);
      });

      it(`${scenario.name}: is reviewed, with its times`, async () => {
        const markdown = await chainOf(scenario).reviewed;
        expect(markdown).toContain(`# Review of `);
        for (const what of ['detect', 'diagnose', 'acknowledge', 'recover', 'close']) {
          expect(markdown).toMatch(new RegExp(`\\| ${what} \\| (\\d+ (h|min|s) ?)+\\|`));
        }
        expect(markdown).toContain(scenario.alert);
      });

      it(`${scenario.name}: was one incident from beginning to end`, async () => {
        await chainOf(scenario).reviewed;
        const incidents = await world.api.incidentsOf(scenario.name);
        expect(
          incidents.map(({ phase, timesReopened }) => `${phase}, reopened ${timesReopened} times`),
        ).toEqual(['closed, reopened 0 times']);
      });
    });

    it('shows data for every expression of the dashboards while everything is broken', async () => {
      expect(await shown.promise).toEqual([]);
    });

    it.each(['exporter', 'responder'] as const)(
      'serves metrics that promtool accepts: %s',
      async (half) => {
        const url = half === 'exporter' ? world.exporterUrl : world.responderUrl;
        const input = await (await fetch(`${url}/metrics`)).text();
        const program = findProgram('promtool') ?? 'promtool';
        const checked = spawnSync(program, ['check', 'metrics'], { input, encoding: 'utf8' });
        expect(`${checked.stdout}${checked.stderr}`).toBe('');
        expect(checked.status).toBe(0);
      },
    );

    it('tells people by e-mail and by signed webhook what happens to a CRM', async () => {
      await chainOf(required(SCENARIOS[0], 'scenario')).recovered;
      const subjects = world.mail.mails
        .filter(({ to }) => to.includes('oncall@example.com'))
        .map(({ subject }) => subject);
      expect(subjects.join('\n')).toContain('server-stopped');
      const types = world.webhooks.accepted.map(({ type }) => type);
      expect(types).toContain('incident.opened');
      expect(types).toContain('incident.resolved');
      expect(world.webhooks.refused).toEqual([]);
    });

    it('tells people past the responder when its notices do not get through', async () => {
      const mail = await until('an e-mail of Alertmanager', async () =>
        world.mail.mails.find(
          ({ to, subject }) =>
            to.includes('oncall@localhost') && subject.includes('CrmNotificationsFailing'),
        ),
      );
      expect(mail.text).toContain('pager');
      world.pager.setOutOfOrder(false);
      await until('the pager gets what waited for it', async () => world.pager.accepted[0]);
      expect(world.pager.refused).toEqual([]);
    });
  },
);
