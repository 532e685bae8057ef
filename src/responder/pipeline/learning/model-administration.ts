import { CrmwatchError } from '../../../std/std.ts';
import type { Clock } from '../../../std/std.ts';
import type { Database, DatabaseTransaction, Store } from '../../../store/store.ts';
import { encodeModel } from '../../diagnosis/diagnosis.ts';
import type { ModelComparison, TrainedModel } from '../../diagnosis/diagnosis.ts';
import { compareInShadow } from './compare-in-shadow.ts';
import {
  addModel,
  findModelText,
  giveRole,
  listModels,
  readRoleHistory,
  readRoles,
} from './model-records.ts';
import type { ModelRecord } from './model-records.ts';
import { rolesOf } from './model-roles.ts';
import type { ModelRoles, RoleEntry } from './model-roles.ts';

export type ModelOverview = {
  readonly roles: ModelRoles;
  /** Of the file of the configuration, which answers while there is no champion. */
  readonly configured: string;
  readonly models: readonly ModelRecord[];
  /** The oldest first. */
  readonly history: readonly RoleEntry[];
};

export type ShadowComparison = ModelComparison & {
  readonly championId: string;
  readonly challengerId: string;
};

export type Promotion = ShadowComparison & { readonly isPromoted: boolean };

export type Rollback = { readonly retired: string; readonly champion: string };

/** Which model answers, and which one wants to. Everything is kept with its time, by whom and why. */
export type ModelAdministration = {
  overview(): Promise<ModelOverview>;
  /** Lets a model judge in the shadow of the champion from the next diagnosis on. Throws `usage`. */
  challenge(model: TrainedModel, actor: string, note: string): Promise<void>;
  /** Throws `usage` when there is no challenger. */
  compare(): Promise<ShadowComparison>;
  /**
   * Makes the challenger champion if nothing speaks against it.
   * @param force why it is to be done whatever speaks against it.
   */
  promote(actor: string, force?: string): Promise<Promotion>;
  /** Back to the champion before. Throws `usage` when there is none. */
  rollBack(actor: string, why: string): Promise<Rollback>;
};

export type ModelAdministrationParts = {
  readonly store: Pick<Store, 'database' | 'transaction'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly configured: TrainedModel;
};

function usage(message: string, remedy: string): CrmwatchError {
  return new CrmwatchError('usage', message, { remedy });
}

async function addOnce(
  transaction: DatabaseTransaction,
  model: TrainedModel,
  by: Omit<ModelRecord, 'id'>,
): Promise<void> {
  const text = encodeModel(model);
  const known = await findModelText(transaction, model.id);
  if (known === null) return addModel(transaction, { id: model.id, text, ...by });
  if (known === text) return;
  throw usage(
    `another model ${model.id} was added before`,
    'its file was changed by hand; train it again: crmwatch train',
  );
}

export function createModelAdministration(parts: ModelAdministrationParts): ModelAdministration {
  const { store, configured } = parts;
  return {
    async overview() {
      const { database } = store;
      const history = await readRoleHistory(database);
      const models = await listModels(database);
      return { roles: rolesOf(history), configured: configured.id, models, history };
    },
    challenge: async (model, actor, note) =>
      store.transaction(async (transaction) => challenge(transaction, parts, model, actor, note)),
    compare: async () => compare(store.database, configured),
    promote: async (actor, force) =>
      store.transaction(async (transaction) => {
        const comparison = await compare(transaction, configured);
        const isPromoted = force !== undefined || comparison.objections.length === 0;
        const why = whyOf(comparison, force);
        if (isPromoted) await crown(transaction, parts, comparison, { actor, why });
        return { ...comparison, isPromoted };
      }),
    rollBack: async (actor, why) =>
      store.transaction(async (transaction) => {
        const { champion, former } = await readRoles(transaction);
        const before = former.at(-1);
        if (champion === null || before === undefined) {
          throw usage('no other model was champion before', 'see: crmwatch model list');
        }
        const atMs = parts.clock.now();
        await giveRole(transaction, { modelId: champion, role: 'retired', atMs, actor, why });
        return { retired: champion, champion: before };
      }),
  };
}

async function challenge(
  transaction: DatabaseTransaction,
  { clock, configured }: ModelAdministrationParts,
  model: TrainedModel,
  actor: string,
  why: string,
): Promise<void> {
  const { champion, challenger } = await readRoles(transaction);
  const { id } = model;
  if (id === (champion ?? configured.id)) {
    throw usage(`model ${id} is the champion`, 'name another model');
  }
  if (id === challenger) {
    throw usage(`model ${id} challenges already`, 'see: crmwatch model compare');
  }
  const atMs = clock.now();
  await addOnce(transaction, model, { addedAtMs: atMs, addedBy: actor, note: why });
  await giveRole(transaction, { modelId: id, role: 'challenger', atMs, actor, why });
}

async function compare(database: Database, configured: TrainedModel): Promise<ShadowComparison> {
  const { champion, challenger } = await readRoles(database);
  if (challenger === null) {
    throw usage('no model challenges the champion', 'name one: crmwatch model challenge FILE');
  }
  const championId = champion ?? configured.id;
  const comparison = await compareInShadow(database, championId, challenger);
  return { championId, challengerId: challenger, ...comparison };
}

/** The model of the configuration is kept too when it is replaced, so that a rollback leads to the very same. */
async function crown(
  transaction: DatabaseTransaction,
  { clock, configured }: ModelAdministrationParts,
  { championId, challengerId }: ShadowComparison,
  { actor, why }: Pick<RoleEntry, 'actor' | 'why'>,
): Promise<void> {
  const atMs = clock.now();
  const role = 'champion';
  const { champion } = await readRoles(transaction);
  if (champion === null) {
    const note = 'the model of the configuration';
    await addOnce(transaction, configured, { addedAtMs: atMs, addedBy: actor, note });
    await giveRole(transaction, { modelId: championId, role, atMs, actor, why: note });
  }
  await giveRole(transaction, { modelId: challengerId, role, atMs, actor, why });
}

function whyOf({ incidents, logLoss, gain }: ModelComparison, force: string | undefined): string {
  if (force !== undefined) return `forced: ${force}`;
  const [before, after] = [logLoss?.champion, logLoss?.challenger].map((loss) => loss?.toFixed(3));
  const low = gain?.interval.low.toFixed(3);
  return `log-loss ${before} to ${after} over ${incidents} incidents, a gain of ${low} at least`;
}
