import { Socket, isIP } from 'node:net';

import { RefusedTargetError } from '../std/std.ts';
import { createAllowList } from './allow-list.ts';
import { createGuardedLookup, resolveWithSystem } from './lookup.ts';
import type { Resolve } from './lookup.ts';

export type GuardedSocketOptions = {
  /** As for HTTP clients: names, addresses and networks, each with an optional port. */
  readonly allow: readonly string[];
  /** How names become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
};

/**
 * Makes sockets for protocols other than HTTP that connect where the list allows and nowhere else; a refusal
 * comes as the socket's error, a RefusedTargetError. Throws AllowListError for an entry that cannot be read.
 */
export function createGuardedSockets(options: GuardedSocketOptions): () => Socket {
  const allowList = createAllowList(options.allow);
  const { resolve = resolveWithSystem } = options;
  const untimed = { lookupStarted: () => {}, lookupEnded: () => {} };
  return () => {
    const socket = new Socket();
    const connect = socket.connect.bind(socket);
    return Object.assign(socket, {
      connect(port: number, host: string): Socket {
        if (allowList.checkHost(host, port) === 'refused') {
          const message = `${host}:${port} is not on the list of allowed targets`;
          return socket.destroy(new RefusedTargetError(message));
        }
        if (isIP(host) !== 0) return connect({ port, host });
        const lookup = createGuardedLookup(allowList, port, resolve, untimed);
        return connect({ port, host, lookup });
      },
    });
  };
}
