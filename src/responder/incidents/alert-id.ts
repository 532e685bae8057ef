import { sha256Hex } from '../../std/std.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertIdentity } from './incident.ts';

/** The name of an alert in addresses and forms: the same over all of its episodes and for all peers of its source. */
export function alertIdOf(alert: AlertIdentity): string {
  return sha256Hex(JSON.stringify([sourceOf(alert), alert.fingerprint])).slice(0, 32);
}
