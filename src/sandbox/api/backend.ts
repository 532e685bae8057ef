/** How the database behind the API is doing. Faults set it, the API obeys it. */
export type Backend = {
  /** Mean time that each call waits for the database; 0 is none. */
  delayMs: number;
  /** The connection to the database is lost: what needs it is answered with 503 at once. */
  isGone: boolean;
};
