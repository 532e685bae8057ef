import type { IntegrationKind, JobState, LoginFailureReason } from '../../catalog/catalog.ts';
import type {
  CertificateFacts,
  Failure,
  Outcome,
  PhaseSeconds,
  RequestObserver,
  Resolve,
} from '../../http/http.ts';
import type { Clock, Knowable, Logger, Random, SecretResolver } from '../../std/std.ts';

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
  /** Jobs of a schedule whose last run failed, or that are no longer started for it; unknown where it is left out. */
  readonly failedSchedules?: Knowable<number>;
};
/** Log-ins of anybody since a time. */
export type LoginCounts = {
  readonly failed: Knowable<number>;
  /** Unknown where it is left out. */
  readonly succeeded?: Knowable<number>;
  /** A reason that is left out stands for none; all of it is unknown where it is left out. */
  readonly failedByReason?: Knowable<Readonly<Partial<Record<LoginFailureReason, number>>>>;
};
/** What the record of an administrator's work tells since a time. */
export type AuditFacts = {
  /** Whether the CRM records who changes what. */
  readonly isRecording: Knowable<boolean>;
  /** Changes of roles, profiles, groups and permissions, and of who has them. */
  readonly permissionChanges: Knowable<number>;
  /** Exports of many records at once. */
  readonly massExports: Knowable<number>;
};
/** What opens the API in place of a password: keys, personal tokens, authorised applications. */
export type ApiTokenFacts = {
  /** Those that are not withdrawn and have not ended. */
  readonly active: Knowable<number>;
  /** Of the active ones; unknown, as empty, when there is none. */
  readonly oldestAgeSeconds: Knowable<number>;
};
export type IntegrationFacts = {
  readonly integration: IntegrationKind;
  /** Since a time. */
  readonly failures: Knowable<number>;
};
export type VendorState = 'operational' | 'degraded' | 'outage';
export type VendorStatusFacts = {
  readonly state: Knowable<VendorState>;
  readonly openIncidents: Knowable<number>;
};
export type ApiRemovalFacts = {
  /** Bounded vocabulary of the platform, such as "json_rpc". */
  readonly api: string;
  /** Milliseconds since the epoch; unknown, as empty, where no removal is announced. */
  readonly removedAtMs: Knowable<number>;
};
export type AccountFacts = {
  readonly activeUsers: Knowable<number>;
  readonly privilegedUsers: Knowable<number>;
  readonly secondFactorUsers: Knowable<number>;
  /** Who is locked out, for whatever reason; unknown where it is left out. */
  readonly lockedUsers?: Knowable<number>;
  /** Active users who have not logged in for 90 days, or never; unknown where it is left out. */
  readonly inactiveUsers?: Knowable<number>;
};
/** The identity for what any monitor may see, or the one for what administrators alone see. */
export type IdentityName = 'data' | 'security';
export type CredentialFacts = {
  readonly identity: IdentityName;
  /** Milliseconds since the epoch. */
  readonly endsAtMs: Knowable<number>;
};

/** Values that are good, or, where `isBadInside`, those that are bad; with both ends. An open end is infinite. */
export type PerformanceRange = {
  readonly from: number;
  readonly to: number;
  readonly isBadInside: boolean;
};
/** All numbers in the base unit. */
export type PerformanceDatum = {
  /** As the plugin wrote it. */
  readonly label: string;
  readonly value: Knowable<number>;
  /** The base unit: seconds, bytes, ratio, counter, number for none, or a unit that is taken as it is. */
  readonly unit: string;
  /** As the plugin wrote it, such as ms. */
  readonly unitOfMeasure: string;
  readonly warning?: PerformanceRange;
  readonly critical?: PerformanceRange;
  readonly minimum?: number;
  readonly maximum?: number;
};
export type PluginState = 'ok' | 'warning' | 'critical';
/** What one run of a monitoring plugin came to. */
export type PluginFacts = {
  readonly name: string;
  /** Unknown when the plugin says so, and when it came to no answer that is one. */
  readonly state: Knowable<PluginState>;
  /** The first line, masked; for the log alone. */
  readonly text: string;
  readonly performance: readonly PerformanceDatum[];
  /** Why some of the performance data could not be read, a clause each. */
  readonly problems: readonly string[];
};

export type ScalarValue = string | number | boolean | null;
/** A record as its named fields; dates are ISO 8601 text. */
export type DataRow = Readonly<Record<string, ScalarValue>>;

/** What an engine can be asked to compute over one object, in one pass. */
export type Aggregate =
  | { readonly kind: 'rows' }
  | { readonly kind: 'missing'; readonly field: string }
  /** Records whose field is filled with none of the values, which are compared letter by letter. */
  | { readonly kind: 'outside'; readonly field: string; readonly values: readonly string[] }
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
  /** Log-ins since a time. */
  logins?(call: Call, sinceMs: number): Promise<Outcome<LoginCounts>>;
  accounts?(call: Call): Promise<Outcome<AccountFacts>>;
  auditTrail?(call: Call, sinceMs: number): Promise<Outcome<AuditFacts>>;
  apiTokens?(call: Call, nowMs: number): Promise<Outcome<ApiTokenFacts>>;
  /** Each kind at most once. */
  integrations?(call: Call, sinceMs: number): Promise<Outcome<readonly IntegrationFacts[]>>;
  /** Asks the vendor, not the CRM. */
  vendorStatus?(call: Call): Promise<Outcome<VendorStatusFacts>>;
  /** Of every API that the connector asks. */
  apiRemovals?(call: Call): Promise<Outcome<readonly ApiRemovalFacts[]>>;
  /** When each identity that the monitor has ends. */
  credentials?(call: Call): Promise<Outcome<readonly CredentialFacts[]>>;
  /** Runs every configured plugin once; answers in the order of the configuration. */
  plugins?(call: Call): Promise<Outcome<readonly PluginFacts[]>>;
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
  /**
   * As `scan`, but of about `size` records, each of which was chosen with the same chance; fewer where the platform does
   * not lead to that many at the price of a scan. Complete when those are all records after all, as with a small object.
   */
  sample?(
    call: Call,
    object: string,
    fields: readonly string[],
    size: number,
    onPage: (rows: readonly DataRow[]) => boolean,
  ): Promise<Outcome<{ readonly complete: boolean }>>;
  close(): Promise<void>;
};

/** Keeps texts that a platform gives once, such as a refresh token that replaces the one before. */
export type KeptTexts = {
  /** undefined when nothing was kept in that file yet. Throws secret_unreadable. */
  read(file: string): string | undefined;
  /** Returns once it would survive a crash. Throws secret_unreadable. */
  write(file: string, text: string): void;
};

export type ProgramRun = {
  /** An absolute path. */
  readonly program: string;
  /** Given to the program as they are: no shell reads them. */
  readonly arguments: readonly string[];
  /** The whole of it: nothing of our own environment is handed down. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** What was asked to end at the deadline has so long to do so. */
  readonly graceMs: number;
  /** Of standard output; standard error goes nowhere. */
  readonly outputBytes: number;
  readonly signal?: AbortSignal;
};

/** How a program ended: by itself, or why else. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly status: number; readonly output: Uint8Array }
  | {
      readonly kind: 'missing' | 'not_permitted' | 'not_started' | 'killed' | 'too_large' | 'late';
      /** A clause that holds nothing of what the program was given or has said. */
      readonly detail: string;
    };

/**
 * Runs a program of this machine without a shell, and leaves nothing of its group of processes behind. Never rejects;
 * ends within timeoutMs and twice graceMs.
 */
export type RunProgram = (run: ProgramRun) => Promise<ProgramEnd>;

/** What every connector is made with. */
export type ConnectorDependencies = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For what is chosen by chance. */
  readonly random: Random;
  readonly resolveSecret: SecretResolver;
  /** Where what has to outlive the process is kept; relative names count from the folder of the configuration. */
  readonly kept: KeptTexts;
  /** Folder from which relative names of database files count. */
  readonly folder: string;
  /** How host names become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
  /** Absent where no programs may be run. */
  readonly runProgram?: RunProgram;
  /** Watches, and may refuse, what is sent to the CRM over HTTP. */
  readonly observer?: RequestObserver;
};
