import { decode, unreachable } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { Connector, ConnectorDependencies } from './connector.ts';
import { createRestConnector } from './rest/rest-connector.ts';
import { restDecoder } from './rest/rest-decoder.ts';
import type { RestOptions } from './rest/rest-options.ts';
import { createSqlConnector } from './sql/sql-connector.ts';
import { sqlDecoder } from './sql/sql-options.ts';
import type { SqlOptions } from './sql/sql-options.ts';
import { createTrytonConnector } from './tryton/tryton-connector.ts';
import { trytonDecoder } from './tryton/tryton-options.ts';
import type { TrytonOptions } from './tryton/tryton-options.ts';

/** How to reach one CRM, by platform; decoded from the configuration by `connectionDecoder`. */
export type Connection = TrytonOptions | RestOptions | SqlOptions;

export const connectionDecoder: Decoder<Connection> = decode.union('platform', {
  tryton: trytonDecoder,
  rest: restDecoder,
  sql: sqlDecoder,
});

/**
 * Makes the connector of a target. Reads its secrets, so it throws secret_unreadable when one is gone; opens no
 * connection yet. `close` releases what it holds.
 */
export function createConnector(
  connection: Connection,
  dependencies: ConnectorDependencies,
): Connector {
  switch (connection.platform) {
    case 'tryton':
      return createTrytonConnector(connection, dependencies);
    case 'rest':
      return createRestConnector(connection, dependencies);
    case 'sql':
      return createSqlConnector(connection, dependencies);
    default:
      return unreachable(connection);
  }
}
