import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dump } from 'js-yaml';

import { createFront, makeCertificates } from '../../../src/sandbox/sandbox.ts';
import type { RunningFront } from '../../../src/sandbox/sandbox.ts';
import { createSeededRandom } from '../../../src/std/std.ts';
import type { Clock, Logger } from '../../../src/std/std.ts';
import { MONITOR, SQL_READER } from '../../e2e/seed.ts';
import type { TrytonHost, TrytonProcess } from '../../e2e/tryton-host.ts';
import { findFreePort } from '../../support/program.ts';
import { openTrytonRpc } from '../../support/tryton-rpc.ts';
import { frontFaults } from '../faults/front-faults.ts';
import { trytonFaults } from '../faults/tryton-faults.ts';
import type { LabCrm } from './crm.ts';
import { startSynchronisation } from './synchronisation.ts';

export type TrytonCrmOptions = {
  /** Also the name of its database, which exists. */
  readonly name: string;
  readonly folder: string;
  readonly host: TrytonHost;
  readonly process: TrytonProcess;
  readonly seed: number;
  readonly clock: Clock;
  readonly logger: Logger;
};

type FrontOptions = Parameters<typeof createFront>[0];

/** Takes a request of the front to the trytond behind it. */
function createForwarder(port: number): FrontOptions['api'] {
  return {
    async handle({ method, path, body, authorization }) {
      try {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        return { status: answer.status, body: parse(text) };
      } catch {
        // As every gateway does when it cannot reach what is behind it.
        return { status: 502, body: { error: 'bad gateway' } };
      }
    },
  };
}

/** Refusals of Tryton come with pages of text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function startFront(options: TrytonCrmOptions): Promise<RunningFront & { ca: string }> {
  const { process, seed, clock, logger } = options;
  const certificates = await makeCertificates(clock.now(), 'localhost');
  const front = createFront({
    host: '127.0.0.1',
    port: 0,
    certificates,
    api: createForwarder(process.port),
    clock,
    random: createSeededRandom(seed),
    logger,
  });
  await front.listener.open();
  return { ...front, ca: certificates.caCertificatePem };
}

const PACE = { interval: '10s', retry_interval: '3s', max_attempts: 2, timeout: '20s' };
const YEAR = { field: 'updated_at', maximum_age: '365d' };

/** The configuration that a user would write, at the pace of the demonstration. */
function configurationOf(
  options: TrytonCrmOptions,
  url: string,
  ports: { readonly exporter: number; readonly responder: number },
): object {
  const { name, host } = options;
  const target = {
    name,
    connection: {
      platform: 'tryton',
      url,
      database: name,
      tls: { ca_file: 'authority.pem' },
      authentication: {
        user: MONITOR.login,
        password: { file: 'secret' },
        pause_after_rejection: '20s',
      },
      utc_offset_minutes: -new Date().getTimezoneOffset(),
      sql: {
        engine: 'postgresql',
        host: '127.0.0.1',
        port: host.postgres.port,
        database: name,
        user: SQL_READER,
      },
    },
    probes: {
      reachability: { ...PACE, interval: '5s', timeout: '4s' },
      login: PACE,
      api_latency: PACE,
      background_jobs: PACE,
      certificate: PACE,
      failed_logins: { ...PACE, options: { window: '2m' } },
      accounts: PACE,
      data_quality: {
        ...PACE,
        interval: '15s',
        timeout: '60s',
        options: {
          objects: {
            parties: {
              completeness: { fields: ['email', 'phone'] },
              duplicates: { keys: [['email']] },
              validity: { email: 'email', phone: 'phone' },
              freshness: YEAR,
            },
            opportunities: {
              completeness: { fields: ['description'] },
              // Another system writes them all the time.
              freshness: { field: 'updated_at', maximum_age: '40s' },
              orphans: [{ field: 'party', object: 'parties' }],
            },
          },
        },
      },
    },
  };
  return {
    log_level: 'error',
    targets: [target],
    exporter: { listen: `127.0.0.1:${ports.exporter}` },
    responder: {
      listen: `127.0.0.1:${ports.responder}`,
      data_folder: 'responder',
      prometheus: { url: 'http://127.0.0.1:9' },
    },
  };
}

/** A real Tryton with a database of its own, behind the front that the sandbox has too. */
export async function startTrytonCrm(options: TrytonCrmOptions): Promise<LabCrm> {
  const { name, host, process } = options;
  const folder = join(options.folder, name);
  mkdirSync(folder, { recursive: true });
  const front = await startFront(options);
  const ports = { exporter: await findFreePort(), responder: await findFreePort() };
  writeFileSync(join(folder, 'authority.pem'), front.ca);
  writeFileSync(join(folder, 'secret'), `${MONITOR.password}\n`, { mode: 0o600 });
  const configFile = join(folder, 'crmwatch.yaml');
  const url = front.url().replace('127.0.0.1', 'localhost');
  writeFileSync(configFile, dump(configurationOf(options, url, ports)));
  const synchronisation = startSynchronisation(host.postgres, name);
  let client: Awaited<ReturnType<typeof openTrytonRpc>> | undefined;
  return {
    name,
    configFile,
    faults: [
      ...frontFaults(front),
      ...trytonFaults({
        database: name,
        postgres: host.postgres,
        url: `http://127.0.0.1:${process.port}`,
        admin: () => host.admin(name, process.port),
        synchronisation,
      }),
    ],
    async call() {
      client ??= await openTrytonRpc(`http://127.0.0.1:${process.port}`, name, MONITOR);
      await client.call('model.party.party.search_read', [], 0, 50, null, ['name']);
    },
    dropConnections: () => front.dropConnections(),
    async stop() {
      await synchronisation.halt();
      await front.close();
    },
  };
}
