import type { DiagnosisClass } from '../catalog/catalog.ts';
import type {
  IncidentDetailView,
  IncidentFilter,
  IncidentPhase,
  IncidentSummaryView,
  LastReloadView,
  MaintenanceDetailView,
  MaintenanceStateFilter,
  MaintenanceWindowView,
  ProbeHistoryView,
  QuarantineDetailView,
  QuarantineEntryView,
  QuarantineStatusView,
  StatisticsView,
  TargetStatusView,
} from '../console/console.ts';
import type { RenderedPage, ScrapeRequest } from '../exporter/exposition/exposition.ts';
import type { SourceKind } from '../responder/alerts/alerts.ts';
import type { ChangeOptions } from '../responder/pipeline/pipeline.ts';
import type { ApiTokens } from '../responder/accounts/accounts.ts';
import type { Problem } from '../std/std.ts';

/** What web needs from the two halves. `app` wires the real ones; tests bring fakes. */
export type Awaitable<T> = T | Promise<T>;

export type { ChangeOptions, RenderedPage, ScrapeRequest };

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly why: string };

export type ProbeRequestOptions = {
  readonly scrape: ScrapeRequest;
  /** How long the caller can wait. */
  readonly timeoutMs: number;
  /** A page with log, settings and metrics, for a person. */
  readonly debug: boolean;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
};

export type ProbeAnswer =
  /** The probes ran; whether the CRM is well is in the text. */
  | ({ readonly kind: 'ok' } & RenderedPage)
  | {
      readonly kind: 'unknown_target' | 'unknown_module';
      /** Absent when none was asked for. */
      readonly asked?: string;
      readonly known: readonly string[];
    };

/** What /sd was asked to leave out: each filter that is given must be met. */
export type DiscoveryFilters = Readonly<
  Partial<Record<'target' | 'platform' | 'module' | 'area', string>>
>;

/** An entry of Prometheus' HTTP service discovery. */
export type DiscoveredGroup = {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

export type DiscoveryAnswer =
  | { readonly kind: 'ok'; readonly groups: readonly DiscoveredGroup[] }
  | { readonly kind: 'unknown_value'; readonly filter: string; readonly known: readonly string[] };

export type ReloadAnswer =
  /** `unapplied` names the keys that need a restart. */
  | { readonly kind: 'reloaded'; readonly summary: string; readonly unapplied: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string };

/** What can change with a reload and decides how requests are answered. */
export type ExporterSettings = {
  readonly scrapeTimeoutOffsetMs: number;
  readonly scrapesInFlight: number;
  readonly modulesPerProbe: number;
};

export type ExporterService = {
  readonly version: string;
  settings(): ExporterSettings;
  renderMetrics(request: ScrapeRequest): Awaitable<RenderedPage>;
  /** No modules: all that the target has. */
  probe(
    target: string,
    modules: readonly string[],
    options: ProbeRequestOptions,
  ): Promise<ProbeAnswer>;
  targets(): Awaitable<readonly TargetStatusView[]>;
  isReady(): Awaitable<Readiness>;
  /** `address` is the host:port that Prometheus is to scrape. */
  discover(filters: DiscoveryFilters, address: string): DiscoveryAnswer;
  /** Null when --web.enable-lifecycle was not given. */
  readonly reload: (() => Promise<ReloadAnswer>) | null;
  lastReload(): LastReloadView;
  /** YAML without secrets. */
  effectiveConfig(): string;
  /** Newest first. */
  history(): readonly ProbeHistoryView[];
  /** Log and metrics of one run as text; null when it is no longer kept. */
  historyEntry(id: string): Promise<string | null>;
  /** Tells the statistics that a scrape was turned away because too many are being answered. */
  countRefusedScrape(path: string): void;
};

export type IntakeOutcome =
  /** Committed to disk: only then is the sender told so. */
  | { readonly status: 'accepted'; readonly events: number }
  /** Kept in quarantine, with what is wrong with it. */
  | { readonly status: 'undecodable'; readonly problems: readonly Problem[] };

/** Which decoder a body is for, and its Content-Encoding (empty: none). */
export type DeliveryForm = { readonly kind: SourceKind; readonly encoding: string };

/** Why a delivery was not accepted before its events were looked at. */
export type RefusalReason =
  | 'unauthorised'
  | 'forbidden'
  | 'secrets_unreadable'
  | 'too_large'
  | 'overloaded'
  | 'too_slow'
  | 'hung_up'
  | 'commit_too_slow';

export type IncidentQuery = IncidentFilter & {
  readonly limit: number;
  /** The identifier after which the page begins. */
  readonly before?: string;
};

export type IncidentPage = {
  readonly incidents: readonly IncidentSummaryView[];
  readonly nextBefore: string | null;
};

export type ActionOutcome =
  /** `sequence` is that of the incident afterwards; `isReplayed` when it was done by an earlier request. */
  | {
      readonly status: 'done';
      readonly sequence?: number;
      readonly isReplayed?: true;
      /** The incident where it goes on: that of a merge, or the one that was split off. */
      readonly incidentId?: string;
    }
  /** It is not as the caller has seen it. */
  | { readonly status: 'stale'; readonly current: IncidentSummaryView }
  /** The idempotency key belongs to another request. */
  | { readonly status: 'key_reused' }
  | { readonly status: 'unknown_incident' }
  | { readonly status: 'refused'; readonly why: string; readonly remedy: string };

export type IncidentEvent = {
  /** Rises with every event, also over restarts. */
  readonly id: number;
  readonly incidentId: string;
  readonly kind: string;
  readonly text: string;
  readonly at: number;
};

export type Subscription = { unsubscribe(): void };

/** One entry of an incident's journal. */
export type JournalEntryView = {
  readonly id: number;
  /** From 1, without gaps, within the incident. */
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: string;
  /** After the event. */
  readonly phase: IncidentPhase;
  readonly actor: string;
  /** In plain words. */
  readonly text: string;
};

/** Tokens of programs. */
export type TokenAdministration = Pick<ApiTokens, 'list' | 'create' | 'revoke'>;
export type QuarantineQuery = {
  /** Undefined is all. */
  readonly status?: QuarantineStatusView;
  /** Cursor of a previous answer. */
  readonly before?: number;
  readonly limit: number;
};

export type QuarantinePage = {
  /** Newest first. */
  readonly entries: readonly QuarantineEntryView[];
  readonly nextBefore: number | null;
};

export type QuarantineOutcome =
  /** `isReplayed` when it was done by an earlier request. */
  | { readonly status: 'done'; readonly events: number; readonly isReplayed?: true }
  | { readonly status: 'unknown' }
  /** The idempotency key belongs to another request. */
  | { readonly status: 'key_reused' }
  | { readonly status: 'refused'; readonly why: string; readonly remedy: string };

/** Deliveries that could not be read; identifiers are whole numbers above 0. */
export type QuarantineService = {
  list(query: QuarantineQuery): Promise<QuarantinePage>;
  get(id: number): Promise<QuarantineDetailView | null>;
  /** The raw body as it came, compressed if it was. */
  body(id: number): Promise<Uint8Array | null>;
  replay(id: number, actor: string, options?: ChangeOptions): Promise<QuarantineOutcome>;
  /** Those after `after`, the oldest first, some hundred in one go; `next` says where to go on, null at the end. */
  replayAll(
    actor: string,
    after?: number,
  ): Promise<{
    readonly replayed: number;
    readonly undecodable: number;
    readonly next: number | null;
  }>;
  discard(
    id: number,
    actor: string,
    reason: string,
    options?: ChangeOptions,
  ): Promise<QuarantineOutcome>;
};

export type MaintenanceQuery = {
  readonly state: MaintenanceStateFilter;
  /** Cursor of a previous answer. */
  readonly before?: number;
  readonly limit: number;
};

export type NewWindow = {
  readonly name: string;
  readonly reason: string;
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Now, when absent or past. */
  readonly startsAtMs?: number;
  readonly endsAtMs: number;
};

export type WindowOutcome =
  /** `isReplayed` when it was done by an earlier request. */
  | { readonly status: 'done'; readonly window: MaintenanceWindowView; readonly isReplayed?: true }
  | { readonly status: 'unknown' }
  /** It is not as the caller has seen it. */
  | { readonly status: 'stale'; readonly sequence: number }
  /** The idempotency key belongs to another request. */
  | { readonly status: 'key_reused' }
  | { readonly status: 'refused'; readonly why: string; readonly remedy: string };

/** Windows in which pages are delayed. */
export type MaintenanceService = {
  /** Those that were planned last first. */
  list(query: MaintenanceQuery): Promise<{
    readonly windows: readonly MaintenanceWindowView[];
    readonly nextBefore: number | null;
  }>;
  get(id: string): Promise<MaintenanceDetailView | null>;
  create(request: NewWindow, actor: string, options?: ChangeOptions): Promise<WindowOutcome>;
  /** Moves its end; `why` may be empty. */
  move(
    id: string,
    change: { readonly endsAtMs: number; readonly why: string },
    actor: string,
    options?: ChangeOptions,
  ): Promise<WindowOutcome>;
  /** `why` may be empty. */
  end(id: string, why: string, actor: string, options?: ChangeOptions): Promise<WindowOutcome>;
};

export type ResponderService = {
  readonly version: string;
  readonly maintenance: MaintenanceService;
  readonly quarantine: QuarantineService;
  /** Throws CrmwatchError `store_unavailable` when nothing was committed. */
  accept(
    rawBody: Buffer,
    sender: string,
    receivedAtMs: number,
    form: DeliveryForm,
  ): Promise<IntakeOutcome>;
  /** Tells the statistics why a delivery was not accepted before it reached `accept`. */
  countRefusal?(
    reason: RefusalReason,
    from: { readonly sender: string; readonly kind: SourceKind },
  ): void;
  /** Tells the statistics of a wrong token or password of somebody who uses the console or the API. */
  countWrongCredential?(way: 'bearer' | 'sign_in', isLimited: boolean): void;
  listIncidents(query: IncidentQuery): Awaitable<IncidentPage>;
  getIncident(id: string): Awaitable<IncidentDetailView | null>;
  acknowledge(id: string, actor: string, options?: ChangeOptions): Awaitable<ActionOutcome>;
  comment(
    id: string,
    actor: string,
    text: string,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  correctDiagnosis(
    id: string,
    actor: string,
    answer: DiagnosisClass,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  /** `note` may be empty. */
  close(id: string, actor: string, note: string, options?: ChangeOptions): Awaitable<ActionOutcome>;
  /** `why` may be empty. */
  reopen(id: string, actor: string, why: string, options?: ChangeOptions): Awaitable<ActionOutcome>;
  /** Merges an incident into another one; `why` may be empty, here and below. */
  merge(
    id: string,
    into: string,
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  undoMerge(
    id: string,
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  /** Makes a new incident of some alerts of one, by their identifiers. */
  split(
    id: string,
    alertIds: readonly string[],
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  undoSplit(
    id: string,
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Awaitable<ActionOutcome>;
  /** Markdown; null when there is no such incident, or it is still open. */
  review(id: string): Awaitable<string | null>;
  /** At most `limit` entries after a sequence, in order; null when there is no such incident. */
  journalAfter(
    id: string,
    sequence: number,
    limit: number,
  ): Awaitable<readonly JournalEntryView[] | null>;
  /** At most `limit` events of all incidents after an id, in order, from the journal. */
  eventsAfter(id: number, limit: number): Awaitable<readonly IncidentEvent[]>;
  /** 0 while there is none. */
  newestEventId(): Awaitable<number>;
  /** Tells of events of this process as soon as they are committed. */
  subscribe(listener: (event: IncidentEvent) => void): Subscription;
  readonly tokens: TokenAdministration;
  statistics(): Awaitable<StatisticsView>;
  renderMetrics(request: ScrapeRequest): Awaitable<RenderedPage>;
  isReady(): Awaitable<Readiness>;
};
