import type { Clock } from '../../std/std.ts';
import type { Database } from '../../store/store.ts';
import type { IncidentAlert, Verification, VerificationCheck } from '../incidents/incidents.ts';
import type { Verifier } from '../repair/repair.ts';
import { pipelineTables } from './pipeline-tables.ts';
import { sourceOfSender } from './reconcile-upstream.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { WATCHDOG, isOwnAlert } from './watchdog.ts';
import type { Beats } from './watchdog.ts';

/** A source that was not heard for so long is no longer expected: its sender was taken away. */
const FORGOTTEN_MS = 7 * 86_400_000;

/** The newest beat of each source: one peer of a highly available set is enough. */
export async function readBeats(
  database: Database,
  sources: SourceNames,
  nowMs: number,
): Promise<Beats> {
  const rows = await pipelineTables(database)
    .selectFrom('heartbeats')
    .select(['sender', 'last_seen_at_ms'])
    .where('name', '=', WATCHDOG)
    .where('last_seen_at_ms', '>', nowMs - FORGOTTEN_MS)
    .execute();
  const beats = new Map<string, number>();
  for (const { sender, last_seen_at_ms: seenAtMs } of rows) {
    const source = sourceOfSender(sender, sources);
    beats.set(source, Math.max(seenAtMs, beats.get(source) ?? 0));
  }
  return beats;
}

/**
 * That a dead pipe works again is proved by the watchdog alone: one delivery brought the incident into verification,
 * and another must come after it. Everything else is judged by the verifier that is given.
 */
export function withPipeVerification(
  verifier: Verifier,
  {
    database,
    sources,
    clock,
  }: { readonly database: Database; readonly sources: SourceNames; readonly clock: Clock },
): Verifier {
  return {
    async verify(incident) {
      const { quietSinceMs, alerts } = incident;
      const own = alerts.filter(isOwnAlert);
      if (own.length === 0) return verifier.verify(incident);
      const startedAtMs = clock.now();
      const beats = await readBeats(database, sources, startedAtMs);
      const pipes = resultOf(own.map((alert) => checkPipe(alert, beats)));
      const ofPipes: Verification = { ...pipes, startedAtMs, quietSinceMs };
      if (own.length === alerts.length) return ofPipes;
      // A person may have merged it with an incident of a target: each alert is judged in its own way.
      const others = alerts.filter((alert) => !isOwnAlert(alert));
      return combine(ofPipes, await verifier.verify({ ...incident, alerts: others }));
    },
  };
}

function resultOf(
  checks: readonly VerificationCheck[],
): Pick<Verification, 'outcome' | 'why' | 'checks'> {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const outcome = failed.length === 0 ? 'passed' : 'failed';
  return { outcome, why: failed.map((check) => check.why).join('; '), checks };
}

const WORST_FIRST: readonly Verification['outcome'][] = ['failed', 'impossible', 'passed'];

/** Both have to pass. */
function combine(pipes: Verification, others: Verification): Verification {
  const outcome =
    WORST_FIRST.find((each) => pipes.outcome === each || others.outcome === each) ?? 'impossible';
  const whys = [pipes, others].filter((each) => each.outcome === outcome).map(({ why }) => why);
  const why = outcome === 'passed' ? '' : whys.join('; ');
  return { ...others, outcome, why, checks: [...pipes.checks, ...others.checks] };
}

/** Another beat than the one that ended the alert. */
function checkPipe(alert: IncidentAlert, beats: Beats): VerificationCheck {
  const source = alert.labels['source'] ?? '';
  const seenAtMs = beats.get(source);
  const isFresh = seenAtMs !== undefined && seenAtMs !== alert.endsAtMs;
  const why = isFresh ? '' : `no further watchdog of ${source} was delivered yet`;
  return { alert: alert.name, probe: null, outcome: isFresh ? 'passed' : 'failed', why };
}
