import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { Connector, ConnectorDependencies } from './connector.ts';
import { createRestConnector } from './rest/rest-connector.ts';
import { restDecoder } from './rest/rest-decoder.ts';
import type { RestOptions } from './rest/rest-options.ts';

/** How to reach one CRM, by platform; decoded from the configuration by `connectionDecoder`. */
export type Connection = RestOptions;

export const connectionDecoder: Decoder<Connection> = decode.union('platform', {
  rest: restDecoder,
});

/**
 * Makes the connector of a target. Reads its secrets, so it throws secret_unreadable when one is gone; opens no
 * connection yet. `close` releases what it holds.
 */
export function createConnector(
  connection: Connection,
  dependencies: ConnectorDependencies,
): Connector {
  return createRestConnector(connection, dependencies);
}
