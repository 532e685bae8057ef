/** Whether a cursor was met before on a way through pages; to be asked of each in turn. */
export type RepeatGuard = (cursor: string) => boolean;

/**
 * Notices pages that lead back to one that was read, directly or round about, where cursors mean nothing that could rise.
 * It keeps one cursor whatever the number of pages, a newer one whenever twice as many were met, so that a circle shows
 * before three times as many pages were read as there are (R. P. Brent, "An improved Monte Carlo factorization algorithm", BIT 20, 1980).
 */
export function createRepeatGuard(): RepeatGuard {
  let kept: string | undefined;
  let met = 0;
  let keepsAt = 1;
  return (cursor) => {
    if (cursor === kept) return true;
    met++;
    if (met === keepsAt) {
      kept = cursor;
      keepsAt *= 2;
    }
    return false;
  };
}
