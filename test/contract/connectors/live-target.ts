import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { createKeptTexts } from '../../../src/app/kept-texts.ts';
import { createSecretPrograms } from '../../../src/app/secret-programs.ts';
import { formatProblems, parseYaml } from '../../../src/config/config.ts';
import { checkSecrets, createSecretResolver } from '../../../src/config/secrets.ts';
import { targetDecoder } from '../../../src/config/target.ts';
import { createConnector } from '../../../src/exporter/connectors/connectors.ts';
import type {
  Connection,
  Connector,
  ConnectorDependencies,
} from '../../../src/exporter/connectors/connectors.ts';
import {
  createSilentLogger,
  createSystemClock,
  createSystemRandom,
  decode,
} from '../../../src/std/std.ts';
import type { SecretResolver } from '../../../src/std/std.ts';
import type { SentRequest } from '../../support/sent-requests.ts';

export type LiveSource = {
  /** A target as in `targets:`; relative names in it count from its folder. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type LiveTarget = {
  readonly connection: Connection;
  readonly connector: Connector;
  /** Every request over HTTP until now, of the connector with wrong secrets too. */
  readonly sent: readonly SentRequest[];
  /** The same target with another text in place of each secret, and nothing that was kept of former tokens. */
  openWithWrongSecrets(): { readonly connector: Connector; readonly hasSecrets: () => boolean };
};

/** Nothing of it is a secret, and it can stand in every header and form. */
export const WRONG_SECRET = 'crmwatch-wrong-secret';

/** Throws with every problem of the file, and of the secrets that it refers to. */
export function openLiveTarget({ file, environment }: LiveSource): LiveTarget {
  const path = resolve(file);
  const folder = dirname(path);
  const parsed = parseYaml(readFileSync(path, 'utf8'), path);
  if (!parsed.ok) throw new Error(formatProblems([parsed.problem]));
  const resolveSecret = createSecretResolver({
    folder,
    environment,
    commands: createSecretPrograms(),
  });
  const decoded = decode.run(targetDecoder, parsed.value);
  const problems = [
    ...(decoded.ok ? [] : decoded.problems),
    ...checkSecrets(parsed.value, resolveSecret),
  ];
  if (!decoded.ok || problems.length > 0) throw new Error(`${path}:\n${formatProblems(problems)}`);
  const { connection } = decoded.value;
  const sent: SentRequest[] = [];
  const dependencies: ConnectorDependencies = {
    clock: createSystemClock(),
    logger: createSilentLogger(),
    random: createSystemRandom(),
    resolveSecret,
    kept: createKeptTexts(folder),
    folder,
    observer: {
      admit: () => undefined,
      sending: (request) => void sent.push(request),
      answered: () => {},
      ended: () => {},
    },
  };
  return {
    connection,
    connector: createConnector(connection, dependencies),
    sent,
    openWithWrongSecrets() {
      const wrong = replaceSecrets(resolveSecret);
      const kept = { read: () => undefined, write: () => {} };
      return {
        connector: createConnector(connection, {
          ...dependencies,
          kept,
          resolveSecret: wrong.resolve,
        }),
        hasSecrets: wrong.hasReplaced,
      };
    },
  };
}

/** Authorities are public, and are read where secrets are: with a wrong one, nothing would be sent at all. */
function replaceSecrets(resolveSecret: SecretResolver): {
  readonly resolve: SecretResolver;
  readonly hasReplaced: () => boolean;
} {
  let hasReplaced = false;
  return {
    resolve(reference) {
      const text = resolveSecret(reference);
      if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
      hasReplaced = true;
      return WRONG_SECRET;
    },
    hasReplaced: () => hasReplaced,
  };
}
