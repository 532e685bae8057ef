import type { LoadedConfig, ResponderConfig } from '../config/config.ts';
import type { HttpClient } from '../http/http.ts';
import { createMask } from '../responder/alerts/alerts.ts';
import { createAccounts, createServerKey } from '../responder/accounts/accounts.ts';
import type { Accounts } from '../responder/accounts/accounts.ts';
import { createEvidenceSource } from '../responder/evidence/evidence.ts';
import { createChannel } from '../responder/notify/notify.ts';
import type { Channel } from '../responder/notify/notify.ts';
import {
  createDriftReader,
  createModelsInForce,
  createPipeline,
} from '../responder/pipeline/pipeline.ts';
import type { Pipeline, PipelineLine } from '../responder/pipeline/pipeline.ts';
import type { SecretResolver } from '../std/std.ts';
import type { Store } from '../store/store.ts';
import { createResponderApp, createWebServer } from '../web/web.ts';
import type { WebServer } from '../web/web.ts';
import { readAssets } from './assets.ts';
import { readConfiguredModel } from './configured-model.ts';
import { DECODER_LIMITS, createDeliveryDecoder } from './delivery-decoder.ts';
import type { Dependencies, Service } from './exporter.ts';
import { BASELINE_MS, createPrometheus, dependenciesOf } from './prometheus.ts';
import { createLearnedDiagnosis } from './learned-diagnosis.ts';
import { readVersion } from './repository.ts';
import { accessOf } from './responder-access.ts';
import {
  createPipelineMetrics,
  createResponderSelfMetrics,
  exposeLearning,
  exposeLeases,
  exposeStatistics,
  exposeTokens,
} from './responder-metrics.ts';
import { createResponderService } from './responder-service.ts';
import { openResponderStore } from './responder-store.ts';
import type { Targets } from './targets.ts';
import { createUpstreamParts, watchdogSettings } from './upstream.ts';
import { openResponderWebConfig, toSenders } from './senders.ts';
import { logTokenChanges } from './token-administration.ts';
import { createTargetVerifier } from './verifier.ts';

export type Responder = Service & {
  /** Tells of everything that happens from now on. */
  subscribe(listener: (line: PipelineLine) => void): () => void;
};

type Parts = {
  readonly config: ResponderConfig;
  readonly resolveSecret: SecretResolver;
  readonly targets: Targets;
  readonly dependencies: Dependencies;
  readonly folder: string;
};

function createChannels(parts: Parts, http: HttpClient): readonly Channel[] {
  const { config, resolveSecret, dependencies } = parts;
  const services = { http, clock: dependencies.clock, resolveSecret };
  return config.notify.map((options) => createChannel(options, services));
}

async function createServer(
  parts: Parts,
  accounts: Accounts,
  pipeline: Pipeline,
  selfMetrics: ReturnType<typeof createResponderSelfMetrics>,
): Promise<WebServer> {
  const { config, resolveSecret, targets, dependencies } = parts;
  const { host, port } = config.listen;
  const source =
    config.webConfigFile === undefined
      ? undefined
      : openResponderWebConfig(parts.folder, config.webConfigFile);
  const app = await createResponderApp({
    service: createResponderService({
      version: readVersion(),
      pipeline,
      selfMetrics,
      tokens: logTokenChanges(accounts.tokens, dependencies.logger),
      clock: dependencies.clock,
      watchdogLimitMs: config.watchdog.limitMs,
      targetNames: targets.all.map((target) => target.config.name),
    }),
    accounts,
    assets: readAssets(),
    ...dependencies,
    listenHost: host,
    hosts: [
      ...config.allowedHosts,
      ...(config.publicUrl === undefined ? [] : [new URL(config.publicUrl).host]),
    ],
    senders: toSenders(config.senders, resolveSecret),
    ...accessOf(config, resolveSecret, { isTls: source?.current().tls !== undefined }),
  });
  const { clock, logger } = dependencies;
  const web = source === undefined ? {} : { web: { source, logger } };
  return createWebServer(app, { host, port, clock, ...web });
}

/** What judges evidence, and what tells how it does. */
function createLearning({ config, folder, dependencies }: Parts, { database }: Store) {
  const configured = readConfiguredModel(config, folder);
  const models = createModelsInForce({ database, configured, logger: dependencies.logger });
  const prometheusUrl = config.prometheus.publicUrl ?? config.prometheus.url;
  return {
    diagnose: createLearnedDiagnosis({ models, ...dependencies, prometheusUrl }),
    readLearning: createDriftReader({ database, models }),
  };
}

async function assemble(parts: Parts, store: Store): Promise<Responder> {
  const { config, targets } = parts;
  const { clock } = parts.dependencies;
  const { diagnose, readLearning } = createLearning(parts, store);
  const { prometheus, http } = createPrometheus(config.prometheus, { ...parts, clock });
  const selfMetrics = createResponderSelfMetrics(parts.dependencies.logger);
  const key = await createServerKey(store, parts.dependencies, 'masking')();
  const masking = { ...config.masking, key };
  const dependencies = dependenciesOf(config);
  const { changes } = config.evidence;
  const source = { prometheus, clock, baselineMs: BASELINE_MS, dependencies, changes };
  const evidence = createEvidenceSource(source);
  const pipeline = createPipeline({
    store,
    ...parts.dependencies,
    gatherEvidence: async (request) => evidence.gather(request),
    diagnose,
    verifier: createTargetVerifier({ targets, prometheus, clock }),
    channels: createChannels(parts, http),
    metrics: createPipelineMetrics(selfMetrics),
    ...createUpstreamParts({ ...parts, http }),
    decodeDelivery: createDeliveryDecoder(DECODER_LIMITS, masking),
    mask: createMask(masking),
    settings: {
      diagnosisDelayMs: config.diagnosisDelayMs,
      verifyRetryMs: config.verificationIntervalMs,
      reopenWindowMs: config.reopenWindowMs,
      consoleUrl: config.publicUrl ?? null,
      reconcileIntervalMs: config.reconcileIntervalMs,
      watchdog: watchdogSettings(config),
      storm: config.storm,
      retention: { ...config.retention, sessionsMs: config.access.sessionLifetimeMs },
      maintenance: config.maintenance,
      holdOff: config.holdOff,
      flapping: config.flapping,
      correlation: {
        dependencies,
        dependencyWithinMs: config.correlation.dependencyWithinMs,
        labelRules: config.correlation.rules,
      },
    },
  });
  exposeStatistics(selfMetrics, pipeline);
  exposeLearning(selfMetrics, readLearning);
  exposeLeases(selfMetrics, pipeline);
  const { sessionLifetimeMs: lifetimeMs, sessionIdleMs: idleMs } = config.access;
  const accounts = createAccounts(store, parts.dependencies, { lifetimeMs, idleMs });
  exposeTokens(selfMetrics, accounts.tokens);
  const server = await createServer(parts, accounts, pipeline, selfMetrics);
  let stopping: Promise<void> | undefined;
  async function stopAll(): Promise<void> {
    await server.stop();
    await pipeline.stop();
    await store.close();
    http.close();
  }
  const stop = async (): Promise<void> => (stopping ??= stopAll());
  return {
    async start() {
      const address = await server.start();
      pipeline.start();
      return address;
    },
    stop,
    subscribe: (listener) => pipeline.subscribe(listener),
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * The fault-handling half. Opens the incident database; throws store_unavailable, store_incompatible or
 * model_incompatible.
 */
export async function createResponder(
  loaded: LoadedConfig,
  targets: Targets,
  dependencies: Dependencies,
): Promise<Responder> {
  const config = loaded.config.responder;
  const store = await openResponderStore(loaded, dependencies.clock);
  try {
    const { folder, resolveSecret } = loaded;
    return await assemble({ config, resolveSecret, targets, dependencies, folder }, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}
