import type { ResponderAppOptions } from './responder-app.ts';
import type { WebApp } from './server.ts';

export type { NamedToken, OperatorToken } from './access/named-tokens.ts';
export { isNetwork } from './networks.ts';
export type { OidcOptions } from './access/oidc/oidc-options.ts';
export type { ProxyHeaderOptions } from './access/proxy-header.ts';
export type { Asset, Assets } from './assets.ts';
export { createExporterApp } from './exporter-app.ts';
export type { ExporterAppOptions } from './exporter-app.ts';
export { isLoopbackHost } from './host-check.ts';
export { INTAKE_LIMIT_BYTES, INTAKE_PATH } from './intake.ts';
export type { ResponderAppOptions } from './responder-app.ts';
export type { IntakeLimits } from './intake-body.ts';
export type { Sender, SenderCredential } from './sender-access.ts';
export { createWebServer } from './server.ts';
export type { ListenPlace, WebApp, WebServer, WebServerOptions } from './server.ts';
export type {
  ClientAuthentication,
  RateLimit,
  TlsVersion,
  WebConfig,
  WebConfigSource,
  WebTls,
} from './listening/web-config.ts';
export type {
  ActionOutcome,
  Awaitable,
  DeliveryForm,
  ChangeOptions,
  DiscoveredGroup,
  DiscoveryAnswer,
  DiscoveryFilters,
  ExporterService,
  ExporterSettings,
  IncidentEvent,
  IncidentPage,
  IncidentQuery,
  IntakeOutcome,
  JournalEntryView,
  MaintenanceService,
  ProbeAnswer,
  ProbeRequestOptions,
  Readiness,
  QuarantineOutcome,
  QuarantinePage,
  QuarantineQuery,
  QuarantineService,
  ReloadAnswer,
  RenderedPage,
  ResponderService,
  ScrapeRequest,
  Subscription,
  TokenAdministration,
  WindowOutcome,
} from './services.ts';

// The API with its schemas and the sign-in at a provider are loaded by who needs them: the exporter starts sooner
// without them.

/** The responder over HTTP: alert intake, JSON API, console and its own metrics. */
export async function createResponderApp(options: ResponderAppOptions): Promise<WebApp> {
  return (await import('./responder-app.ts')).createResponderApp(options);
}

/** What the operations of the API say of themselves: docs/API.md and docs/openapi.json. */
export async function renderApi(): Promise<{ readonly page: string; readonly openApi: string }> {
  const { renderApiDocument, renderOpenApi } = await import('./api/api-document.ts');
  return { page: renderApiDocument(), openApi: renderOpenApi() };
}
