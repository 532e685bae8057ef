import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { load } from 'js-yaml';

import { connectionDecoder, createConnector } from '../../src/exporter/connectors/connectors.ts';
import type { Connector, ConnectorDependencies } from '../../src/exporter/connectors/connectors.ts';
import { createSilentLogger, createSystemClock, decode } from '../../src/std/std.ts';

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
    folder: tmpdir(),
    resolveSecret: ({ environment, file }) => secrets[environment ?? file ?? ''] ?? 'missing',
    ...more,
  });
}

/** The first YAML block of a page in docs/. */
export function yamlOfDocument(path: string): unknown {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return load(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
}
