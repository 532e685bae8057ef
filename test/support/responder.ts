import { EVIDENCE_SCHEMA } from '../../src/responder/evidence/evidence.ts';
import type { Evidence, EvidenceRequest } from '../../src/responder/evidence/evidence.ts';
import type {
  DiagnosisView,
  Incident,
  Verification,
} from '../../src/responder/incidents/incidents.ts';
import type { Channel, NoticeMessage } from '../../src/responder/notify/notify.ts';
import { createPipeline, createSilentMetrics } from '../../src/responder/pipeline/pipeline.ts';
import type {
  ModelJudgement,
  Pipeline,
  PipelineSettings,
} from '../../src/responder/pipeline/pipeline.ts';
import type { Upstream } from '../../src/responder/upstream/upstream.ts';
import { createSeededRandom, createSilentLogger } from '../../src/std/std.ts';
import type { Store } from '../../src/store/store.ts';
import { createDiagnosis } from './alerts.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import { openResponderStore } from './test-store.ts';

export { createTemporaryFolder } from './temporary-folder.ts';
export type { TemporaryFolder } from './temporary-folder.ts';

export type TestResponder = {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly sent: NoticeMessage[];
  /** What the test may change while it runs. */
  readonly world: {
    verification: Verification['outcome'];
    diagnose: (evidence: Evidence) => DiagnosisView;
    /** What models say beside it. */
    judgements: readonly ModelJudgement[];
    channel: Channel;
    /** What a diagnosis waits for. */
    beforeEvidence: () => Promise<void>;
  };
  readonly gathered: EvidenceRequest[];
} & AsyncDisposable;

export function createEvidence(target: string): Evidence {
  return {
    schema: EVIDENCE_SCHEMA,
    target,
    platform: 'fake',
    capturedAtMs: 0,
    onsetAtMs: 0,
    alerts: [],
    probes: [
      { probe: 'reachability', success: false, reason: 'tcp', hardFailure: true, attempt: 3 },
    ],
    signals: [],
    changes: [],
    logs: null,
    dependsOn: [],
    related: [],
    gaps: [],
  };
}

export type TestResponderOptions = {
  readonly file: string;
  readonly clock?: ManualClock;
  readonly settings?: Partial<PipelineSettings>;
  readonly upstream?: Upstream;
  /** Which senders are peers of which source. */
  readonly sources?: Readonly<Record<string, string>>;
};

let seed = 0;

/** A pipeline over a real database, named by a file (see test-store.ts), with a clock that stands still. */
export async function createTestResponder(options: TestResponderOptions): Promise<TestResponder> {
  const { file, clock = createManualClock(), ...rest } = options;
  const store = await openResponderStore(file, { clock });
  return createPipelineOn(store, clock, rest.settings, rest);
}

/** The same over a store that is open already, with a world that the test makes. */
export function createPipelineOn(
  store: Store,
  clock: ManualClock,
  settings: Partial<PipelineSettings> = {},
  { upstream, sources }: Pick<TestResponderOptions, 'upstream' | 'sources'> = {},
): TestResponder {
  const sent: NoticeMessage[] = [];
  const gathered: EvidenceRequest[] = [];
  const channel: Channel = {
    name: 'test',
    async send(message) {
      sent.push(message);
      return { ok: true };
    },
    close() {},
  };
  const world: TestResponder['world'] = {
    verification: 'passed',
    diagnose: () => createDiagnosis(),
    judgements: [],
    channel,
    beforeEvidence: async () => {},
  };
  const pipeline = createPipeline({
    store,
    clock,
    random: createSeededRandom(seed++),
    logger: createSilentLogger(),
    async gatherEvidence(request) {
      gathered.push(request);
      await world.beforeEvidence();
      return createEvidence(request.target);
    },
    diagnose: async (evidence) => ({
      view: world.diagnose(evidence),
      judgements: world.judgements,
    }),
    verifier: {
      async verify(incident: Incident) {
        const { quietSinceMs } = incident;
        const outcome = world.verification;
        const why = outcome === 'passed' ? '' : 'probe reachability fails: tcp (refused)';
        const check = { alert: 'CrmUnreachable', probe: 'reachability', outcome, why };
        return { outcome, why, checks: [check], startedAtMs: clock.now(), quietSinceMs };
      },
    },
    channels: [{ name: 'test', send: async (message) => world.channel.send(message), close() {} }],
    metrics: createSilentMetrics(),
    settings,
    ...(upstream === undefined ? {} : { upstream }),
    ...(sources === undefined ? {} : { sources }),
  });
  return {
    pipeline,
    store,
    clock,
    sent,
    gathered,
    world,
    async [Symbol.asyncDispose]() {
      await pipeline.stop();
      await store.close();
    },
  };
}
