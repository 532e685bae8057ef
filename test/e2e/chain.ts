import type { AlertView, IncidentDetailView } from '../../src/console/console.ts';
import { describeTarget } from './describe-target.ts';
import { SLOWNESS } from './pace.ts';
import { pause, until } from './polling.ts';
import { selectorOf } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/**
 * One scenario from the break to the review. Each stage is a promise of its own, so that every link of the chain
 * is judged by itself, and a wrong diagnosis does not keep the CRM from being mended.
 */
export type Chain = {
  readonly scenario: Scenario;
  /** Milliseconds from the break until the trouble was on the metric. */
  readonly measured: Promise<number>;
  /** The same until the alert fired in Prometheus. */
  readonly alerted: Promise<number>;
  /** The id of the incident. */
  readonly reported: Promise<string>;
  /** The incident once it has the expected answer, or as it was when patience ended. */
  readonly diagnosed: Promise<IncidentDetailView>;
  /** Settles when the breaking is over, well or not. */
  readonly observed: Promise<void>;
  /** The incident once it is resolved, after the mend. */
  readonly recovered: Promise<IncidentDetailView>;
  /** The Markdown of the closed incident. */
  readonly reviewed: Promise<string>;
};

export type ChainOptions = {
  /** Spreads the breaks, as faults do not come in step. */
  readonly delayMs: number;
  /** More to be done with the incident while the CRM is broken. */
  readonly meanwhile?: (incidentId: string) => Promise<void>;
  /** The mend waits for this. */
  readonly mendAfter: Promise<void>;
};

const DIAGNOSIS_PATIENCE_MS = 60_000 * SLOWNESS;

/** A promise that may be awaited late: until then its rejection is nobody's. */
function kept<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Resolves when all of them have ended, however that was. */
export async function settled(promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises);
}

export function startChain(world: World, scenario: Scenario, options: ChainOptions): Chain {
  const { crm, life } = world.place(scenario.name);
  const broken = kept(
    pause(options.delayMs).then(async () => {
      const atMs = performance.now();
      const mend = await scenario.break(crm, life);
      return { atMs, mend };
    }),
  );
  const measured = kept(broken.then(({ atMs }) => untilMeasured(world, scenario, atMs)));
  const alerted = kept(broken.then(({ atMs }) => untilAlerted(world, scenario, atMs)));
  const reported = kept(alerted.then(() => untilReported(world, scenario)));
  const diagnosed = kept(reported.then((id) => untilDiagnosed(world, scenario, id)));
  const handle = async ({ id }: IncidentDetailView): Promise<void> => {
    await world.api.acknowledge(id);
    await options.meanwhile?.(id);
  };
  const meanwhile = kept(diagnosed.then((incident) => handle(incident)));
  const observed = settled([measured, diagnosed, meanwhile]);
  const mended = kept(
    Promise.all([broken, observed, options.mendAfter]).then(async ([{ mend }]) => mend()),
  );
  const recovered = kept(
    Promise.all([reported, mended, meanwhile]).then(([id]) => untilRecovered(world, scenario, id)),
  );
  const reviewed = kept(recovered.then(({ id }) => review(world, id)));
  return { scenario, measured, alerted, reported, diagnosed, observed, recovered, reviewed };
}

async function untilMeasured(world: World, scenario: Scenario, atMs: number): Promise<number> {
  const expression = scenario.seenAs.replaceAll('$target', selectorOf(scenario));
  const isSeen = async (): Promise<true | undefined> =>
    (await world.query(expression)).length > 0 ? true : undefined;
  await until(`${scenario.name}: ${expression}`, isSeen, {
    describe: () => describeTarget(world, scenario),
  });
  return performance.now() - atMs;
}

async function untilAlerted(world: World, scenario: Scenario, atMs: number): Promise<number> {
  const labels = `alertname="${scenario.alert}",alertstate="firing",${selectorOf(scenario)}`;
  const isFiring = async (): Promise<true | undefined> =>
    (await world.query(`ALERTS{${labels}}`)).length > 0 ? true : undefined;
  await until(`${scenario.name}: alert ${scenario.alert} fires`, isFiring, {
    describe: () => describeTarget(world, scenario),
  });
  return performance.now() - atMs;
}

async function untilReported(world: World, { name, alert }: Scenario): Promise<string> {
  return until(`${name}: an incident with ${alert}`, async () => {
    const [incident] = await world.api.incidentsOf(name);
    if (incident === undefined) return undefined;
    const { alerts } = await world.api.incident(incident.id);
    return alerts.some((each) => each.name === alert) ? incident.id : undefined;
  });
}

async function untilDiagnosed(
  world: World,
  { name, diagnosis }: Scenario,
  id: string,
): Promise<IncidentDetailView> {
  let latest: IncidentDetailView | undefined;
  const isRight = async (): Promise<IncidentDetailView | undefined> => {
    latest = await world.api.incident(id);
    return latest.modelDiagnosis?.answer === diagnosis ? latest : undefined;
  };
  try {
    return await until(`${name}: a diagnosis`, isRight, { timeoutMs: DIAGNOSIS_PATIENCE_MS });
  } catch (error) {
    if (latest?.modelDiagnosis === undefined || latest.modelDiagnosis === null) throw error;
    return latest;
  }
}

async function untilRecovered(
  world: World,
  scenario: Scenario,
  id: string,
): Promise<IncidentDetailView> {
  const { name } = scenario;
  const isResolved = async (): Promise<IncidentDetailView | undefined> => {
    const incident = await world.api.incident(id);
    return incident.phase === 'resolved' ? incident : undefined;
  };
  return until(`${name}: the incident is resolved`, isResolved, {
    describe: async () => {
      const { phase, recovery, alerts, verifications } = await world.api.incident(id);
      const firing = alerts.filter(({ status }) => status === 'firing').map((alert) => alert.name);
      const incident = JSON.stringify({ phase, recovery, firing, verifications });
      return `${incident}; ${await describeTarget(world, scenario)}`;
    },
  });
}

async function review(world: World, id: string): Promise<string> {
  await world.api.close(id, 'mended by the end-to-end suite');
  return world.api.review(id);
}

/** Tells the responder, as Alertmanager would, that all alerts of an incident are over, although they are not. */
export async function deliverFalseEnd(world: World, alerts: readonly AlertView[]): Promise<void> {
  const endsAt = new Date().toISOString();
  const status = await world.api.deliver({
    version: '4',
    groupKey: '{}/{}:{}',
    status: 'resolved',
    receiver: 'crmwatch',
    truncatedAlerts: 0,
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1',
    alerts: alerts.map(({ labels, startsAtMs, fingerprint }) => ({
      status: 'resolved',
      labels,
      annotations: {},
      startsAt: new Date(startsAtMs).toISOString(),
      endsAt,
      generatorURL: '',
      fingerprint,
    })),
  });
  if (status !== 200) throw new Error(`the responder answered ${status} to a delivery`);
}
