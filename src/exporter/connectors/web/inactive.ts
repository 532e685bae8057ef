/** Who has not logged in for so long is inactive. */
export const INACTIVE_AFTER_MS: number = 90 * 86_400_000;
