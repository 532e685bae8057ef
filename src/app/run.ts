import { PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import type { ProbeKindName } from '../catalog/catalog.ts';
import type { LoadedConfig } from '../config/config.ts';
import { PLAIN_SCRAPE, renderProbe } from '../exporter/exposition/exposition.ts';
import type { PipelineLine } from '../responder/pipeline/pipeline.ts';
import { CrmwatchError, createLogger, createSystemClock, createSystemRandom } from '../std/std.ts';
import type { LogFormat, LogLevel } from '../std/std.ts';
import { createExporter } from './exporter.ts';
import type { Dependencies, Exporter } from './exporter.ts';
import type { ExporterRunOptions } from './exporter-run-options.ts';
import type { Responder } from './responder.ts';
import { createTargets } from './targets.ts';
import type { Targets } from './targets.ts';

/** The real clock, chance and log of a running process. */
export function createRuntime(level: LogLevel, format?: LogFormat): Dependencies {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createLogger(level, format),
  };
}

export type Running = { readonly url: string; stop(): Promise<void> };
export type RunningExporter = Running & { readonly urls: readonly string[] };
export type EventListener = (line: string) => void;
export type RunningResponder = Running & { onEvent(listener: EventListener): void };
export type RunningAll = {
  readonly exporterUrl: string;
  readonly responderUrl: string;
  onEvent(listener: EventListener): void;
  stop(): Promise<void>;
};

export function makeTargets(
  loaded: LoadedConfig,
  { clock, random, logger, resolve }: Dependencies,
): Targets {
  const { config, folder, resolveSecret } = loaded;
  return createTargets({
    targets: config.targets,
    folder,
    resolveSecret,
    clock,
    random,
    logger,
    ...(resolve === undefined ? {} : { resolve }),
  });
}

/** A line for the terminal: local time, incident, what happened. */
export function formatLine({ atMs, incidentId, line }: PipelineLine): string {
  const time = new Date(atMs).toTimeString().slice(0, 8);
  return `${time}  ${incidentId.slice(-8)}  ${line}`;
}

function onEventOf(responder: Responder): (listener: EventListener) => void {
  return (listener) => void responder.subscribe((line) => listener(formatLine(line)));
}

/** Runs `start` and, when it fails, everything in `undo`, so that nothing is left running. */
async function startOrUndo<T>(start: () => Promise<T>, undo: () => Promise<void>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Reloads at each SIGHUP, as Prometheus and its exporters do; returns how to stop that. */
function reloadOnHangUp(exporter: Exporter): () => void {
  const reload = (): void => void exporter.reload();
  process.on('SIGHUP', reload);
  return () => void process.off('SIGHUP', reload);
}

export async function startExporter(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  runOptions?: ExporterRunOptions,
): Promise<RunningExporter> {
  const targets = makeTargets(loaded, dependencies);
  const exporter = createExporter(loaded, targets, dependencies, runOptions);
  const ignoreHangUp = reloadOnHangUp(exporter);
  async function stop(): Promise<void> {
    ignoreHangUp();
    await exporter.stop();
    await targets.close();
  }
  const { url, urls } = await startOrUndo(async () => exporter.start(), stop);
  return { url, urls, stop };
}

export async function startResponder(
  loaded: LoadedConfig,
  dependencies: Dependencies,
): Promise<RunningResponder> {
  const targets = makeTargets(loaded, dependencies);
  const responder = await startOrUndo(
    async () => (await import('./responder.ts')).createResponder(loaded, targets, dependencies),
    async () => targets.close(),
  );
  async function stop(): Promise<void> {
    await responder.stop();
    await targets.close();
  }
  const { url } = await startOrUndo(async () => responder.start(), stop);
  return { url, stop, onEvent: onEventOf(responder) };
}

/**
 * Both halves in one process; they share the connectors, so a CRM sees one monitoring session. A reload changes the
 * targets of both; the section of the responder needs a restart.
 */
export async function startAll(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  runOptions?: ExporterRunOptions,
): Promise<RunningAll> {
  const targets = makeTargets(loaded, dependencies);
  const responder = await startOrUndo(
    async () => (await import('./responder.ts')).createResponder(loaded, targets, dependencies),
    async () => targets.close(),
  );
  const exporter = createExporter(loaded, targets, dependencies, runOptions);
  const ignoreHangUp = reloadOnHangUp(exporter);
  async function stop(): Promise<void> {
    ignoreHangUp();
    await Promise.all([exporter.stop(), responder.stop()]);
    await targets.close();
  }
  return startOrUndo(async () => {
    const { url: responderUrl } = await responder.start();
    const { url: exporterUrl } = await exporter.start();
    return { exporterUrl, responderUrl, onEvent: onEventOf(responder), stop };
  }, stop);
}

function requireKind(name: string): ProbeKindName {
  const kind = PROBE_KIND_NAMES.find((candidate) => candidate === name);
  if (kind !== undefined) return kind;
  throw new CrmwatchError('usage', `there is no kind of probe "${name}"`, {
    remedy: `use one of: ${PROBE_KIND_NAMES.join(', ')}`,
  });
}

export type ProbeText = { readonly text: string; readonly failure: string | null };

/** Runs one probe of a configuration once. */
export async function probeOnce(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  targetName: string,
  kindName: string,
): Promise<ProbeText> {
  const kind = requireKind(kindName);
  const targets = makeTargets(loaded, dependencies);
  try {
    if (targets.find(targetName) === undefined) {
      throw new CrmwatchError('usage', `there is no target "${targetName}"`, {
        remedy: `use one of: ${targets.all.map(({ config }) => config.name).join(', ')}`,
      });
    }
    const run = await targets.run(targetName, kind);
    if (run === undefined) {
      throw new CrmwatchError('usage', `target ${targetName} cannot do the probe ${kind}`, {
        remedy: 'its platform has no such capability, or the connection does not configure it',
      });
    }
    const failure = run.result.ok
      ? null
      : `${run.result.failure.reason}: ${run.result.failure.detail}`;
    const page = await renderProbe([{ run, ageSeconds: 0 }], PLAIN_SCRAPE);
    return { text: Buffer.concat(page.body).toString(), failure };
  } finally {
    await targets.close();
  }
}
