export type {
  CertificateFacts,
  Failure,
  HttpAnswer,
  HttpClient,
  HttpClientOptions,
  HttpOutcome,
  HttpRequest,
  Outcome,
  PhaseSeconds,
} from './outcome.ts';
