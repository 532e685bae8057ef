import type { ModelRole } from './learning-tables.ts';

/** One entry of the history of roles. */
export type RoleEntry = {
  readonly modelId: string;
  readonly role: ModelRole;
  readonly atMs: number;
  readonly actor: string;
  readonly why: string;
};

/** Which models do what now. */
export type ModelRoles = {
  /** Null while the file of the configuration answers. */
  readonly champion: string | null;
  /** Judges in the shadow of the champion; null when none does. */
  readonly challenger: string | null;
  /** Who answered before, the last one last: to whom a rollback leads. */
  readonly former: readonly string[];
};

/**
 * Folds the history, oldest first. A new champion covers the one before; one that is retired uncovers it again, which is a
 * rollback. A new challenger takes the place of the one before, and a challenger that becomes champion leaves its place.
 */
export function rolesOf(history: readonly Pick<RoleEntry, 'modelId' | 'role'>[]): ModelRoles {
  let champions: readonly string[] = [];
  let challenger: string | null = null;
  for (const { modelId, role } of history) {
    const others = champions.filter((id) => id !== modelId);
    if (role === 'challenger') {
      challenger = modelId;
      continue;
    }
    champions = role === 'champion' ? [...others, modelId] : others;
    if (challenger === modelId) challenger = null;
  }
  return { champion: champions.at(-1) ?? null, challenger, former: champions.slice(0, -1) };
}
