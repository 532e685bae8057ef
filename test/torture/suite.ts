/** What one kind of torture is: `main.ts` runs each in turn and prints one report of all. */
export type Suite = {
  /** One word, for `--only` and as the heading of the report. */
  readonly name: string;
  /** Says in one line what is done to the responder. */
  readonly title: string;
  /** What is counted, in the plural: also the option that sets how many (`--kills 2000`). */
  readonly unit: string;
  readonly defaultCount: number;
  /** Never throws for what the responder does wrong: that is a violation. */
  run(options: SuiteOptions): Promise<SuiteReport>;
};

export const STORES = ['sqlite', 'postgresql'] as const;
export type StoreName = (typeof STORES)[number];

export type SuiteOptions = {
  readonly count: number;
  /** The same seed makes the same choices; the machine's timing stays its own. */
  readonly seed: number;
  readonly stores: readonly StoreName[];
  /** Tells who watches how far it is; a line at a time. */
  readonly progress: (line: string) => void;
};

export type Table = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
};

export type Violation = {
  /** Which promise was broken, and by what. */
  readonly what: string;
  /** The command that repeats this case alone. */
  readonly repeat: string;
};

export type SuiteReport = {
  readonly done: number;
  readonly tables: readonly Table[];
  readonly violations: readonly Violation[];
  /** What could not be run here, by name, with the remedy. */
  readonly missing: readonly string[];
};
