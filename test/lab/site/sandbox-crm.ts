import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { writeDemonstrationConfig } from '../../../src/app/demonstration-config.ts';
import { createHttpClient } from '../../../src/http/http.ts';
import { SANDBOX_FAULTS, createSandbox } from '../../../src/sandbox/sandbox.ts';
import { createSeededRandom } from '../../../src/std/std.ts';
import type { Clock, Logger } from '../../../src/std/std.ts';
import { findFreePort } from '../../support/program.ts';
import type { LabCrm, LabFault } from './crm.ts';

export type SandboxCrmOptions = {
  readonly name: string;
  readonly folder: string;
  readonly seed: number;
  readonly customers: number;
  /** The two ways in fail differently when credentials are revoked. */
  readonly method: 'bearer' | 'session';
  readonly clock: Clock;
  readonly logger: Logger;
};

const CALL_TIMEOUT_MS = 10_000;

export async function startSandboxCrm(options: SandboxCrmOptions): Promise<LabCrm> {
  const { name, seed, customers, method, clock, logger } = options;
  const folder = join(options.folder, name);
  mkdirSync(folder, { recursive: true });
  const sandbox = createSandbox({
    databaseFile: join(folder, 'sandbox.sqlite'),
    tls: true,
    seed,
    customers,
    clock,
    random: createSeededRandom(seed),
    logger,
  });
  const addresses = await sandbox.start();
  // Under a name, so that there is one to resolve.
  const url = addresses.url.replace('127.0.0.1', 'localhost');
  const configFile = writeDemonstrationConfig(
    folder,
    [{ name, addresses: { ...addresses, url }, method }],
    {
      exporterPort: await findFreePort(),
      responderPort: await findFreePort(),
      prometheusUrl: 'http://127.0.0.1:9',
    },
  );
  const { caCertificatePem: authority } = addresses;
  const http = createHttpClient(
    {
      allow: ['127.0.0.1'],
      ...(authority === undefined ? {} : { certificateAuthorities: [authority] }),
    },
    { clock },
  );
  const faults = SANDBOX_FAULTS.map(({ id, faultClass }): LabFault => ({
    id,
    faultClass,
    async break(strength) {
      await sandbox.break(id, { intensity: strength });
      return () => sandbox.mend(id);
    },
  }));
  return {
    name,
    faults,
    configFile,
    async call() {
      const outcome = await http.request({
        method: 'GET',
        url: `${addresses.url}/api/contacts?per_page=200`,
        headers: { authorization: `Bearer ${addresses.token}` },
        timeoutMs: CALL_TIMEOUT_MS,
      });
      if (!outcome.ok) throw new Error(outcome.failure.detail);
    },
    dropConnections: () => sandbox.dropConnections(),
    async stop() {
      http.close();
      await sandbox.stop();
    },
  };
}
