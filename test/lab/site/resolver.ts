import type { Resolve } from '../../../src/http/http.ts';
import type { Clock, Random } from '../../../src/std/std.ts';

/** What goes wrong with the names of a target. */
export type NameTrouble = {
  /** Code of the error, as the system's resolver gives it. */
  readonly code?: 'ENOTFOUND' | 'EAI_AGAIN';
  /** Share of the questions that it hits. */
  readonly ratio?: number;
  /** Mean time until there is an answer. */
  readonly delayMs?: number;
  /** Another address than the right one. */
  readonly address?: string;
};

export type FaultResolver = { readonly resolve: Resolve; trouble: NameTrouble };

/** Every name leads to loopback, unless there is trouble. */
export function createFaultResolver(
  clock: Pick<Clock, 'after'>,
  random: Pick<Random, 'next'>,
): FaultResolver {
  const resolver: FaultResolver = {
    trouble: {},
    resolve(host, done) {
      const { code, ratio = 1, delayMs = 0, address = '127.0.0.1' } = resolver.trouble;
      const answer = (): void => {
        if (code === undefined || random.next() >= ratio) {
          done(null, [{ address, family: 4 }]);
          return;
        }
        done(Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code }), []);
      };
      if (delayMs === 0) answer();
      else clock.after(delayMs * (0.5 + random.next()), answer);
    },
  };
  return resolver;
}
