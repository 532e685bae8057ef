import { CrmwatchError, errorMessage } from '../../../std/std.ts';
import type { Logger } from '../../../std/std.ts';
import type { Database } from '../../../store/store.ts';
import { decodeModel } from '../../diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../diagnosis/diagnosis.ts';
import { findModelText, readRoles } from './model-records.ts';

export type ModelsInForce = {
  /** Who answers and who judges in its shadow, as the database says now. */
  current(): Promise<InForce>;
  /** A model that was added. Throws model_incompatible when this version cannot read it. */
  load(id: string): Promise<TrainedModel>;
};

export type InForce = {
  readonly champion: TrainedModel;
  /** The identifier of the challenger; null when there is none. */
  readonly challenger: string | null;
};

export type ModelsOptions = {
  readonly database: Database;
  /** The model of the configuration: it answers until another one is promoted, and when that cannot be read. */
  readonly configured: TrainedModel;
  readonly logger: Logger;
};

/** Looks at the roles each time; models are decoded once. */
export function createModelsInForce({
  database,
  configured,
  logger,
}: ModelsOptions): ModelsInForce {
  const decoded = new Map<string, TrainedModel>([[configured.id, configured]]);
  const unusable = new Set<string>();
  let last: InForce = { champion: configured, challenger: null };

  async function load(id: string): Promise<TrainedModel> {
    const known = decoded.get(id);
    if (known !== undefined) return known;
    const text = await findModelText(database, id);
    if (text === null) {
      throw new CrmwatchError('model_incompatible', `there is no model ${id} in the database`, {
        remedy: 'see: crmwatch model list',
      });
    }
    const model = decodeModel(JSON.parse(text), `model ${id}`, 'evidence');
    decoded.set(id, model);
    return model;
  }

  /** A diagnosis is needed now, so a champion that cannot be had gives way to the model of the configuration. */
  async function championOf(id: string | null): Promise<TrainedModel> {
    if (id === null) return configured;
    try {
      const model = await load(id);
      unusable.delete(id);
      return model;
    } catch (error) {
      if (!unusable.has(id)) {
        const fields = { model: id, instead: configured.id, why: errorMessage(error) };
        logger.error('the champion cannot be used; the configured model answers', fields);
      }
      unusable.add(id);
      return configured;
    }
  }

  return {
    load,
    async current() {
      try {
        const { champion, challenger } = await readRoles(database);
        last = { champion: await championOf(champion), challenger };
      } catch (error) {
        logger.warn('the roles of models cannot be read; they stay', { why: errorMessage(error) });
      }
      return last;
    },
  };
}
