import type { JobState } from '../../catalog/catalog.ts';
import type {
  CertificateFacts,
  Failure,
  Outcome,
  PhaseSeconds,
  RequestObserver,
  Resolve,
} from '../../http/http.ts';
import type { Clock, Knowable, Logger, SecretResolver } from '../../std/std.ts';

/** Handed to every call: its deadline and the means to abort it. */
export type Call = { readonly timeoutMs: number; readonly signal?: AbortSignal };

export type PingFacts = {
  readonly phases: PhaseSeconds;
  readonly version: Knowable<string>;
  readonly certificate?: CertificateFacts;
};
/** A failed ping still tells the phases that did succeed. */
export type PingOutcome =
  | { readonly ok: true; readonly value: PingFacts }
  | { readonly ok: false; readonly failure: Failure; readonly phases?: PhaseSeconds };
export type LoginFacts = { readonly durationSeconds: number };
export type LatencyFacts = { readonly call: 'light' | 'representative'; readonly seconds: number };
export type LimitFacts = {
  /** Bounded vocabulary of the platform, such as "api_calls". */
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
};
export type JobFacts = {
  readonly byState: Readonly<Record<JobState, Knowable<number>>>;
  /** 0 when nothing waits. */
  readonly oldestPendingAgeSeconds: Knowable<number>;
};
export type AccountFacts = {
  readonly activeUsers: Knowable<number>;
  readonly privilegedUsers: Knowable<number>;
  readonly secondFactorUsers: Knowable<number>;
};

export type ScalarValue = string | number | boolean | null;
/** A record as its named fields; dates are ISO 8601 text. */
export type DataRow = Readonly<Record<string, ScalarValue>>;

/** What an engine can be asked to compute over one object, in one pass. */
export type Aggregate =
  | { readonly kind: 'rows' }
  | { readonly kind: 'missing'; readonly field: string }
  | { readonly kind: 'older_than'; readonly field: string; readonly before: string }
  /** Records with a key minus distinct keys; records without any key field are left out. */
  | { readonly kind: 'duplicates'; readonly key: readonly string[] }
  /** Records whose key fields are all filled. */
  | { readonly kind: 'keyed'; readonly key: readonly string[] }
  /** Filled references that lead to no record of `object`. */
  | { readonly kind: 'orphans'; readonly field: string; readonly object: string };

/**
 * The face of a CRM. A capability that a platform lacks is an absent method; what a method cannot know is
 * `unknown` inside its value. Nothing here changes data in the CRM, beyond logging in.
 */
export type Connector = {
  readonly platform: string;
  /** Opens a fresh connection without credentials and times its phases. */
  ping?(call: Call): Promise<PingOutcome>;
  /** The certificate in front, also when it is expired or untrusted. */
  certificate?(call: Call): Promise<Outcome<CertificateFacts>>;
  /** Proves the credentials with a new session where the platform has sessions. */
  login?(call: Call): Promise<Outcome<LoginFacts>>;
  latency?(call: Call): Promise<Outcome<readonly LatencyFacts[]>>;
  limits?(call: Call): Promise<Outcome<readonly LimitFacts[]>>;
  jobs?(call: Call, nowMs: number): Promise<Outcome<JobFacts>>;
  /** Failed logins since a time. */
  failedLogins?(call: Call, sinceMs: number): Promise<Outcome<Knowable<number>>>;
  accounts?(call: Call): Promise<Outcome<AccountFacts>>;
  /** Pushes aggregates down to the engine; answers in the order asked. */
  aggregate?(
    call: Call,
    object: string,
    aggregates: readonly Aggregate[],
  ): Promise<Outcome<readonly Knowable<number>[]>>;
  /**
   * Streams the named fields of every record in pages; ends early when `onPage` returns false. No field at
   * all means that only the number of records is wanted.
   */
  scan?(
    call: Call,
    object: string,
    fields: readonly string[],
    onPage: (rows: readonly DataRow[]) => boolean,
  ): Promise<Outcome<{ readonly complete: boolean }>>;
  close(): Promise<void>;
};

/** What every connector is made with. */
export type ConnectorDependencies = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resolveSecret: SecretResolver;
  /** Folder from which relative names of database files count. */
  readonly folder: string;
  /** How host names become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
  /** Watches, and may refuse, what is sent to the CRM over HTTP. */
  readonly observer?: RequestObserver;
};
