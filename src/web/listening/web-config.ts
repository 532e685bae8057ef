/** What a web configuration file says, as Prometheus exporters have it; see docs/exporter/web.md. */
export type WebConfig = {
  /** Absent: plain HTTP. */
  readonly tls?: WebTls;
  readonly http2: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Names with bcrypt hashes; empty: no password is asked for. */
  readonly users: ReadonlyMap<string, string>;
  /** Absent: as many requests as come. */
  readonly rateLimit?: RateLimit;
};

export type RateLimit = {
  /** Time in which one more request is granted. */
  readonly intervalMs: number;
  /** Requests that may come at once. */
  readonly burst: number;
};

export type WebTls = {
  /** PEM text. */
  readonly certificate: string;
  readonly key: string;
  /** PEM text of one certificate each; absent: those that Node trusts; empty: nobody. */
  readonly clientAuthorities?: readonly string[];
  readonly clientAuthentication: ClientAuthentication;
  /** Absent: every name; otherwise one subject alternative name of the client must be among these. */
  readonly clientNames?: readonly string[];
  /** What the owner should hear of it, though it is no error. */
  readonly warning?: string;
  readonly minimumVersion: TlsVersion;
  readonly maximumVersion: TlsVersion;
  /** In OpenSSL's names, in order; absent: the default ones. */
  readonly ciphers?: readonly string[];
  readonly prefersServerCiphers: boolean;
  /** In OpenSSL's names, in order; absent: the default ones. */
  readonly curves?: readonly string[];
};

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export type ClientAuthentication =
  /** No certificate is asked for. */
  | 'none'
  /** One is asked for, and whatever comes is taken. */
  | 'request'
  /** Any one must come. */
  | 'require_any'
  /** One that comes must be good. */
  | 'verify_if_given'
  /** A good one must come. */
  | 'require_and_verify';

/** A web configuration that may change while it is used. */
export type WebConfigSource = {
  /** The configuration as it is now; throws CrmwatchError while the file cannot be used. */
  current(): WebConfig;
};
