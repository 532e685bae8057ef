export type {
  AccountFacts,
  Aggregate,
  Call,
  Connector,
  DataRow,
  JobFacts,
  LatencyFacts,
  LimitFacts,
  LoginFacts,
  PingFacts,
  PingOutcome,
  ScalarValue,
} from './connector.ts';
