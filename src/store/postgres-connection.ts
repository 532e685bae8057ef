import type { ClientConfig } from 'pg';

import type { PostgresConnection } from './sql-source.ts';

/** Where the server is and how it is trusted, in the words of pg; nothing is taken from the environment. */
export function connectionConfig(
  source: PostgresConnection,
  readPassword: () => string,
): ClientConfig {
  const { host, port, database, user, openSocket, tls } = source;
  const authorities = tls?.certificateAuthorities ?? [];
  // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED in the environment would turn it off where it is not.
  const verified = { rejectUnauthorized: true };
  const ssl = authorities.length === 0 ? verified : { ...verified, ca: [...authorities] };
  return {
    host,
    port,
    database,
    user,
    // A function, because pg would fill an empty text from PGPASSWORD or ~/.pgpass, which are for others.
    password: readPassword,
    application_name: 'crmwatch',
    // Said in any case, because pg would take PGSSLMODE otherwise.
    ssl: tls === undefined ? false : ssl,
    ...(openSocket === undefined ? {} : { stream: openSocket }),
  };
}
