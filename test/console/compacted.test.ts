import { describe, expect, it } from 'vitest';
import { incidentDetailPage } from '../../src/console/console.ts';
import { SAMPLE_NOW_MS, samplePageContext, sampleDetail } from '../support/console-samples.ts';

describe('the page of a compacted incident', () => {
  it.each([
    ['retention', 'It was compacted on'],
    ['erasure', 'It was erased on request on'],
  ] as const)('by %s says so, and offers nothing to do', (rule, said) => {
    const compacted = { atMs: SAMPLE_NOW_MS, rule };
    const view = sampleDetail({ compacted, phase: 'closed', alerts: [] });
    const page = incidentDetailPage(view, samplePageContext());
    expect(page).toContain(said);
    expect(page).toContain('alerts in all; the details were forgotten');
    for (const form of ['acknowledge-form', 'comment-form', 'close-form']) {
      expect(page).not.toContain(form);
    }
  });
});
