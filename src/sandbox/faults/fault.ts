import type { FaultClass } from '../../catalog/catalog.ts';
import type { Front } from '../front/front.ts';
import type { World } from '../world.ts';

/**
 * One way to break the sandbox for real. A fault holds no state of its own: what it changed is in the database
 * (kept rows) or held by the world, so one definition serves any number of sandboxes.
 */
export type Fault = FaultOf<World>;

/** A fault of what stands in front of an API, whatever CRM is behind it. */
export type FrontFault = FaultOf<Front>;

type FaultOf<W> = {
  readonly id: string;
  /** What the diagnosis should call it. */
  readonly faultClass: FaultClass;
  readonly title: string;
  /** What happens to the CRM, for people. */
  readonly description: string;
  readonly needsTls?: boolean;
  /** Breaking and mending each run in one transaction, so that they happen wholly or not at all. */
  readonly changesData?: boolean;
  /** `intensity` is in [0, 1]. */
  break(world: W, intensity: number): void | Promise<void>;
  /** Removes the effect wholly. Called only after `break`. */
  mend(world: W): void | Promise<void>;
};

/** The share of rows that a data fault spoils: 10 % to 60 %. */
export function affectedRatio(intensity: number): number {
  return 0.1 + 0.5 * intensity;
}

/** The number of rows of a table that a data fault spoils. */
export function affectedCount(world: World, table: string, intensity: number): number {
  const count = Number(world.database.get(`SELECT count(*) AS count FROM ${table}`)?.['count']);
  return Math.ceil(count * affectedRatio(intensity));
}
