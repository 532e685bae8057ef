export type {
  CertificateFacts,
  Failure,
  HttpAnswer,
  HttpClient,
  HttpClientOptions,
  HttpOutcome,
  HttpRequest,
  InspectingHttpClient,
  Outcome,
  PhaseSeconds,
  RequestObserver,
} from './outcome.ts';
export { createHttpClient } from './client.ts';
export type { HttpClientDependencies } from './client.ts';
export { AllowListError, allowEntryOf, createAllowList } from './allow-list.ts';
export type { AllowList } from './allow-list.ts';
export { createGuardedSockets } from './guarded-socket.ts';
export type { GuardedSocketOptions } from './guarded-socket.ts';
export { DEFAULT_HTTP_LIMITS } from './limits.ts';
export type { HttpLimits } from './limits.ts';
export type { Resolve } from './lookup.ts';
