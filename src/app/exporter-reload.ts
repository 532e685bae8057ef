import { formatProblems } from '../config/config.ts';
import type { Config, ConfigSource, LoadedConfig } from '../config/config.ts';
import type { LastReloadView } from '../console/console.ts';
import { CrmwatchError, errorMessage } from '../std/std.ts';
import type { Clock, Logger, Timer } from '../std/std.ts';
import type { ReloadAnswer } from '../web/web.ts';

export type Reloader = {
  /** One at a time; those who ask while one waits for its turn get the answer of that one. */
  reload(): Promise<ReloadAnswer>;
  last(): LastReloadView;
  /** Reloads by itself when the file or a file it names has changed. */
  watch(intervalMs: number): void;
  stop(): void;
};

export type ReloaderOptions = {
  readonly loaded: LoadedConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Builds everything and goes over to it; when it throws, the old configuration is untouched. */
  readonly apply: (next: LoadedConfig) => Promise<string>;
  readonly onReload: (succeeded: boolean) => void;
};

/** Keys that are read once, at the start. */
const STARTING_KEYS: Readonly<Record<string, (config: Config) => unknown>> = {
  log_level: (config) => config.logLevel,
  'exporter.listen': (config) => config.exporter.listen,
  'exporter.maximum_concurrent_probes': (config) => config.exporter.maximumConcurrentProbes,
  'exporter.schedule': (config) => config.exporter.schedule,
  'exporter.ready_timeout': (config) => config.exporter.readyTimeoutMs,
  'exporter.limits': ({ exporter: { limits } }) => ({ ...limits, ...LIVE_LIMITS }),
  responder: (config) => config.responder,
};

/** Those that each request looks up. */
const LIVE_LIMITS = { scrapesInFlight: 0, modulesPerProbe: 0 } as const;

/** Keys with another value that stay as they were until the next start. */
export function unappliedKeys(inForce: Config, next: Config): readonly string[] {
  return Object.entries(STARTING_KEYS)
    .filter(([, valueOf]) => JSON.stringify(valueOf(inForce)) !== JSON.stringify(valueOf(next)))
    .map(([key]) => key);
}

function load(source: ConfigSource): LoadedConfig {
  const result = source.load();
  if (result.ok) return result.loaded;
  const { path } = source;
  const count = result.problems.length;
  throw new CrmwatchError(
    'config_invalid',
    `${path} has ${count} ${count === 1 ? 'problem' : 'problems'}:\n${formatProblems(result.problems)}`,
    { remedy: 'mend these; until then the old configuration stays in force' },
  );
}

export function createReloader(options: ReloaderOptions): Reloader {
  const { loaded, clock, logger, apply, onReload } = options;
  let last: LastReloadView = { atMs: null, failure: null };
  let running: Promise<ReloadAnswer> | undefined;
  let waiting: Promise<ReloadAnswer> | undefined;
  let { source } = loaded;
  let seenHash = source.contentHash();
  let timer: Timer | undefined;
  let isStopped = false;

  async function reloadOnce(): Promise<ReloadAnswer> {
    try {
      seenHash = source.contentHash();
      const next = load(source);
      const summary = await apply(next);
      if (seenHash === source.contentHash()) seenHash = next.source.contentHash();
      source = next.source;
      // What is read at the start alone is held against the configuration of the start.
      const unapplied = unappliedKeys(loaded.config, next.config);
      last = { atMs: clock.now(), failure: null };
      onReload(true);
      logger.info('configuration reloaded', { summary, unapplied });
      return { kind: 'reloaded', summary, unapplied };
    } catch (error) {
      const why = errorMessage(error);
      last = { atMs: clock.now(), failure: why };
      onReload(false);
      logger.error('configuration not reloaded; the old one stays in force', { problem: why });
      return { kind: 'failed', why };
    }
  }

  async function start(): Promise<ReloadAnswer> {
    running = reloadOnce();
    return running.finally(() => (running = undefined));
  }

  async function reload(): Promise<ReloadAnswer> {
    if (running === undefined) return start();
    // What runs may have read the file before it changed, so another one has to follow.
    waiting ??= running.then(async () => {
      waiting = undefined;
      return start();
    });
    return waiting;
  }

  return {
    reload,
    last: () => last,
    watch(intervalMs) {
      const look = async (): Promise<void> => {
        if (source.contentHash() !== seenHash) await reload();
        if (!isStopped) timer = clock.after(intervalMs, () => void look());
      };
      timer = clock.after(intervalMs, () => void look());
    },
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
