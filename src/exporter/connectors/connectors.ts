export type {
  AccountFacts,
  Aggregate,
  Call,
  Connector,
  ConnectorDependencies,
  DataRow,
  JobFacts,
  LatencyFacts,
  LimitFacts,
  LoginFacts,
  PingFacts,
  PingOutcome,
  ScalarValue,
} from './connector.ts';
export { connectionDecoder, createConnector } from './registry.ts';
export type { Connection } from './registry.ts';
