/** A storm is taken in few transactions. */
const LARGEST_BATCH = 2000;
const SMALLEST_BATCH = 100;
/** Others wait for the transaction, and so does whoever stops the responder. */
const LONG_BATCH_MS = 1500;
const SHORT_BATCH_MS = 500;
/** Half as many events that take more than this share of the time: then their number is not what takes it. */
const NO_HELP_RATIO = 0.75;

/** How many events the next transaction takes, by how long the ones before it took. */
export type BatchLimit = {
  current(): number;
  note(taken: number, durationMs: number): void;
};

type Batch = { readonly taken: number; readonly durationMs: number };

/**
 * Halves batches that take long, and doubles short ones. What does not depend on the number of events, such as writing
 * the snapshots of large incidents, is paid by each batch anew: where half as many take nearly as long, small
 * batches would only be paid for more often, so it goes back to the larger ones and stays there until one is over soon.
 */
export function createBatchLimit(): BatchLimit {
  let limit = LARGEST_BATCH;
  /** The long batch after which the limit became smaller. */
  let halved: Batch | undefined;
  let helps = true;

  function noteLong(batch: Batch): void {
    if (!helps || batch.taken <= SMALLEST_BATCH) return;
    if (halved !== undefined && batch.taken * 2 <= halved.taken) {
      helps = batch.durationMs < halved.durationMs * NO_HELP_RATIO;
    }
    if (!helps) {
      limit = Math.min(LARGEST_BATCH, limit * 2);
      return;
    }
    halved = batch;
    limit = Math.max(SMALLEST_BATCH, Math.min(limit, batch.taken) >> 1);
  }

  return {
    current: () => limit,
    note(taken, durationMs) {
      if (durationMs > LONG_BATCH_MS) {
        noteLong({ taken, durationMs });
        return;
      }
      helps = true;
      halved = undefined;
      if (durationMs < SHORT_BATCH_MS && taken === limit)
        limit = Math.min(LARGEST_BATCH, limit * 2);
    },
  };
}
