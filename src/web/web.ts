export type { NamedToken, OperatorToken } from './access/named-tokens.ts';
export { renderApiDocument, renderOpenApi } from './api/api-document.ts';
export { isNetwork } from './access/networks.ts';
export type { OidcOptions } from './access/oidc/oidc-options.ts';
export type { ProxyHeaderOptions } from './access/proxy-header.ts';
export type { Asset, Assets } from './assets.ts';
export { createExporterApp } from './exporter-app.ts';
export type { ExporterAppOptions } from './exporter-app.ts';
export { isLoopbackHost } from './host-check.ts';
export { INTAKE_LIMIT_BYTES, INTAKE_PATH } from './intake.ts';
export { createResponderApp } from './responder-app.ts';
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
} from './services.ts';
