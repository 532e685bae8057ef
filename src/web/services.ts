import type { DiagnosisClass } from '../catalog/catalog.ts';
import type {
  IncidentDetailView,
  IncidentFilter,
  IncidentSummaryView,
  StatisticsView,
  TargetStatusView,
} from '../console/console.ts';
import type { Problem } from '../std/std.ts';

/** What web needs from the two halves. `app` wires the real ones; tests bring fakes. */
export type Awaitable<T> = T | Promise<T>;

/** What a scrape asks for: the headers of its request, and the families it wants. */
export type ScrapeRequest = {
  /** The Accept header, or "" when there was none. */
  readonly accept: string;
  readonly acceptEncoding: string;
  /** Values of `name[]`; empty means all families. */
  readonly names: readonly string[];
};

/** A page of metrics, sent byte for byte. */
export type RenderedPage = {
  readonly contentType: string;
  readonly contentEncoding?: 'gzip';
  readonly body: readonly Uint8Array[];
};

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly why: string };

export type ProbeRequestOptions = {
  readonly scrape: ScrapeRequest;
  readonly timeoutMs: number;
  readonly debug: boolean;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
};

export type ProbeAnswer =
  /** The probe ran; whether the CRM is well is in the text. */
  | ({ readonly kind: 'ok' } & RenderedPage)
  | { readonly kind: 'unknown_target' | 'unknown_kind'; readonly known: readonly string[] };

export type ExporterService = {
  readonly version: string;
  renderMetrics(request: ScrapeRequest): Awaitable<RenderedPage>;
  probe(target: string, kind: string, options: ProbeRequestOptions): Promise<ProbeAnswer>;
  targets(): Awaitable<readonly TargetStatusView[]>;
  isReady(): Awaitable<Readiness>;
};

export type IntakeOutcome =
  /** Committed to disk: only then is the sender told so. */
  | { readonly status: 'accepted'; readonly events: number }
  /** Kept in quarantine, with what is wrong with it. */
  | { readonly status: 'undecodable'; readonly problems: readonly Problem[] };

export type IncidentQuery = IncidentFilter & {
  readonly limit: number;
  /** Cursor of a previous answer. */
  readonly before?: string;
};

export type IncidentPage = {
  readonly incidents: readonly IncidentSummaryView[];
  readonly nextBefore: string | null;
};

export type ActionOutcome =
  | { readonly status: 'done' }
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

export type Subscription = {
  unsubscribe(): void;
  /** False when events after `sinceId` are no longer kept: the listener must take a fresh look at everything. */
  readonly complete: boolean;
};

export type ResponderService = {
  readonly version: string;
  /** Throws CrmwatchError `store_unavailable` when nothing was committed. */
  accept(rawBody: Buffer, sender: string, receivedAtMs: number): Promise<IntakeOutcome>;
  /** Tells the statistics why a delivery was not accepted before it reached `accept`. */
  countRefusal?(reason: 'unauthorised' | 'too_large' | 'overloaded' | 'unreadable'): void;
  listIncidents(query: IncidentQuery): Awaitable<IncidentPage>;
  getIncident(id: string): Awaitable<IncidentDetailView | null>;
  acknowledge(id: string, actor: string): Awaitable<ActionOutcome>;
  comment(id: string, actor: string, text: string): Awaitable<ActionOutcome>;
  correctDiagnosis(id: string, actor: string, answer: DiagnosisClass): Awaitable<ActionOutcome>;
  /** `note` may be empty. */
  close(id: string, actor: string, note: string): Awaitable<ActionOutcome>;
  /** Markdown. */
  review(id: string): Awaitable<string | null>;
  /** Replays kept events after `sinceId` to the listener before it returns, then calls it for every new one. */
  subscribe(listener: (event: IncidentEvent) => void, sinceId?: number): Subscription;
  statistics(): Awaitable<StatisticsView>;
  renderMetrics(request: ScrapeRequest): Awaitable<RenderedPage>;
  isReady(): Awaitable<Readiness>;
};
