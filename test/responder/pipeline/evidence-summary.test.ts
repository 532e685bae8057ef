import { describe, expect, it } from 'vitest';
import { summariseEvidence } from '../../../src/responder/pipeline/evidence-summary.ts';
import { createEvidence } from '../../support/responder.ts';

describe('the summary of evidence', () => {
  it('names what fails, also of what the target depends on, what was changed shortly before, and gaps', () => {
    const evidence = createEvidence('shop');
    const onsetAtMs = 1_800_000_000_000;
    const minutesBefore = (minutes: number) => ({
      name: `deployment-${minutes}`,
      atMs: onsetAtMs - minutes * 60_000,
    });
    const related = { target: 'sso', dependsOn: [], probes: evidence.probes, signals: [] };
    expect(
      summariseEvidence({
        ...evidence,
        onsetAtMs,
        changes: [minutesBefore(-5), minutesBefore(12), minutesBefore(90)],
        related: [related],
        gaps: ['reloads: no answer'],
      }),
    ).toEqual([
      'probe reachability fails: tcp',
      'probe reachability of sso fails: tcp',
      'deployment-12 was changed 12 minutes before the onset',
      'not known: reloads: no answer',
    ]);
  });

  it('says so when there is nothing to name', () => {
    expect(summariseEvidence({ ...createEvidence('shop'), probes: [] })).toEqual([
      'all probes succeed and nothing is past its threshold',
    ]);
  });
});
