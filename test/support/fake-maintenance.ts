import type { MaintenanceDetailView } from '../../src/console/console.ts';
import type { MaintenanceService, WindowOutcome } from '../../src/web/web.ts';

export type FakeMaintenance = MaintenanceService & {
  /** Newest first; the number of each is its place from the end. */
  windows: readonly MaintenanceDetailView[];
  readonly actions: unknown[][];
  outcome: WindowOutcome | null;
};

export function sampleWindow(changes: Partial<MaintenanceDetailView> = {}): MaintenanceDetailView {
  const startsAtMs = Date.UTC(2026, 0, 5, 8);
  return {
    id: 'mw_1',
    name: 'release',
    reason: 'release 7 <b>bold</b>',
    targets: ['shop'],
    labels: { team: 'crm' },
    state: 'active',
    startsAtMs,
    endsAtMs: startsAtMs + 7_200_000,
    plannedBy: 'ann',
    plannedAtMs: startsAtMs,
    startedAtMs: startsAtMs,
    endedAtMs: null,
    endedBy: null,
    endedBecause: null,
    isScheduled: false,
    incidents: 2,
    sequence: 2,
    journal: [
      { sequence: 1, atMs: startsAtMs, kind: 'maintenance_planned', actor: 'ann', text: 'planned' },
      {
        sequence: 2,
        atMs: startsAtMs,
        kind: 'maintenance_started',
        actor: 'crmwatch',
        text: 'maintenance began',
      },
    ],
    ...changes,
  };
}

/** Windows in memory: what is done is recorded and changes nothing. */
export function createFakeMaintenance(): FakeMaintenance {
  const done = (): WindowOutcome => {
    const { journal: _journal, ...window } = fake.windows[0] ?? sampleWindow();
    return fake.outcome ?? { status: 'done', window };
  };
  const fake: FakeMaintenance = {
    windows: [],
    actions: [],
    outcome: null,
    async list({ state, before = Infinity, limit }) {
      const found = fake.windows
        .map(({ journal: _journal, ...window }, index) => ({
          window,
          number: fake.windows.length - index,
        }))
        .filter(
          ({ window }) => state === 'all' || (window.state === 'ended') === (state === 'ended'),
        )
        .filter(({ number }) => number < before);
      const page = found.slice(0, limit);
      return {
        windows: page.map(({ window }) => window),
        nextBefore: found.length > limit ? (page.at(-1)?.number ?? null) : null,
      };
    },
    get: async (id) => fake.windows.find((window) => window.id === id) ?? null,
    async create(request, actor, options) {
      fake.actions.push(['create', request, actor, options]);
      return done();
    },
    async move(id, change, actor, options) {
      fake.actions.push(['move', id, change, actor, options]);
      return done();
    },
    async end(id, why, actor, options) {
      fake.actions.push(['end', id, why, actor, options]);
      return done();
    },
  };
  return fake;
}
