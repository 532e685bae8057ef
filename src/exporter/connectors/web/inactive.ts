/** Who has not logged in for so long is inactive: an account that nobody would miss, least of all who steals it. */
export const INACTIVE_AFTER_MS: number = 90 * 86_400_000;
