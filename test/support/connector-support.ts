import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { load } from 'js-yaml';

import { connectionDecoder, createConnector } from '../../src/exporter/connectors/connectors.ts';
import type {
  Connection,
  Connector,
  ConnectorDependencies,
  KeptTexts,
} from '../../src/exporter/connectors/connectors.ts';
import {
  createSilentLogger,
  createSystemClock,
  createSystemRandom,
  decode,
} from '../../src/std/std.ts';
import { isDeclared } from './sent-requests.ts';

/** Makes a connector from what would stand under `connection:`; secrets are looked up by their name. */
export function connectorOf(
  connection: unknown,
  secrets: Readonly<Record<string, string>> = {},
  more: Partial<ConnectorDependencies> = {},
): Connector {
  const decoded = decode.run(connectionDecoder, connection);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return createConnector(decoded.value, {
    clock: createSystemClock(),
    logger: createSilentLogger(),
    random: createSystemRandom(),
    folder: tmpdir(),
    kept: keptInMemory(),
    resolveSecret: ({ environment, file }) => secrets[environment ?? file ?? ''] ?? 'missing',
    observer: refuseUndeclared(decoded.value),
    ...more,
  });
}

/** Holds whatever a test of a connector makes it send against what its platform says that it sends. */
function refuseUndeclared(
  connection: Connection,
): Exclude<ConnectorDependencies['observer'], undefined> {
  return {
    admit: () => undefined,
    sending(request) {
      if (isDeclared(connection, request)) return;
      throw new Error(
        `${connection.platform} does not declare ${request.method} ${request.url.pathname}`,
      );
    },
    answered: () => {},
    ended: () => {},
  };
}

/** Kept as long as the connector lives. */
function keptInMemory(): KeptTexts {
  const texts = new Map<string, string>();
  return { read: (file) => texts.get(file), write: (file, text) => void texts.set(file, text) };
}

/** A YAML block of a page in docs/, the first when no other is wanted. */
export function yamlOfDocument(path: string, index = 0): unknown {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)];
  return load(blocks[index]?.[1] ?? '');
}
