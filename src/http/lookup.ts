import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { RefusedTargetError } from '../std/std.ts';
import type { AllowList } from './allow-list.ts';
import type { PhaseTimer } from './phases.ts';

export type Resolve = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export function resolveWithSystem(...[host, done]: Parameters<Resolve>): void {
  systemLookup(host, { all: true, verbatim: true }, done);
}

/**
 * A look-up for node's sockets that hands out addresses only when every one of them is allowed. The socket
 * connects to what is returned here, so there is no second look-up that could answer differently.
 */
export function createGuardedLookup(
  allowList: AllowList,
  port: number,
  resolve: Resolve,
  timer: Pick<PhaseTimer, 'lookupStarted' | 'lookupEnded'>,
): LookupFunction {
  return (host, options, callback) => {
    timer.lookupStarted();
    resolve(host, (error, addresses): void => {
      if (error !== null) return callback(error, '', 0);
      const refused = addresses.find(({ address }) => !allowList.checkAddress(host, address, port));
      if (refused !== undefined) {
        const message = `${host} resolves to ${refused.address}, which is not on the list of allowed targets`;
        return callback(new RefusedTargetError(message), '', 0);
      }
      const wanted = addresses.filter(
        ({ family }) => typeof options.family !== 'number' || [0, family].includes(options.family),
      );
      const [first] = wanted;
      if (first === undefined) return callback(noAddress(host), '', 0);
      timer.lookupEnded();
      if (options.all === true) return callback(null, wanted);
      return callback(null, first.address, first.family);
    });
  };
}

function noAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}
