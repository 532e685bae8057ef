import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../../../../src/responder/evidence/evidence.ts';
import { alertOf, evidenceOf } from '../invented-evidence.ts';

const ONSET_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

function valuesOf(evidence: Evidence, key: string): Readonly<Record<string, number>> {
  const features = [...extractFeatures(evidence).values()];
  const own = features.filter(({ name }) => name.startsWith(`${key}:`));
  return Object.fromEntries(own.map(({ name, value }) => [name.slice(key.length + 1), value]));
}

function startingAt(offsetsMs: readonly number[], capturedAtMs = ONSET_MS + MINUTE_MS): Evidence {
  const alerts = offsetsMs.map((offset) => ({
    ...alertOf('CrmApiSlow'),
    startsAtMs: ONSET_MS + offset,
  }));
  return evidenceOf({ alerts, capturedAtMs });
}

describe('features of timing', () => {
  it('tell how soon the second and the last alert followed, in whatever order they came', () => {
    const evidence = startingAt([30_000, 0, 10_000]);
    expect(valuesOf(evidence, 'group:timing')).toEqual({
      second: Math.log1p(10),
      span: Math.log1p(30),
      burst: 1,
    });
    expect(extractFeatures(evidence).get('group:timing:span')?.subject.text).toBe(
      'the second alert came 10 s after the first, the last one 30 s',
    );
  });

  it('tell which share of the last hour began in its last five minutes', () => {
    const offsets = [0, 30, 58, 59].map((minutes) => minutes * MINUTE_MS);
    const at = (minutes: number): number =>
      valuesOf(startingAt(offsets, ONSET_MS + minutes * MINUTE_MS), 'group:timing')['burst'] ?? -1;
    expect([at(60), at(63), at(200)]).toEqual([0.5, 2 / 3, 0]);
  });

  it('leave out the watchdog, and are zero for one alert and for none', () => {
    const watchdog = { ...alertOf('CrmWatchdog'), startsAtMs: 0 };
    const { alerts } = startingAt([0]);
    const alone = { second: 0, span: 0, burst: 1 };
    expect(valuesOf(evidenceOf({ alerts: [watchdog, ...alerts] }), 'group:timing')).toEqual(alone);
    expect(valuesOf(evidenceOf(), 'group:timing')).toEqual({ second: 0, span: 0, burst: 0 });
  });

  it('take starts ahead of our clock for starts of now', () => {
    expect(valuesOf(startingAt([0, 90 * MINUTE_MS]), 'group:timing')['burst']).toBe(1);
  });
});

describe('features of changes', () => {
  const changed = (...minutesBefore: readonly number[]): Evidence =>
    evidenceOf({
      changes: minutesBefore.map((minutes) => ({
        name: 'deployment',
        atMs: ONSET_MS - minutes * MINUTE_MS,
      })),
    });

  it('tell the minutes since the last change before the onset', () => {
    const evidence = changed(3000, 12);
    expect(valuesOf(evidence, 'group:change')).toEqual({
      minutes: Math.log1p(12),
      none: 0,
      within_5: 0,
      within_15: 1,
      within_60: 1,
    });
    expect(extractFeatures(evidence).get('group:change:none')?.subject.text).toBe(
      'the last change before the onset (deployment) was 12 minutes earlier',
    );
  });

  it('bear clocks that differ, and leave out what was changed afterwards', () => {
    expect(valuesOf(changed(-0.5), 'group:change')).toMatchObject({ minutes: 0, within_5: 1 });
    expect(valuesOf(changed(-5), 'group:change')).toEqual(valuesOf(evidenceOf(), 'group:change'));
    expect(valuesOf(evidenceOf(), 'group:change')).toEqual({
      minutes: 0,
      none: 1,
      within_5: 0,
      within_15: 0,
      within_60: 0,
    });
  });
});
