import type {
  Aggregate,
  Connector,
  ScalarValue,
} from '../../../src/exporter/connectors/connectors.ts';

type Call = Parameters<Exclude<Connector['login'], undefined>>[0];

/** An object with a field that the healthy server has, and the values that it gives. */
export type ContractObject = {
  readonly object: string;
  readonly field: string;
  readonly values: readonly ScalarValue[];
};

export type NamedCalls = Readonly<Record<string, (call: Call) => Promise<unknown>>>;

/** Answers 200 in place of facts is no harm to these: they ask only whether there is an answer. */
export const CALLS_WITHOUT_FACTS: ReadonlySet<string> = new Set([
  'login',
  'latency',
  'apiRemovals',
]);

/** Everything that a connector can be asked with its credentials. */
export function callsOf(connector: Connector, { object, field }: ContractObject): NamedCalls {
  const aggregates: readonly Aggregate[] = [{ kind: 'rows' }, { kind: 'missing', field }];
  const calls: Readonly<Record<string, ((call: Call) => Promise<unknown>) | undefined>> = {
    login: connector.login?.bind(connector),
    latency: connector.latency?.bind(connector),
    limits: connector.limits?.bind(connector),
    jobs: connector.jobs && (async (call) => connector.jobs?.(call, Date.now())),
    logins: connector.logins && (async (call) => connector.logins?.(call, Date.now() - 3_600_000)),
    auditTrail:
      connector.auditTrail &&
      (async (call) => connector.auditTrail?.(call, Date.now() - 3_600_000)),
    apiTokens: connector.apiTokens && (async (call) => connector.apiTokens?.(call, Date.now())),
    integrations:
      connector.integrations &&
      (async (call) => connector.integrations?.(call, Date.now() - 3_600_000)),
    apiRemovals: connector.apiRemovals?.bind(connector),
    accounts: connector.accounts?.bind(connector),
    aggregate:
      connector.aggregate && (async (call) => connector.aggregate?.(call, object, aggregates)),
    scan: connector.scan && (async (call) => connector.scan?.(call, object, [field], () => true)),
    sample:
      connector.sample &&
      (async (call) => connector.sample?.(call, object, [field], 100, () => true)),
  };
  return Object.fromEntries(
    Object.entries(calls).flatMap(([name, run]) => (run === undefined ? [] : [[name, run]])),
  );
}

/** The numbers that an outcome says are known, wherever they stand in it; a whole scan is as good as one. */
export function knownNumbersIn(outcome: unknown): readonly unknown[] {
  if (typeof outcome !== 'object' || outcome === null) return [];
  if ('known' in outcome) return outcome.known === true ? [outcome] : [];
  const scanned = 'complete' in outcome && outcome.complete === true ? [outcome] : [];
  const limit = 'remaining' in outcome ? [outcome] : [];
  return [...scanned, ...limit, ...Object.values(outcome).flatMap(knownNumbersIn)];
}
