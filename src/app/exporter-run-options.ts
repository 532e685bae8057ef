import type { ListenAddress } from '../config/config.ts';

/** What the command line says about a running exporter, beside its configuration. */
export type ExporterRunOptions = {
  readonly webConfigFile?: string;
  /** Instead of the address of the configuration. */
  readonly listenAddresses?: readonly ListenAddress[];
  readonly systemdSocket?: boolean;
  readonly telemetryPath: string;
  /** Whether POST /-/reload is allowed. */
  readonly enableLifecycle: boolean;
  /** How often the configuration and the files it names are looked at for changes; absent: never. */
  readonly autoReloadIntervalMs?: number;
};

export const DEFAULT_RUN_OPTIONS: ExporterRunOptions = {
  telemetryPath: '/metrics',
  enableLifecycle: false,
};
