import type { QuarantineDetailView } from '../../src/console/console.ts';
import type { QuarantineOutcome, QuarantineService } from '../../src/web/web.ts';

export type FakeQuarantine = QuarantineService & {
  /** Newest first. */
  entries: readonly QuarantineDetailView[];
  readonly actions: (string | number)[][];
  outcome: QuarantineOutcome;
};

export function sampleDelivery(changes: Partial<QuarantineDetailView> = {}): QuarantineDetailView {
  return {
    id: 7,
    sender: 'alertmanager-a',
    kind: 'alertmanager',
    encoding: '',
    status: 'kept',
    receivedAtMs: Date.UTC(2026, 0, 5, 8),
    lastReceivedAtMs: Date.UTC(2026, 0, 5, 8, 55),
    copies: 12,
    bytes: 41,
    problems: [
      {
        place: 'version',
        message: 'expected text "4", found text "3"',
        remedy: 'send the webhook of Alertmanager 0.27 or later',
      },
    ],
    decidedAtMs: null,
    decidedBy: null,
    note: null,
    text: '{"version":"3","a":"<script>x()</script>"}',
    isCut: false,
    ...changes,
  };
}

/** A quarantine in memory that records what is done. */
export function createFakeQuarantine(): FakeQuarantine {
  const fake: FakeQuarantine = {
    entries: [],
    actions: [],
    outcome: { status: 'done', events: 1 },
    async list({ status, before = Infinity, limit }) {
      const found = fake.entries
        .filter((entry) => status === undefined || entry.status === status)
        .filter(({ id }) => id < before);
      const entries = found
        .slice(0, limit)
        .map(({ text: _text, isCut: _isCut, ...entry }) => entry);
      return { entries, nextBefore: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
    },
    get: async (id) => fake.entries.find((entry) => entry.id === id) ?? null,
    async body(id) {
      const entry = await fake.get(id);
      return entry === null ? null : Buffer.from(entry.text ?? '');
    },
    async replay(id, actor) {
      fake.actions.push(['replay', id, actor]);
      return fake.outcome;
    },
    async replayAll(actor, after = 0) {
      fake.actions.push(['replay all', after, actor]);
      return { replayed: 1, undecodable: 0, next: after === 0 ? 200 : null };
    },
    async discard(id, actor, reason) {
      fake.actions.push(['discard', id, actor, reason]);
      return fake.outcome;
    },
  };
  return fake;
}
