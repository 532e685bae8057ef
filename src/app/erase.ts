import type { LoadedConfig } from '../config/config.ts';
import { createServerKey } from '../responder/accounts/accounts.ts';
import { createMask } from '../responder/alerts/alerts.ts';
import { erase, findErasure } from '../responder/pipeline/pipeline.ts';
import type { ErasurePlan, ErasureSubject } from '../responder/pipeline/pipeline.ts';
import { scrubStore } from '../store/store.ts';
import type { Scrubbing } from '../store/store.ts';
import type { Dependencies } from './exporter.ts';
import { openExistingStore } from './responder-store.ts';

export type ErasureOptions = {
  readonly subject: ErasureSubject;
  /** Only finds what would go. */
  readonly isDryRun: boolean;
  /** Writes the files of the database anew. */
  readonly rewrite: boolean;
  /** For the journal. */
  readonly actor: string;
};

export type ErasureReport = {
  readonly plan: ErasurePlan;
  /** How many incidents were erased; null after a dry run. */
  readonly erased: number | null;
  /** Whether the bytes are gone from the files of the database, too; null after a dry run. */
  readonly files: Scrubbing | null;
};

/** Erases from the database of a configured responder, which may be running meanwhile. */
export async function eraseFromResponder(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  { subject, isDryRun, rewrite, actor }: ErasureOptions,
): Promise<ErasureReport> {
  const { clock } = dependencies;
  await using store = await openExistingStore(loaded, clock);
  const key = await createServerKey(store, dependencies, 'masking')();
  const mask = createMask({ ...loaded.config.responder.masking, key });
  const plan = await findErasure(store.database, subject, mask);
  if (isDryRun) return { plan, erased: null, files: null };
  const erased = await erase({ store, mask, actor, nowMs: clock.now() }, subject, plan);
  const files = await scrubStore(store, { rewrite });
  return { plan, erased, files };
}
