import type { Connector } from '../../src/exporter/connectors/connectors.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { connectorOf } from './connector-support.ts';
import { startFaultServer } from './fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from './fault-server.ts';
import { ORGANIZATION } from './salesforce-organization.ts';
import { respondAs } from './salesforce-server.ts';
import type { Organization } from './salesforce-server.ts';

export const LOG_IN = '/services/oauth2/token';
/** Half an hour after what happened in the organization and is not long past. */
export const NOW_MS: number = Date.UTC(2026, 0, 5, 9);
export const THEN_MS: number = Date.UTC(2026, 0, 5, 8, 30);

/** What differs from the healthy organization. */
export type SalesforceTarget = {
  readonly tables?: Organization['tables'];
  readonly organization?: Partial<Organization>;
  /** In place of its answer; undefined leaves that as it is. */
  readonly respond?: (request: SeenRequest) => GoodAnswer | undefined;
  /** Of the connection. */
  readonly changes?: object;
  readonly nowMs?: number;
};

/** How an app proves itself to the organization. */
export function clientOf(id: string): object {
  return {
    method: 'client_credentials',
    client_id: id,
    client_secret: { environment: 'SECRET' },
  };
}

/** A connector and the organization that it asks; both have to be closed. */
export async function startSalesforce({
  tables,
  organization,
  respond,
  changes,
  nowMs = NOW_MS,
}: SalesforceTarget = {}): Promise<[Connector, FaultServer]> {
  const all = { ...ORGANIZATION.tables, ...tables };
  const good = respondAs({ ...ORGANIZATION, ...organization, tables: all });
  const server = await startFaultServer({
    respond: (request) => respond?.(request) ?? good(request),
  });
  try {
    const connector = connectorOf(
      { platform: 'salesforce', url: server.url, authentication: clientOf('key'), ...changes },
      { SECRET: 's3cret' },
      { clock: { ...createSystemClock(), now: () => nowMs } },
    );
    return [connector, server];
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Requests that count, besides those for a token. */
export function callsTo(server: FaultServer): number {
  return server.seen.filter(({ path }) => path !== LOG_IN).length;
}
