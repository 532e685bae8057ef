import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overrideDemonstration } from '../config/config.ts';
import type { SandboxAddresses } from '../sandbox/sandbox.ts';
import { readRepositoryFile } from './repository.ts';

export type DemonstrationTarget = {
  readonly name: string;
  readonly addresses: SandboxAddresses;
  /** With an API token, or with user name and password for sessions. */
  readonly method: 'bearer' | 'session';
};

/** A rejected log-in is tried again soon, since the sandbox locks nobody out. */
const PAUSE_AFTER_REJECTION = '5s';

function authenticationOf({ name, addresses, method }: DemonstrationTarget): object {
  if (method === 'bearer') return { method, token: { file: `secrets/${name}.token` } };
  return {
    method,
    path: '/api/session',
    user: addresses.user,
    password: { file: `secrets/${name}.password` },
    token: '/token',
    pause_after_rejection: PAUSE_AFTER_REJECTION,
  };
}

export type DemonstrationAddresses = {
  readonly exporterPort: number;
  readonly responderPort: number;
  readonly prometheusUrl: string;
  /** Absent where no Alertmanager runs. */
  readonly alertmanagerUrl?: string;
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
    writeFileSync(join(secrets, `${name}.password`), `${sandbox.password}\n`, { mode: 0o600 });
    if (sandbox.caCertificatePem !== undefined) {
      writeFileSync(join(secrets, `${name}-ca.pem`), sandbox.caCertificatePem);
    }
  }
  const text = overrideDemonstration(readRepositoryFile('deploy/demonstration.yaml'), {
    targets: targets.map((target) => ({
      name: target.name,
      url: target.addresses.url,
      authentication: { ...authenticationOf(target) },
      caFile: `secrets/${target.name}-ca.pem`,
    })),
    ...addresses,
  });
  const path = join(folder, 'crmwatch.yaml');
  writeFileSync(path, text);
  return path;
}
