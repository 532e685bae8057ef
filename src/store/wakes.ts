/** Signals between the processes that share a database: that looking now, and not at the next tick, may be worth it. */
export type Wakes = {
  /** Wakes the others; returns at once, and may get lost. */
  wake(): void;
  /** Calls `listener` when another process woke us, and now and then for nothing. Gives the way to stop. */
  onWake(listener: () => void): () => void;
  close(): Promise<void>;
};

/** For an engine that one process works with. */
export function createNoWakes(): Wakes {
  return { wake() {}, onWake: () => () => {}, async close() {} };
}
