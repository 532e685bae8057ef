import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overrideDemonstration } from '../../src/config/config.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxAddresses } from '../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../src/std/std.ts';

/** A real sandbox CRM with a folder like the one that `npm start` makes, but without the programs around it. */
export type SandboxSite = {
  /** Holds crmwatch.yaml, secrets/ and sandbox-control.json. */
  readonly folder: string;
  readonly configFile: string;
  readonly sandbox: Sandbox;
  readonly addresses: SandboxAddresses;
  stop(): Promise<void>;
};

export async function startSandboxSite(folder: string): Promise<SandboxSite> {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  const sandbox = createSandbox({
    databaseFile: join(folder, 'sandbox.sqlite'),
    tls: true,
    customers: 60,
    clock: createSystemClock(),
    random: createSeededRandom(7),
    logger: createSilentLogger(),
  });
  const addresses = await sandbox.start();
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('secrets/sandbox.token', addresses.token);
  write('secrets/sandbox-ca.pem', addresses.caCertificatePem ?? '');
  const control = { url: addresses.controlUrl, token: addresses.controlToken };
  write('sandbox-control.json', JSON.stringify(control));
  const original = join(import.meta.dirname, '../../deploy/demonstration.yaml');
  const text = overrideDemonstration(readFileSync(original, 'utf8'), {
    targets: [
      {
        name: 'sandbox',
        url: addresses.url,
        authentication: { method: 'bearer', token: { file: 'secrets/sandbox.token' } },
        caFile: 'secrets/sandbox-ca.pem',
      },
    ],
    exporterPort: 0,
    responderPort: 0,
    prometheusUrl: 'http://127.0.0.1:9',
  });
  write('crmwatch.yaml', text);
  return {
    folder,
    configFile: join(folder, 'crmwatch.yaml'),
    sandbox,
    addresses,
    stop: async () => sandbox.stop(),
  };
}
