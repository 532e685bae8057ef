import { readFileSync } from 'node:fs';
import { consoleAssetSources } from '../../src/console/console.ts';
import type {
  IncidentDetailView,
  IncidentSummaryView,
  LastReloadView,
} from '../../src/console/console.ts';
import { sha256Hex } from '../../src/std/std.ts';
import type { Clock } from '../../src/std/std.ts';
import type {
  ActionOutcome,
  Assets,
  ExporterService,
  IncidentEvent,
  ResponderService,
} from '../../src/web/web.ts';
import { createFakeMaintenance } from './fake-maintenance.ts';
import type { FakeMaintenance } from './fake-maintenance.ts';
import { createFakeQuarantine } from './fake-quarantine.ts';
import type { FakeQuarantine } from './fake-quarantine.ts';
import {
  SAMPLE_REVIEW,
  sampleDetail,
  sampleHistory,
  sampleStatistics,
  sampleSummaries,
  sampleTargets,
} from './console-samples.ts';

/** The real files of the console, as `app` would read them. */
export function readConsoleAssets(): Assets {
  return new Map(
    consoleAssetSources().map(({ path, contentType, file }) => {
      const body = readFileSync(file);
      return [path, { contentType, body, etag: `"${sha256Hex(body).slice(0, 16)}"` }];
    }),
  );
}

const SUMMARY_FIELDS = new Set(sampleSummaries().flatMap((summary) => Object.keys(summary)));

/** What a list shows of an incident. */
function toSummary(view: IncidentDetailView): IncidentSummaryView {
  const fields = Object.entries(view).filter(([name]) => SUMMARY_FIELDS.has(name));
  return Object.fromEntries(fields) as unknown as IncidentSummaryView;
}

export type FakeResponder = Omit<ResponderService, 'tokens'> & {
  /** Those of the accounts that the test has. */
  tokens: ResponderService['tokens'];
  readonly deliveries: {
    body: Buffer;
    sender: string;
    receivedAtMs: number;
    kind: string;
    encoding: string;
  }[];
  readonly actions: string[][];
  readonly refusals: string[];
  readonly wrongCredentials: (readonly [way: string, isLimited: boolean])[];
  readonly quarantine: FakeQuarantine;
  readonly maintenance: FakeMaintenance;
  /** Replaced by a test to change what the pages show. */
  incidents: readonly IncidentDetailView[];
  acceptWith: ResponderService['accept'];
  outcome: ActionOutcome;
  emit(incidentId: string, kind: string, text: string): void;
  listeners(): number;
};

/** A responder in memory: actions are recorded and change the incidents that are shown. */
export function createFakeResponder(clock: Clock): FakeResponder {
  const nowMs = clock.now();
  const listeners = new Set<(event: IncidentEvent) => void>();
  const events: IncidentEvent[] = [];

  function change(
    id: string,
    edit: (view: IncidentDetailView) => Partial<IncidentDetailView>,
    record: string[],
  ): ActionOutcome {
    if (!fake.incidents.some((view) => view.id === id)) return { status: 'unknown_incident' };
    if (fake.outcome.status !== 'done') return fake.outcome;
    fake.actions.push(record);
    fake.incidents = fake.incidents.map((view) =>
      view.id === id ? { ...view, ...edit(view) } : view,
    );
    return { status: 'done' };
  }

  function said(
    view: IncidentDetailView,
    kind: string,
    actor: string,
    text: string,
  ): Partial<IncidentDetailView> {
    const entry = { id: view.timeline.length + 1, atMs: clock.now(), kind, actor, text };
    return { timeline: [...view.timeline, entry] };
  }

  const fake: FakeResponder = {
    version: '0.1.0',
    deliveries: [],
    actions: [],
    refusals: [],
    wrongCredentials: [],
    quarantine: createFakeQuarantine(),
    maintenance: createFakeMaintenance(),
    incidents: sampleSummaries(nowMs).map((summary) => sampleDetail(summary, nowMs)),
    acceptWith: async () => ({ status: 'accepted', events: 1 }),
    outcome: { status: 'done' },
    listeners: () => listeners.size,
    emit(incidentId, kind, text) {
      const event = { id: events.length + 1, incidentId, kind, text, at: clock.now() };
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    async accept(body, sender, receivedAtMs, form) {
      const outcome = await fake.acceptWith(body, sender, receivedAtMs, form);
      fake.deliveries.push({ body, sender, receivedAtMs, ...form });
      return outcome;
    },
    countRefusal: (reason) => void fake.refusals.push(reason),
    countWrongCredential: (way, isLimited) => void fake.wrongCredentials.push([way, isLimited]),
    listIncidents: (query) => ({
      incidents: fake.incidents
        .filter((view) => query.severity === undefined || view.severity === query.severity)
        .filter((view) => query.state !== 'closed' || view.phase === 'closed')
        .slice(0, query.limit)
        .map(toSummary),
      nextBefore: null,
    }),
    getIncident: (id) => fake.incidents.find((view) => view.id === id) ?? null,
    acknowledge: (id, actor) =>
      change(
        id,
        (view) => ({
          ...said(view, 'acknowledged', actor, `${actor} takes care of it`),
          acknowledged: { by: actor, atMs: clock.now() },
        }),
        ['acknowledge', id, actor],
      ),
    comment: (id, actor, text) =>
      change(id, (view) => said(view, 'commented', actor, text), ['comment', id, actor, text]),
    correctDiagnosis: (id, actor, answer) =>
      change(id, () => ({ correction: { answer, by: actor, atMs: clock.now() } }), [
        'diagnosis',
        id,
        actor,
        answer,
      ]),
    close: (id, actor, note) =>
      change(id, (view) => ({ ...said(view, 'closed', actor, note), phase: 'closed' }), [
        'close',
        id,
        actor,
        note,
      ]),
    reopen: (id, actor, why) =>
      change(id, (view) => ({ ...said(view, 'reopened', actor, why), phase: 'reported' }), [
        'reopen',
        id,
        actor,
        why,
      ]),
    merge: (id, into, actor, why) =>
      change(
        id,
        () => ({
          phase: 'closed',
          mergedInto: { incidentId: into, title: into, by: actor, why, atMs: clock.now() },
        }),
        ['merge', id, into, actor, why],
      ),
    undoMerge: (id, actor, why) =>
      change(id, () => ({ mergedInto: null }), ['merge/undo', id, actor, why]),
    split: (id, alerts, actor, why) => change(id, () => ({}), ['split', id, ...alerts, actor, why]),
    undoSplit: (id, actor, why) => change(id, () => ({}), ['split/undo', id, actor, why]),
    journalAfter: (id, sequence, limit) =>
      fake.incidents
        .find((view) => view.id === id)
        ?.timeline.map((entry, index) => ({
          ...entry,
          sequence: index + 1,
          phase: 'reported' as const,
        }))
        .slice(sequence, sequence + limit) ?? null,
    review: (id) => (fake.incidents.some((view) => view.id === id) ? SAMPLE_REVIEW : null),
    eventsAfter: (id, limit) => events.filter((event) => event.id > id).slice(0, limit),
    newestEventId: () => events.at(-1)?.id ?? 0,
    subscribe(listener) {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    statistics: () => ({
      ...sampleStatistics(clock.now()),
      activeWindows: fake.maintenance.windows.filter(({ state }) => state === 'active').length,
      quarantined: fake.quarantine.entries.length,
    }),
    renderMetrics: () => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      body: [Buffer.from('crmwatch_incidents_open 4\n')],
    }),
    tokens: {
      list: async () => [],
      create: async () => ({ status: 'refused', why: 'a fake', remedy: 'use accounts' }),
      revoke: async () => null,
    },
    isReady: () => ({ ready: true }),
  };
  return fake;
}

export type FakeExporter = ExporterService & {
  ready: boolean;
  reload: ExporterService['reload'];
  readonly probes: {
    target: string;
    modules: readonly string[];
    timeoutMs: number;
    debug: boolean;
    signal: AbortSignal;
  }[];
  readonly refused: string[];
  probeWith: ExporterService['probe'];
  renderWith: ExporterService['renderMetrics'];
  lastReloadView: LastReloadView;
  scrapesInFlight: number;
};

const FAKE_MODULES = ['login', 'accounts'];

export function createFakeExporter(clock: Clock): FakeExporter {
  const fake: FakeExporter = {
    version: '0.1.0',
    ready: true,
    probes: [],
    refused: [],
    scrapesInFlight: 100,
    lastReloadView: { atMs: null, failure: null },
    settings: () => ({
      scrapeTimeoutOffsetMs: 500,
      scrapesInFlight: fake.scrapesInFlight,
      modulesPerProbe: 3,
    }),
    probeWith: async (target, modules) => {
      if (target !== 'sandbox') {
        const known = ['sandbox', 'warehouse-sql'];
        return { kind: 'unknown_target', known, ...(target === '' ? {} : { asked: target }) };
      }
      const asked = modules.find((module) => !FAKE_MODULES.includes(module));
      if (asked !== undefined) return { kind: 'unknown_module', asked, known: FAKE_MODULES };
      return {
        kind: 'ok',
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        body: [Buffer.from('crm_probe_success 0\n')],
      };
    },
    probe(target, modules, options) {
      fake.probes.push({ target, modules, ...options });
      return fake.probeWith(target, modules, options);
    },
    renderWith: ({ accept }) => ({
      contentType: accept.includes('openmetrics')
        ? 'application/openmetrics-text; version=1.0.0; charset=utf-8'
        : 'text/plain; version=0.0.4; charset=utf-8',
      body: [Buffer.from('crm_probe_success{target="sandbox"} 1\n')],
    }),
    renderMetrics: (request) => fake.renderWith(request),
    targets: () => sampleTargets(clock.now()),
    isReady: () => (fake.ready ? { ready: true } : { ready: false, why: 'no probe has run yet' }),
    discover: ({ area }, address) =>
      area === 'nope'
        ? { kind: 'unknown_value', filter: 'area', known: ['health'] }
        : {
            kind: 'ok',
            groups:
              area === 'quality' ? [] : [{ targets: [address], labels: { target: 'sandbox' } }],
          },
    reload: null,
    lastReload: () => fake.lastReloadView,
    effectiveConfig: () => 'targets: []\n',
    history: () => sampleHistory(clock.now()),
    historyEntry: async (id) => (id === 'abc' ? '# info asked\ncrm_probe_success 0\n' : null),
    countRefusedScrape: (path) => void fake.refused.push(path),
  };
  return fake;
}
