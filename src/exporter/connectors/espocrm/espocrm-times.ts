import { toUtcText } from '../web/utc-text.ts';
import type { Condition } from './espocrm-api.ts';

/** Times of an attribute from one on. */
export function since(attribute: string, sinceMs: number): Condition {
  return { type: 'greaterThanOrEquals', attribute, value: toUtcText(sinceMs) };
}
