import type { FailureReason, RequestPhase } from '../catalog/catalog.ts';
import type { HttpLimits } from './limits.ts';

/** Seconds spent in each phase that took place; a phase that did not happen is absent, never 0. */
export type PhaseSeconds = Readonly<Partial<Record<RequestPhase, number>>>;

/** What the server's certificate says; times in milliseconds since the epoch. */
export type CertificateFacts = {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly subject: string;
  readonly issuer: string;
};

/** A failure: exactly one reason of the closed set, and a detail for people without secrets or personal data. */
export type Failure = { readonly reason: FailureReason; readonly detail: string };

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export type HttpAnswer = {
  readonly status: number;
  /** Lower-case names; repeated headers are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body held bytes that are no UTF-8; each stands in the text as U+FFFD. */
  readonly hasInvalidUtf8?: true;
  readonly phases: PhaseSeconds;
  readonly totalSeconds: number;
  readonly certificate?: CertificateFacts;
};

/** Any HTTP status is an answer; only what prevented a complete answer is a failure. Phases are kept for both. */
export type HttpOutcome =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | {
      readonly ok: false;
      readonly failure: Failure;
      readonly phases: PhaseSeconds;
      readonly totalSeconds: number;
      readonly certificate?: CertificateFacts;
    };

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly maximumBytes?: number;
  readonly signal?: AbortSignal;
  /** A new connection, so that every phase takes place and is timed. */
  readonly freshConnection?: boolean;
};

export type HttpClient = {
  /**
   * Never throws for a remote failure and always ends by its deadline. A redirect is an answer, unless
   * `limits.redirects` lets it be followed within its origin.
   */
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Closes idle connections. */
  close(): void;
};

/** A client that can also read the certificate in front, good or bad. */
export type InspectingHttpClient = HttpClient & {
  /**
   * The certificate in front of an https URL, also when it is expired or untrusted: a handshake with
   * verification off, after which nothing is sent.
   */
  inspectCertificate(url: string, timeoutMs: number): Promise<Outcome<CertificateFacts>>;
};

/** Watches the requests of a client, and may refuse them: for budgets. */
export type RequestObserver = {
  /**
   * Called before each request, redirects and repetitions too. A text refuses it: nothing is sent, and the outcome is
   * `quota_exhausted` with this text as its detail.
   */
  admit(): string | undefined;
  /** An admitted request goes out now. Its address can hold keys and personal data in its query. */
  sending?(request: { readonly method: HttpRequest['method']; readonly url: URL }): void;
  /** The head of the answer has arrived. Names of headers are in lower case. */
  answered(status: number, headers: Readonly<Record<string, string>>): void;
  /** An admitted request is over, whether it was answered or not. */
  ended(): void;
};

export type HttpClientOptions = {
  /**
   * Host names, addresses or CIDR ranges that may be connected to, each with an optional port; everything
   * else is refused with `refused_target`, also when a name resolves to an address that is not allowed.
   */
  readonly allow: readonly string[];
  /** PEM text of certificate authorities to trust besides the built-in ones. */
  readonly certificateAuthorities?: readonly string[];
  readonly userAgent?: string;
  /** The only scheme, host and port that requests may name, for a client whose requests carry credentials. */
  readonly origin?: string;
  /** Those that are left out are those of DEFAULT_HTTP_LIMITS. */
  readonly limits?: Partial<HttpLimits>;
};
