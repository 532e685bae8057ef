export { overrideAlertmanager, overrideDemonstration, overridePrometheus } from './deployment.ts';
export type {
  AlertmanagerOverrides,
  DemonstrationOverrides,
  PrometheusOverrides,
} from './deployment.ts';
export { renderConfigurationDocument } from './document.ts';
export { checkConfig, checkConfigText, formatProblems, loadConfig } from './load.ts';
export { renderEffectiveConfig } from './effective.ts';
export type { ExporterLimits } from './limits.ts';
export type { ConfigSource, LoadResult, LoadedConfig } from './load.ts';
export { createWebConfigSource } from './web-config-source.ts';
export { readWebConfig } from './web-config.ts';
export type { WebConfigResult } from './web-config.ts';
export { formatYaml, parseYaml } from './yaml.ts';
export { CONFIG_SHAPE } from './schema.ts';
export type { Config, ExporterConfig } from './schema.ts';
export { nameDecoder, parseListenAddress } from './common.ts';
export type { ListenAddress } from './common.ts';
export { sourcesOf } from './upstream.ts';
export type { AlertmanagerConfig } from './upstream.ts';
export type { ResponderConfig } from './responder.ts';
export type { SenderConfig } from './senders.ts';
export { CONSOLE_TOKEN_NAME } from './access.ts';
export type { AccessConfig } from './access.ts';
export type { TargetConfig } from './target.ts';
export { createSecretCommands } from './secret-commands.ts';
export type {
  CommandLimits,
  CommandResult,
  CommandRunner,
  SecretCommands,
} from './secret-commands.ts';
