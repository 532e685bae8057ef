import { createWebConfigSource } from '../config/config.ts';
import type { ListenAddress } from '../config/config.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Logger } from '../std/std.ts';
import { isLoopbackHost } from '../web/web.ts';
import type { ListenPlace, WebServerOptions } from '../web/web.ts';
import type { ExporterRunOptions } from './exporter-run-options.ts';

export type Listening = {
  /** Under which the pages may be asked for: one beyond loopback, when there is one. */
  readonly listenHost: string;
  readonly hosts: readonly string[];
  readonly scheme: 'http' | 'https';
  readonly server: Omit<WebServerOptions, 'clock'>;
};

/** The first file descriptor that systemd hands over. Source: sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3;

type Environment = Readonly<Record<string, string | undefined>>;

function systemdSockets(environment: Environment, processId: number): readonly ListenPlace[] {
  const isOurs = environment['LISTEN_PID'] === String(processId);
  const count = isOurs ? Number(environment['LISTEN_FDS'] ?? 0) : 0;
  if (Number.isInteger(count) && count > 0) {
    return Array.from({ length: count }, (_, index) => ({
      fileDescriptor: FIRST_DESCRIPTOR + index,
    }));
  }
  throw new CrmwatchError('listen_refused', 'systemd has handed over no socket', {
    remedy:
      'start the exporter by a socket unit of systemd, or leave out --web.systemd-socket and name an address',
  });
}

function hostsOf(places: readonly ListenPlace[]): readonly string[] {
  // A socket of systemd may be bound to any address.
  return places.map((place) => ('host' in place ? place.host : ''));
}

/**
 * Where and how to listen: flags win over the configuration. Throws listen_refused, or config_invalid when the web
 * configuration file cannot be used.
 */
export function chooseListening(
  configured: ListenAddress,
  runOptions: ExporterRunOptions,
  logger: Logger,
  environment: Environment = process.env,
): Listening {
  const { listenAddresses = [], systemdSocket, webConfigFile } = runOptions;
  const places = systemdSocket
    ? systemdSockets(environment, process.pid)
    : listenAddresses.length > 0
      ? listenAddresses
      : [configured];
  const hosts = hostsOf(places);
  const beyond = hosts.find((host) => !isLoopbackHost(host));
  const source = webConfigFile === undefined ? undefined : createWebConfigSource(webConfigFile);
  return {
    listenHost: beyond ?? hosts[0] ?? configured.host,
    hosts: beyond === undefined ? hosts.slice(1) : [],
    scheme: source?.current().tls === undefined ? 'http' : 'https',
    server: { ...configured, places, ...(source === undefined ? {} : { web: { source, logger } }) },
  };
}
