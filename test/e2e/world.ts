import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRuntime, startAll } from '../../src/app/app.ts';
import { startStack } from '../../src/app/stack.ts';
import type { Stack } from '../../src/app/stack.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createHttpClient } from '../../src/http/http.ts';
import { createPrometheusClient } from '../../src/responder/evidence/evidence.ts';
import type { InstantSeries } from '../../src/responder/evidence/evidence.ts';
import { createFaultProxy } from '../../src/sandbox/sandbox.ts';
import { createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { startMailServer } from '../support/mail-server.ts';
import type { MailServer } from '../support/mail-server.ts';
import { findFreePort, waitUntil } from '../support/program.ts';
import { makeTestCertificates } from '../support/test-certificates.ts';
import type { TestCertificates } from '../support/test-certificates.ts';
import { openTrytonRpc } from '../support/tryton-rpc.ts';
import type { TrytonRpc } from '../support/tryton-rpc.ts';
import { startTlsProxy } from '../support/tls-proxy.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';
import { writeConfiguration, writeSecret } from './configuration.ts';
import { SLOWNESS } from './pace.ts';
import { createResponderApi } from './responder-api.ts';
import type { ResponderApi } from './responder-api.ts';
import { required } from './scenario.ts';
import type { Crm, Life, Scenario } from './scenario.ts';
import { MONITOR, seedCrm } from './seed.ts';
import { PRISTINE, startTrytonHost } from './tryton-host.ts';
import type { TrytonHost } from './tryton-host.ts';

/** Everything that a company would run, and the CRMs of all scenarios, on loopback. */
export type World = {
  readonly folder: string;
  readonly exporterUrl: string;
  readonly responderUrl: string;
  readonly stack: Stack;
  readonly api: ResponderApi;
  /** A query of Prometheus; throws when it cannot answer. */
  query(expression: string): Promise<readonly InstantSeries[]>;
  place(name: string): Place;
  readonly mail: MailServer;
  /** Takes notices all the time. */
  readonly webhooks: WebhookReceiver;
  /** Out of order from the beginning. */
  readonly pager: WebhookReceiver;
  /** Ends everything; the incident database stays until `remove`. */
  stop(): Promise<void>;
  remove(): void;
};

/** A CRM of the world and the address under which it is watched. */
export type Place = { readonly crm: Crm; readonly url: string; readonly life: Life | undefined };

const TEMPLATE = 'template';
const INTAKE_TOKEN = 'intake-token-of-the-end-to-end-suite';
const CONSOLE_TOKEN = 'console-token-of-the-end-to-end-suite';
/** Two share the load; the third belongs to the scenario that stops its server. */
const TRYTON_PROCESSES = 3;

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

type CleanUps = (() => Promise<void>)[];

/** What was started last ends first; every step runs although another fails. */
async function cleanUpAll(steps: CleanUps): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.splice(0).toReversed()) {
    await step().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'the world did not end cleanly');
}

export async function startWorld(scenarios: readonly Scenario[]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-e2e-'));
  const cleanUps: CleanUps = [];
  try {
    return await buildWorld(scenarios, folder, cleanUps);
  } catch (error) {
    await cleanUpAll(cleanUps).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function buildWorld(
  scenarios: readonly Scenario[],
  folder: string,
  cleanUps: CleanUps,
): Promise<World> {
  const tryton = await startTrytonHost(folder, TRYTON_PROCESSES);
  cleanUps.push(() => tryton.stop());
  await makeTemplate(tryton);
  const certificates = await makeTestCertificates();
  const places = new Map<string, Place>();
  for (const { name } of scenarios) await tryton.copyDatabase(TEMPLATE, name);
  await Promise.all(
    scenarios.map(async (scenario, index) => {
      places.set(scenario.name, await settle(scenario, index, { tryton, certificates, cleanUps }));
    }),
  );
  const [mail, webhooks, pager] = await Promise.all([
    startMailServer(),
    startWebhookReceiver(),
    startWebhookReceiver(),
  ]);
  cleanUps.push(...[mail, webhooks, pager].map((server) => () => server.stop()));
  pager.setOutOfOrder(true);
  const running = await startCrmwatch({
    folder,
    tryton,
    places,
    certificates,
    cleanUps,
    mail,
    webhooks,
    pager,
  });
  return {
    folder,
    ...running,
    mail,
    webhooks,
    pager,
    place: (name) => required(places.get(name), `place ${name}`),
    stop: () => cleanUpAll(cleanUps),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeTemplate(tryton: TrytonHost): Promise<void> {
  await tryton.copyDatabase(PRISTINE, TEMPLATE);
  const [process] = tryton.processes;
  const admin = await tryton.admin(TEMPLATE, required(process, 'trytond').port);
  await seedCrm(admin, TEMPLATE, tryton.postgres);
}

/** Gives a scenario a database of its own and a way to it. */
async function settle(
  scenario: Scenario,
  index: number,
  {
    tryton,
    certificates,
    cleanUps,
  }: { tryton: TrytonHost; certificates: TestCertificates; cleanUps: CleanUps },
): Promise<Place> {
  const { name, front } = scenario;
  const number = front === 'own_server' ? TRYTON_PROCESSES - 1 : index % (TRYTON_PROCESSES - 1);
  const server = required(tryton.processes[number], 'trytond');
  const { postgres } = tryton;
  const admin = (): ReturnType<TrytonHost['admin']> => tryton.admin(name, server.port);
  const crm: Crm = { database: name, postgres, server, certificates, admin };
  await warmUp(crm);
  const life = scenario.live?.(crm);
  life?.begin();
  cleanUps.push(async () => life?.halt());
  if (front === 'own_server' || front === 'shared_server') {
    return { crm, url: `http://127.0.0.1:${server.port}`, life };
  }
  const tlsProxy = await startTlsProxy(server.port, certificates.valid);
  cleanUps.push(() => tlsProxy.stop());
  if (front === 'tls_proxy') {
    return { crm: { ...crm, tlsProxy }, url: `https://127.0.0.1:${tlsProxy.port}`, life };
  }
  const line = createFaultProxy({
    host: '127.0.0.1',
    port: 0,
    upstreamPort: () => tlsProxy.port,
    clock: createSystemClock(),
    random: createSystemRandom(),
  });
  cleanUps.push(() => line.close());
  return { crm: { ...crm, line }, url: `https://127.0.0.1:${await line.open()}`, life };
}

/** The first calls to a database make trytond load modules and fill caches, which takes a second or two. */
async function warmUp({ database, server }: Crm): Promise<void> {
  const url = `http://127.0.0.1:${server.port}`;
  let problem: unknown;
  // While other databases are loaded beside it, trytond fails a call now and then, with an empty error.
  await waitUntil(
    async () => {
      try {
        await callAll(await openTrytonRpc(url, database, MONITOR));
        return true;
      } catch (error) {
        problem = error;
        return false;
      }
    },
    {
      timeoutMs: 120_000 * SLOWNESS,
      describe: () => `the first calls to ${database}: ${String(problem)}`,
    },
  );
}

async function callAll(monitor: TrytonRpc): Promise<void> {
  for (const model of ['res.user', 'res.group', 'ir.cron', 'sale.opportunity']) {
    await monitor.call(`model.${model}.search_read`, [], 0, 1, null, ['write_date']);
  }
  const fields = ['name', 'email', 'phone', 'mobile'];
  await monitor.call('model.party.party.search_read', [], 0, null, null, fields);
}

type Parts = {
  readonly folder: string;
  readonly tryton: TrytonHost;
  readonly places: ReadonlyMap<string, Place>;
  readonly certificates: TestCertificates;
  readonly cleanUps: CleanUps;
  readonly mail: MailServer;
  readonly webhooks: WebhookReceiver;
  readonly pager: WebhookReceiver;
};

function notifyOptions({ folder, mail, webhooks, pager }: Parts): readonly object[] {
  const secret = { file: join(folder, 'secrets', 'webhook') };
  return [
    {
      type: 'email',
      name: 'oncall',
      host: '127.0.0.1',
      port: mail.port,
      encryption: 'none',
      from: 'crmwatch@example.com',
      to: ['oncall@example.com'],
    },
    { type: 'webhook', name: 'chat', url: webhooks.url, secret },
    { type: 'webhook', name: 'pager', url: pager.url, secret },
  ];
}

async function startCrmwatch(
  parts: Parts,
): Promise<Pick<World, 'exporterUrl' | 'responderUrl' | 'stack' | 'api' | 'query'>> {
  const { folder, tryton, places, certificates, cleanUps, mail, webhooks } = parts;
  const [exporterPort, responderPort] = [await findFreePort(), await findFreePort()];
  const runtime = createRuntime('error');
  const tokens = { intake: INTAKE_TOKEN, console: CONSOLE_TOKEN };
  const intakeTokenFile = writeSecret(folder, 'intake', INTAKE_TOKEN);
  writeSecret(folder, 'console', CONSOLE_TOKEN);
  writeSecret(folder, 'webhook', webhooks.secret);
  const stack = await startStack({
    folder,
    exporters: [`127.0.0.1:${exporterPort}`],
    responder: `127.0.0.1:${responderPort}`,
    intakeTokenFile,
    smtpSmarthost: `127.0.0.1:${mail.port}`,
    intervals: {
      scrape: `${3 * SLOWNESS}s`,
      evaluation: '3s',
      groupWait: '1s',
      groupInterval: '3s',
      watchdog: '20s',
    },
    prometheusPort: 0,
    alertmanagerPort: 0,
    clock: runtime.clock,
  });
  const endAtOnce = (): void => stack.pids().forEach((pid) => endProcess(pid));
  // A test run that is killed must not leave servers behind; test/support/program.ts does the same.
  process.once('exit', endAtOnce);
  cleanUps.push(async () => {
    await stack.stop();
    process.off('exit', endAtOnce);
  });
  const targets = [...places].map(([name, { url }]) => ({
    name,
    url,
    isStale: name === 'opportunities-stale',
  }));
  const file = writeConfiguration({
    folder,
    targets,
    postgresPort: tryton.postgres.port,
    exporterPort,
    responderPort,
    prometheusUrl: stack.prometheusUrl,
    certificateAuthority: certificates.authority,
    notify: notifyOptions(parts),
  });
  const all = await startAll(loadConfig(file, {}), runtime);
  cleanUps.push(() => all.stop());
  const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock: runtime.clock });
  cleanUps.push(() => Promise.resolve(http.close()));
  const prometheus = createPrometheusClient({ url: stack.prometheusUrl, http, timeoutMs: 20_000 });
  return {
    exporterUrl: all.exporterUrl,
    responderUrl: all.responderUrl,
    stack,
    api: createResponderApi(all.responderUrl, tokens),
    async query(expression) {
      const outcome = await prometheus.query(expression);
      if (outcome.ok) return outcome.value;
      throw new Error(`Prometheus, asked for ${expression}: ${outcome.failure.detail}`);
    },
  };
}
