import { setTimeout } from 'node:timers/promises';

import type { AlertName, FaultClass } from '../../src/catalog/catalog.ts';
import type { FaultProxy } from '../../src/sandbox/sandbox.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import type { TestCertificates } from '../support/test-certificates.ts';
import type { TlsProxy } from '../support/tls-proxy.ts';
import type { TrytonRpc } from '../support/tryton-rpc.ts';
import type { TrytonProcess } from './tryton-host.ts';

/** What a scenario breaks: a CRM of its own, with whatever stands in front of it. */
export type Crm = {
  readonly database: string;
  readonly postgres: PostgresServer;
  /** The trytond that serves it; only the scenario with a server of its own may stop it. */
  readonly server: TrytonProcess;
  /** Past any proxy, as the administrator of the CRM. */
  admin(): Promise<TrytonRpc>;
  readonly tlsProxy?: TlsProxy;
  /** The way to the TLS proxy, which can be made a bad one. */
  readonly line?: FaultProxy;
  readonly certificates: TestCertificates;
};

export type Mend = () => Promise<void>;

export type Life = { begin(): void; halt(): Promise<void> };

export type Scenario = {
  /** The name of the target and of its database. */
  readonly name: string;
  readonly front: 'shared_server' | 'own_server' | 'tls_proxy' | 'tls_proxy_behind_line';
  /** What has to go on for the CRM to be healthy, if anything; begun with the world and halted at its end. */
  live?(crm: Crm): Life;
  /** Breaks it from outside; gives what mends it. */
  break(crm: Crm, life: Life | undefined): Promise<Mend>;
  /** PromQL that has a result once the trouble is on the metric; `$target` stands for the selector. */
  readonly seenAs: string;
  readonly alert: AlertName;
  readonly diagnosis: FaultClass;
  /** It is at the rim of what the model was trained on: "unknown" will do, where this is the likeliest class. */
  readonly mayBeUnknown?: true;
};

/** The matcher of PromQL for everything about the target of a scenario. */
export function selectorOf({ name }: Scenario): string {
  return `target="${name}"`;
}

/** Calls `action` again and again, one call at a time; the returned function ends it. */
export function repeat(everyMs: number, action: () => Promise<unknown>): Mend {
  const end = new AbortController();
  const { signal } = end;
  async function run(): Promise<void> {
    while (!signal.aborted) {
      await action().catch(() => {});
      await setTimeout(everyMs, undefined, { signal }).catch(() => {});
    }
  }
  const running = run();
  return async () => {
    end.abort();
    await running;
  };
}

/** For what a scenario cannot be without. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
