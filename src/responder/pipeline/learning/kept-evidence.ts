import { CrmwatchError } from '../../../std/std.ts';
import { decodeEvidence } from '../../evidence/evidence.ts';
import type { Evidence } from '../../evidence/evidence.ts';

/** Evidence as it was kept, maybe by another version; null when this one cannot read it. */
export function decodeKept(text: string): Evidence | null {
  try {
    return decodeEvidence(JSON.parse(text), 'evidence');
  } catch (error) {
    if (error instanceof CrmwatchError) return null;
    throw error;
  }
}
