import { describe, expect, it } from 'vitest';
import { NO_FAULT, UNKNOWN_FAULT } from '../../../src/catalog/catalog.ts';
import type { DiagnosisAnswer } from '../../../src/catalog/catalog.ts';
import { describeAnswer } from '../../../src/responder/incidents/incidents.ts';

describe('an answer of the diagnosis', () => {
  it('is told by its title', () => {
    expect(describeAnswer('dns')).toBe('Name resolution');
    expect(describeAnswer(NO_FAULT)).toBe('no fault');
    expect(describeAnswer(UNKNOWN_FAULT)).toBe('unknown');
  });

  it('is told by its name when an earlier version wrote it into the journal', () => {
    expect(describeAnswer('data_loss' as DiagnosisAnswer)).toBe('data_loss');
  });
});
