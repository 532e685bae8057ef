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
  ScalarValue,
} from './connector.ts';
