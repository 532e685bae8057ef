import { SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';

export function isWorse(left: Severity, right: Severity): boolean {
  return SEVERITIES.indexOf(left) > SEVERITIES.indexOf(right);
}
