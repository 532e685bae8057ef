import { describe, expect, it } from 'vitest';
import { EVIDENCE_LIMITS, createEvidenceSource } from '../../../src/responder/evidence/evidence.ts';
import type { ChangeQuery, Evidence } from '../../../src/responder/evidence/evidence.ts';
import { createInventedPrometheus } from '../../support/invented-prometheus.ts';
import type { InventedSeries } from '../../support/invented-prometheus.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const ONSET_MS = Date.UTC(2026, 10, 28, 16, 0, 0);
const NOW_MS = ONSET_MS + 60_000;
const STEP_MS = 15_000;

function series(
  name: string,
  labels: Record<string, string>,
  valueAt: (atMs: number) => number | undefined,
): InventedSeries {
  const times = Array.from({ length: 245 }, (_, index) => NOW_MS - (244 - index) * STEP_MS);
  return {
    labels: { __name__: name, ...labels },
    points: times.flatMap((atMs) => {
      const value = valueAt(atMs);
      return value === undefined ? [] : [{ atMs, value }];
    }),
  };
}

type Options = {
  readonly dependencies?: ReadonlyMap<string, readonly string[]>;
  readonly changes?: readonly ChangeQuery[];
};

async function gather(all: readonly InventedSeries[], options: Options = {}): Promise<Evidence> {
  const source = createEvidenceSource({
    prometheus: createInventedPrometheus(all),
    clock: createManualClock(NOW_MS),
    baselineMs: 3_600_000,
    ...options,
  });
  return source.gather({ target: 'shop', alerts: [], onsetAtMs: ONSET_MS });
}

const info = (version: string, isThere: (atMs: number) => boolean): InventedSeries =>
  series('crm_target_info', { target: 'shop', platform: 'rest', version }, (atMs) =>
    isThere(atMs) ? 1 : undefined,
  );

describe('the changes in the evidence', () => {
  it('are a new version, and none when the version has been there all the time', async () => {
    const changedMs = ONSET_MS - 600_000;
    const before = info('1.0', (atMs) => atMs < changedMs);
    const after = info('1.1', (atMs) => atMs >= changedMs);
    expect((await gather([before, after])).changes).toEqual([{ name: 'version', atMs: changedMs }]);
    expect((await gather([info('1.0', () => true)])).changes).toEqual([]);
    expect((await gather([info('', (atMs) => atMs > changedMs)])).changes).toEqual([]);
  });

  it('are reloads of the configuration, but not its first reading', async () => {
    const name = 'crmwatch_config_last_reload_success_timestamp_seconds';
    const [first, second] = [(ONSET_MS - 7_200_000) / 1000, (ONSET_MS - 120_000) / 1000];
    const reloaded = series(name, {}, (atMs) => (atMs < second * 1000 ? first : second));
    expect((await gather([reloaded])).changes).toEqual([
      { name: 'monitoring configuration', atMs: ONSET_MS - 120_000 },
    ]);
    expect((await gather([series(name, {}, () => first)])).changes).toEqual([]);
  });

  it('are what the configuration asks for, without what cannot be, the newest first', async () => {
    const times = [-60, -600, 9_000, -700_000].map((seconds) => ONSET_MS / 1000 + seconds);
    const all = times.map((value, index) => series('deployed', { index: `${index}` }, () => value));
    const names = ['deployment', 'import'];
    const changes = names.map((name) => ({ name, query: 'deployed' }));
    expect((await gather(all, { changes })).changes).toEqual(
      [-60, -600].flatMap((seconds) =>
        names.map((name) => ({ name, atMs: ONSET_MS + seconds * 1000 })),
      ),
    );
  });

  it('are asked for the target by its name, which cannot break out of its quotes', async () => {
    const prometheus = createInventedPrometheus([]);
    const changes = [{ name: 'deployment', query: 'max(deployed{target="$target"})' }];
    const clock = createManualClock(NOW_MS);
    const source = createEvidenceSource({ prometheus, clock, baselineMs: 3_600_000, changes });
    await source.gather({ target: 'a"} or up{x="$&', alerts: [] });
    expect(prometheus.asked).toContain(String.raw`max(deployed{target="a\"} or up{x=\"$&"})`);
  });

  it('are a gap when they could not be asked, and the rest is there', async () => {
    const prometheus = createInventedPrometheus([info('1.0', () => true)]);
    const failing = {
      ...prometheus,
      async query(expression: string) {
        if (expression !== 'broken(') return prometheus.query(expression);
        return { ok: false, failure: { reason: 'server_error', detail: 'parse error' } } as const;
      },
    };
    const source = createEvidenceSource({
      prometheus: failing,
      clock: createManualClock(NOW_MS),
      baselineMs: 3_600_000,
      changes: [{ name: 'deployment', query: 'broken(' }],
    });
    const evidence = await source.gather({ target: 'shop', alerts: [] });
    expect(evidence.gaps).toEqual(['changes (deployment): parse error']);
    expect(evidence.platform).toBe('rest');
  });
});

describe('a measurement that two exporters took', () => {
  it('is one signal, also when one exporter took the place of the other', async () => {
    const labels = { target: 'shop', call: 'light' };
    const moved = ONSET_MS - 600_000;
    const name = 'crm_api_latency_seconds';
    const [first, second] = [
      series(name, { ...labels, instance: 'a' }, (atMs) => (atMs < moved ? 1 : undefined)),
      series(name, { ...labels, instance: 'b' }, (atMs) => (atMs < moved ? undefined : 2)),
    ];
    const { signals } = await gather([first, second]);
    expect(signals).toMatchObject([{ current: 2, baselineMedian: 1, lowest: 2, highest: 2 }]);
    const pair = [first, { ...first, labels: { ...first.labels, instance: 'c' } }];
    expect((await gather(pair)).signals).toEqual((await gather([first])).signals);
  });
});

describe('the related targets in the evidence', () => {
  const latency = (target: string): InventedSeries =>
    series('crm_api_latency_seconds', { target, call: 'light' }, (atMs) =>
      atMs >= ONSET_MS ? 9 : 1 + (atMs % 2),
    );

  it('are those that were seen of what the target depends on, two steps deep, without circles', async () => {
    const dependencies = new Map([
      ['shop', ['db.1', 'sso', 'unseen']],
      ['db.1', ['disk', 'shop']],
      ['disk', ['too-deep']],
    ]);
    const names = ['shop', 'db.1', 'dbx1', 'sso', 'disk', 'too-deep'];
    const evidence = await gather(names.map(latency), { dependencies });
    expect(evidence.dependsOn).toEqual(['db.1', 'sso', 'unseen']);
    expect(evidence.signals).toHaveLength(1);
    expect(evidence.related.map(({ target, dependsOn }) => [target, dependsOn])).toEqual([
      ['db.1', ['disk', 'shop']],
      ['sso', []],
      ['disk', ['too-deep']],
    ]);
    expect(evidence.related[0]?.signals).toMatchObject([{ highest: 9, onsetAtMs: ONSET_MS }]);
  });

  it('have an end, and so have their series: those that changed least go first', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `db-${index}`);
    const dependencies = new Map([['shop', many]]);
    const fields = Array.from({ length: 300 }, (_, index) =>
      series('crm_missing_ratio', { target: 'db-0', object: 'o', field: `f${index}` }, (atMs) =>
        atMs >= ONSET_MS ? index : 0,
      ),
    );
    const evidence = await gather([...fields, ...many.map(latency)], { dependencies });
    expect(evidence.related).toHaveLength(EVIDENCE_LIMITS.related);
    const kept = evidence.related[0]?.signals ?? [];
    expect(kept).toHaveLength(EVIDENCE_LIMITS.relatedSignals);
    expect(Math.max(...kept.map(({ highest }) => highest ?? 0))).toBe(299);
    expect(evidence.gaps).toEqual([
      'Prometheus has no series of shop',
      '101 series of db-0 that changed least were left out',
    ]);
  });
});
