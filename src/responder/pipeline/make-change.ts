import { unknownIncident } from '../incidents/incidents.ts';
import type { Incident } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { once } from './idempotency.ts';
import type { OnceRequest } from './idempotency.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';

export type Answer = {
  /** False when nothing had to be done, or nothing may be; `reason` says which. */
  readonly changed: boolean;
  readonly reason: string;
  readonly incident: Incident;
  /** Entries of the journal after the change; of a replayed answer, those at that time. */
  readonly sequence: number;
  /** Why nothing was done although it may be possible: it moved on, or the key belongs to another request. */
  readonly conflict?: 'stale' | 'key_reused';
  /** Nothing was done now: this very request was carried out before. */
  readonly isReplayed?: true;
  /** The incident where it goes on: that of a merge, or the one that was split off. */
  readonly otherId?: string;
};

/** What a change is made subject to, within its transaction. */
export type ChangeOptions = {
  /** The sequences of the incident that the caller has seen; any, when absent. */
  readonly expectedSequences?: readonly number[];
  readonly once?: OnceRequest;
};

export type Performed = Pick<Answer, 'changed' | 'reason' | 'sequence' | 'conflict' | 'otherId'>;

/** What a change does to the newest snapshot of its incident, in one transaction with all that follows from it. */
export type ChangeWork = (
  changes: ChangeSet,
  incident: Incident,
  nowMs: number,
) => Promise<Pick<Answer, 'changed' | 'reason' | 'otherId'>>;

/**
 * One change of an incident by a person or a program: once for each idempotency key, and only if the incident still
 * is as the caller has seen it.
 */
export async function makeChange(
  { clock }: PipelineContext,
  commit: Commit,
  id: string,
  options: ChangeOptions,
  work: ChangeWork,
): Promise<Answer> {
  const nowMs = clock.now();
  return commit(async (changes) => {
    const result = await once(
      changes.transaction,
      options.once,
      nowMs,
      async () => perform(changes, { id, nowMs, work }, options),
      ({ changed }) => changed,
    );
    const incident = await changes.find(id);
    if (incident === null) throw unknownIncident(id);
    if (result.kind === 'key_reused') {
      const reason = 'this idempotency key was used for another request';
      const { sequence } = incident;
      return { changed: false, reason, sequence, conflict: 'key_reused', incident };
    }
    return { ...result.answer, incident, ...(result.isReplayed ? { isReplayed: true } : {}) };
  });
}

async function perform(
  changes: ChangeSet,
  { id, nowMs, work }: { readonly id: string; readonly nowMs: number; readonly work: ChangeWork },
  { expectedSequences }: ChangeOptions,
): Promise<Performed> {
  const incident = await changes.find(id);
  if (incident === null) throw unknownIncident(id);
  const { sequence } = incident;
  if (expectedSequences !== undefined && !expectedSequences.includes(sequence)) {
    const reason = `the incident has moved on: its journal has ${sequence} entries now`;
    return { changed: false, reason, sequence, conflict: 'stale' };
  }
  const done = await work(changes, incident, nowMs);
  const after = (await changes.find(id)) ?? incident;
  return { ...done, sequence: after.sequence };
}
