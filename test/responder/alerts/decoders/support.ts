import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECODERS } from '../../../../src/responder/alerts/alerts.ts';
import type {
  AlertEvent,
  SourceKind,
  WebhookSource,
} from '../../../../src/responder/alerts/alerts.ts';
import { START_MS } from '../../../support/alerts.ts';

export const SOURCE: WebhookSource = { sender: 'am', receivedAtMs: START_MS };

export function readFixture(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../fixtures/alerts', name), 'utf8');
}

/** The events of a delivery that must be readable as a whole. */
export function decodeWhole(kind: SourceKind, body: unknown): readonly AlertEvent[] {
  const decoded = DECODERS[kind](typeof body === 'string' ? body : JSON.stringify(body), SOURCE);
  if (!decoded.ok || decoded.problems.length > 0) throw new Error(JSON.stringify(decoded.problems));
  return decoded.events;
}
