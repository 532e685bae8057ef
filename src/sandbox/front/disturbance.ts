/** Calls that are refused before anybody looks at them. */
export type Refusal = {
  /** Share of the calls, 0 to 1. */
  readonly ratio: number;
  /** One of these, by turns. */
  readonly statuses: readonly number[];
  readonly retryAfterSeconds?: number;
  /** Whether also what asks for the health of the server is refused. */
  readonly hitsHealth: boolean;
};

/** How answers are disturbed on their way out. Faults set these, the listener obeys them. */
export type Disturbance = {
  /** By the id of the fault. */
  readonly refusals: Map<string, Refusal>;
  /** Answers every request with an HTML log-in page and status 200. */
  loginPage: boolean;
  /** The share of each JSON body that is sent, in (0, 1]. */
  bodyRatio: number;
  /** Old names of fields and new ones, at any depth. */
  readonly renamedFields: Map<string, string>;
  /** Paths that begin with one of these do not exist. */
  missingPaths: readonly string[];
};

export function createDisturbance(): Disturbance {
  return {
    refusals: new Map(),
    loginPage: false,
    bodyRatio: 1,
    renamedFields: new Map(),
    missingPaths: [],
  };
}

/** A JSON value with its fields renamed. */
export function renameFields(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renameFields(item, names));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      names.get(name) ?? name,
      renameFields(item, names),
    ]),
  );
}
