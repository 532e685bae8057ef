import { afterEach } from 'vitest';

import type { Connector, ConnectorDependencies } from '../../src/exporter/connectors/connectors.ts';
import { connectorOf } from './connector-support.ts';
import { startFaultServer } from './fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from './fault-server.ts';

type Closable = { close(): unknown };

/** Takes what a test opens, and closes it after the test in the order in which it came. */
export type Closing = <Opened extends readonly Closable[]>(...opened: Opened) => Opened;

export function createClosing(): Closing {
  const open: Closable[] = [];
  afterEach(async () => {
    for (const item of open.splice(0)) await item.close();
  });
  return (...opened) => {
    open.push(...opened);
    return opened;
  };
}

export type Respond = (request: SeenRequest) => GoodAnswer;
/** A connector, and the server that it asks. */
export type Target = [connector: Connector, server: FaultServer];

type TargetOptions = {
  readonly respond: Respond;
  /** What stands under `connection:`, where the address of the server need not be. */
  readonly connection: object | ((url: string) => object);
  readonly secrets: Readonly<Record<string, string>>;
  readonly dependencies?: Partial<ConnectorDependencies>;
};

/** What starts a server and makes a connector to it, which both are closed after the test. */
export function createTargets(
  closing: Closing = createClosing(),
): (options: TargetOptions) => Promise<Target> {
  return async ({ respond, connection, secrets, dependencies }) => {
    const server = await startFaultServer({ respond });
    const { url } = server;
    const described = typeof connection === 'function' ? connection(url) : connection;
    const connector = connectorOf({ url, ...described }, secrets, dependencies);
    return closing(connector, server);
  };
}
