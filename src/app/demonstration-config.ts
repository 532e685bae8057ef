import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overrideDemonstration } from '../config/config.ts';
import type { SandboxAddresses } from '../sandbox/sandbox.ts';
import { readRepositoryFile } from './repository.ts';

export type DemonstrationTarget = { readonly name: string; readonly addresses: SandboxAddresses };

export type DemonstrationAddresses = {
  readonly exporterPort: number;
  readonly responderPort: number;
  readonly prometheusUrl: string;
};

/**
 * Writes the configuration of the demonstration into its folder: deploy/demonstration.yaml with the addresses
 * of this run. It is an ordinary configuration file, so it can be read, checked and copied.
 */
export function writeDemonstrationConfig(
  folder: string,
  targets: readonly DemonstrationTarget[],
  addresses: DemonstrationAddresses,
): string {
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  for (const { name, addresses: sandbox } of targets) {
    writeFileSync(join(secrets, `${name}.token`), `${sandbox.token}\n`, { mode: 0o600 });
    if (sandbox.caCertificatePem !== undefined) {
      writeFileSync(join(secrets, `${name}-ca.pem`), sandbox.caCertificatePem);
    }
  }
  const text = overrideDemonstration(readRepositoryFile('deploy/demonstration.yaml'), {
    targets: targets.map(({ name, addresses: sandbox }) => ({
      name,
      url: sandbox.url,
      tokenFile: `secrets/${name}.token`,
      caFile: `secrets/${name}-ca.pem`,
    })),
    ...addresses,
  });
  const path = join(folder, 'crmwatch.yaml');
  writeFileSync(path, text);
  return path;
}
