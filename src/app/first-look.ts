import { PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import type { ProbeKindName } from '../catalog/catalog.ts';
import type { LoadedConfig } from '../config/config.ts';
import type { Connector } from '../exporter/connectors/connectors.ts';
import { PROBE_REGISTRY, runProbe } from '../exporter/probes/probes.ts';
import type { ProbeRun } from '../exporter/probes/probes.ts';
import type { Failure } from '../http/http.ts';
import { decode } from '../std/std.ts';
import type { Dependencies } from './exporter.ts';
import { sampleObject } from './object-samples.ts';
import type { ObjectSample } from './object-samples.ts';
import { DECISIVE, isDecisive } from './looks.ts';
import type { FirstLook, ObjectLook, ProbeLook } from './looks.ts';
import { keepMeasured, proposeChecks } from './proposed-checks.ts';
import type { ProposedChecks } from './proposed-checks.ts';
import { makeTargets } from './run.ts';
import type { Target } from './targets.ts';

export type FirstLookOptions = {
  /** Time limit of each probe. */
  readonly timeoutMs: number;
  /** ISO 3166 alpha-2; of telephone numbers without "+". */
  readonly country?: string;
  /** Told of each probe and object as soon as it is known. */
  readonly onProbe: (look: ProbeLook) => void;
  readonly onObject: (look: ObjectLook) => void;
};

/** Most records of an object that are read to try its checks. */
const ROW_LIMIT = 10_000;

/** Of the object: the next one is worth a try. After any other failure it is not. */
const OF_AN_OBJECT: ReadonlySet<string> = new Set(['not_found', 'authorization', 'schema_changed']);

/** Runs every probe of the only target of a configuration once, and finds out what can be read of its objects. */
export async function takeFirstLook(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  options: FirstLookOptions,
): Promise<FirstLook> {
  const targets = makeTargets(loaded, dependencies);
  try {
    const [target] = targets.all;
    if (target === undefined) throw new Error('the configuration has no target');
    const probes: ProbeLook[] = [];
    const tryProbe = async (kind: ProbeKindName): Promise<Failure | undefined> => {
      const look = await lookAtProbe(target, kind, dependencies, options);
      probes.push(look);
      options.onProbe(look);
      return look.run?.result.ok === false ? look.run.result.failure : undefined;
    };
    for (const kind of orderOfTrial()) {
      const failure = await tryProbe(kind);
      if (failure === undefined || !isDecisive(kind)) continue;
      // What is wrong with the certificate is told by its own probe, although nothing else can be asked.
      if (failure.reason.startsWith('certificate_')) await tryProbe('certificate');
      return { probes, objects: [], stoppedBy: { kind, failure } };
    }
    return { probes, objects: await lookAtObjects(target, dependencies, options) };
  } finally {
    await targets.close();
  }
}

/** Its own deadline may be shorter than what is wanted here, so it is not asked for. */
async function lookAtProbe(
  { connector, config }: Target,
  kind: ProbeKindName,
  { clock, logger }: Dependencies,
  { timeoutMs }: FirstLookOptions,
): Promise<ProbeLook> {
  const { options, timeoutMs: usualTimeoutMs } = config.probes[kind];
  if (!PROBE_REGISTRY[kind].isSupported(connector)) return { kind, usualTimeoutMs };
  const target = { name: config.name, connector };
  const run = await runProbe(target, kind, { clock, logger, timeoutMs, options });
  return { kind, run, usualTimeoutMs };
}

/** Those that decide first; data quality is tried object by object. */
function orderOfTrial(): readonly ProbeKindName[] {
  const others = PROBE_KIND_NAMES.filter((kind) => !isDecisive(kind) && kind !== 'data_quality');
  return [...DECISIVE, ...others];
}

async function lookAtObjects(
  target: Target,
  dependencies: Dependencies,
  options: FirstLookOptions,
): Promise<readonly ObjectLook[]> {
  const { connector, config } = target;
  if (!PROBE_REGISTRY.data_quality.isSupported(connector)) return [];
  const { objects } = config.connection;
  const readable = new Map<string, ObjectSample>();
  const looks = new Map<string, ObjectLook>();
  const tell = (look: ObjectLook): void => {
    looks.set(look.object, look);
    options.onObject(look);
  };
  let end: Failure | undefined;
  for (const [object, { fields }] of Object.entries(objects)) {
    const sample =
      end === undefined
        ? await sampleObject(connector, object, Object.keys(fields), options)
        : { failure: { ...end, detail: 'not tried after the failure before' } };
    const { failure } = sample;
    if (failure !== undefined) tell({ object, failure });
    else if ('fields' in sample) readable.set(object, sample);
    if (failure !== undefined && !OF_AN_OBJECT.has(failure.reason)) end ??= failure;
  }
  for (const [object, sample] of readable) {
    const proposed = proposeChecks(sample, readable);
    const run = await tryChecks(connector, target, { proposed, dependencies, options });
    tell({ object, proposed: keepMeasured(proposed, run), run });
  }
  return Object.keys(objects).flatMap((object) => looks.get(object) ?? []);
}

type Trial = {
  readonly proposed: ProposedChecks;
  readonly dependencies: Dependencies;
  readonly options: FirstLookOptions;
};

async function tryChecks(
  connector: Connector,
  { config }: Target,
  { proposed, dependencies, options }: Trial,
): Promise<ProbeRun> {
  const { country, timeoutMs } = options;
  const kind = PROBE_REGISTRY.data_quality;
  const decoded = decode.run(kind.options, {
    objects: { [proposed.object]: proposed.checks },
    row_limit: ROW_LIMIT,
    ...(country === undefined ? {} : { default_country: country }),
  });
  if (!decoded.ok)
    throw new Error(`the checks of ${proposed.object} that are proposed do not decode`);
  const { clock, logger } = dependencies;
  return runProbe({ name: config.name, connector }, 'data_quality', {
    clock,
    logger,
    timeoutMs,
    options: decoded.value,
  });
}
