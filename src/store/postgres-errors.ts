import { CrmwatchError, errorMessage, systemErrorCode } from '../std/std.ts';

/**
 * SQLSTATE codes, or the beginnings of them, that are the world's doing, with what to do about each; the longest
 * comes first. See postgresql.org/docs/current/errcodes-appendix.html.
 */
const REMEDIES: readonly (readonly [string, string])[] = [
  ['53100', 'free space on the disk of the server'],
  ['53300', 'raise max_connections of the server, or end sessions that nobody needs'],
  ['57014', 'find what keeps the server busy: a statement took longer than crmwatch waits'],
  ['55P03', 'find the session that holds the lock (pg_locks, pg_stat_activity)'],
  ['25006', 'connect to the primary: this server only reads'],
  ['25P03', 'find out why crmwatch or the way to the server stood still'],
  ['42501', 'make the user the owner of the database, or grant it what the message names'],
  ['3D000', 'create the database, or correct its name in the configuration'],
  ['3F000', 'create the schema that the search_path of the user names'],
  ['40', 'nothing: the sender tries again'],
  ['08', 'see that the server runs and can be reached from this machine'],
  ['28', 'correct the user or its password, or let it in by pg_hba.conf'],
  ['53', 'give the server what it lacks: disk, memory or connections'],
  ['57', 'wait until the server is back'],
  ['58', 'look at the log of the server: its files or its disk failed'],
  ['XX', 'look at the log of the server: it is broken inside'],
];

const CONNECTION = 'see that the server runs and can be reached from this machine';
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** What pg throws without a code when a connection is lost or was given up. */
const LOST =
  /^(Connection terminated|Client (has encountered|was closed|was passed)|Query read timeout|timeout exceeded|Cannot use a pool|Connection ended|write after end|The server does not support SSL|SASL)/i;

/** The name of a server in messages; never its user or password. */
export function placeOfPostgres(source: {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}): string {
  return `PostgreSQL at ${source.host}:${source.port}, database ${source.database}`;
}

/** Whether the session may be in any state, so that it is to be ended and not used again. */
export function isConnectionLost(error: unknown): boolean {
  const code = systemErrorCode(error) ?? '';
  if (isSqlState(code)) return /^(08|57P|25P03|XX)/.test(code);
  return code !== '' || LOST.test(errorMessage(error));
}

/**
 * Turns what pg throws into `store_unavailable` when the world is at fault (server away, disk full, no right, too
 * many connections, waited for too long). Everything else is a defect of ours and stays as it is.
 */
export function toPostgresError(error: unknown, place: string): unknown {
  if (error instanceof CrmwatchError || typeof error !== 'object' || error === null) return error;
  const remedy = remedyOf(error);
  if (remedy === undefined) return error;
  return unavailable(error, place, remedy);
}

/** Whatever keeps a connection from being made is the world's doing. */
export function toConnectError(error: unknown, place: string): unknown {
  if (error instanceof CrmwatchError) return error;
  return unavailable(error, place, remedyOf(error) ?? CONNECTION);
}

function unavailable(error: unknown, place: string, remedy: string): CrmwatchError {
  return new CrmwatchError(
    'store_unavailable',
    `${place} cannot be used: ${errorMessage(error) || (systemErrorCode(error) ?? 'no reason given')}`,
    { remedy, cause: error },
  );
}

function remedyOf(error: unknown): string | undefined {
  const code = systemErrorCode(error) ?? '';
  if (isSqlState(code)) return REMEDIES.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (code !== '' || LOST.test(errorMessage(error))) return CONNECTION;
  return undefined;
}

/** Codes of Node have five characters at times too, such as EPIPE. */
function isSqlState(code: string): boolean {
  return SQLSTATE.test(code) && !/^E[A-Z]{4}$/.test(code);
}
