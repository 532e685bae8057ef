import { UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import { crashPoint, errorMessage, unreachable } from '../../std/std.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { SYSTEM_ACTOR } from '../incidents/incidents.ts';
import type { DiagnosisView, Incident, Verification } from '../incidents/incidents.ts';
import { suggestSteps } from '../repair/repair.ts';
import { finishWork, isClaimed, retryWork } from './due-work.ts';
import type { ClaimedWork } from './due-work.ts';
import { endHoldOff } from './holds/end-hold-off.ts';
import { evidenceAlertsOf, summariseEvidence } from './evidence-summary.ts';
import { keepJudgements } from './learning/judgement-records.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { Diagnosed, PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';

/**
 * Does one piece of due work, and writes what came of it unless the claim was lost meanwhile. Rejects only when the
 * store fails; the work is then still due.
 */
export async function doWork(
  due: ClaimedWork,
  incident: Incident,
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  switch (due.work) {
    case 'diagnosis':
      return diagnose(due, incident, context, commit);
    case 'verification':
      return verify(due, incident, context, commit);
    case 'close':
      return close(due, context, commit);
    case 'hold_off':
      return endHoldOff(due, context, commit);
    default:
      return unreachable(due.work);
  }
}

type Finding = Diagnosed & { readonly evidence: Evidence | null };

function unknownBecause(whyUnknown: string): Diagnosed {
  const view: DiagnosisView = {
    answer: UNKNOWN_FAULT,
    probability: 0,
    alternatives: [],
    reasons: [],
    components: [],
    modelId: 'none',
    whyUnknown,
  };
  return { view, judgements: [] };
}

/** A diagnosis that fails is an answer too: unknown, with the reason. */
async function find(incident: Incident, context: PipelineContext): Promise<Finding> {
  const { target } = incident;
  if (target === null) {
    const why = 'the alert is about the monitoring itself and not about a CRM';
    return { evidence: null, ...unknownBecause(why) };
  }
  let evidence: Evidence | null = null;
  try {
    const gathered = await context.gatherEvidence({ target, alerts: evidenceAlertsOf(incident) });
    // What is diagnosed, summed up and kept all comes of this one value.
    evidence = context.mask.deep(gathered);
    return { evidence, ...(await context.diagnose(evidence)) };
  } catch (error) {
    const why = context.mask.text(errorMessage(error));
    context.logger.error('a diagnosis failed', { incident: incident.id, why });
    const what = evidence === null ? 'the evidence could not be gathered' : 'the diagnosis failed';
    return { evidence, ...unknownBecause(`${what}: ${why}`) };
  }
}

async function diagnose(
  due: ClaimedWork,
  before: Incident,
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  const { evidence, view: diagnosis, judgements } = await find(before, context);
  crashPoint('timer:diagnosed');
  const nowMs = context.clock.now();
  const component = diagnosis.components[0] ?? null;
  const { target, alerts } = before;
  const alertNames = alerts.map(({ name }) => name);
  const answers = [
    diagnosis.answer,
    ...(diagnosis.also ?? []).map((other) => other.class),
  ] as const;
  const plan = suggestSteps(answers, component, { target, alertNames });
  const evidenceSummary = evidence === null ? [] : summariseEvidence(evidence);
  const actor = SYSTEM_ACTOR;
  await commit(async (changes) => {
    if (!(await isClaimed(changes.transaction, due))) return;
    await finishWork(changes.transaction, due);
    const events = [
      { kind: 'diagnosed', actor, diagnosis, evidenceSummary },
      { kind: 'localised', actor, component },
      { kind: 'repair_suggested', actor, plan },
    ] as const;
    for (const event of events) {
      await changes.apply(await changes.find(before.id), event, nowMs);
    }
    if (evidence === null) return;
    await pipelineTables(changes.transaction)
      .insertInto('evidence')
      .values({ incident_id: before.id, at_ms: nowMs, evidence: JSON.stringify(evidence) })
      .execute();
    await keepJudgements(changes.transaction, { incidentId: before.id, atMs: nowMs }, judgements);
  });
}

async function verify(
  due: ClaimedWork,
  before: Incident,
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  if ((before.flapping ?? []).length > 0) {
    // What comes back in a minute is not over; its end leads here again.
    const dueAtMs = context.clock.now() + context.settings.verifyRetryMs;
    return context.store.transaction(async (transaction) => retryWork(transaction, due, dueAtMs));
  }
  const verification = await runVerifier(before, context);
  crashPoint('timer:verified');
  const nowMs = context.clock.now();
  const { outcome } = verification;
  const actor = SYSTEM_ACTOR;
  await commit(async (changes) => {
    if (!(await isClaimed(changes.transaction, due))) return;
    const incident = await changes.find(before.id);
    await changes.apply(incident, { kind: `verification_${outcome}`, actor, verification }, nowMs);
    const after = await changes.find(before.id);
    if (after?.phase !== 'verifying') return finishWork(changes.transaction, due);
    const waitMs = context.settings.verifyRetryMs * retryFactor(due.attempts);
    return retryWork(changes.transaction, due, nowMs + waitMs);
  });
}

/** Ten tries at full pace, then slower and slower down to a tenth: a CRM may stay broken for days. */
function retryFactor(attempts: number): number {
  return Math.min(10, Math.max(1, attempts / 10));
}

async function runVerifier(
  incident: Incident,
  { verifier, clock, mask }: PipelineContext,
): Promise<Verification> {
  const startedAtMs = clock.now();
  try {
    return mask.deep(await verifier.verify(incident));
  } catch (error) {
    const why = mask.text(`the verification itself failed: ${errorMessage(error)}`);
    const { quietSinceMs } = incident;
    return { outcome: 'impossible', why, checks: [], startedAtMs, quietSinceMs };
  }
}

async function close(due: ClaimedWork, context: PipelineContext, commit: Commit): Promise<void> {
  await commit(async (changes) => {
    if (!(await isClaimed(changes.transaction, due))) return;
    await finishWork(changes.transaction, due);
    const incident = await changes.find(due.incidentId);
    if (incident?.phase !== 'resolved') return;
    const why = 'resolved for long enough';
    await changes.apply(
      incident,
      { kind: 'closed', actor: SYSTEM_ACTOR, why },
      context.clock.now(),
    );
  });
}
