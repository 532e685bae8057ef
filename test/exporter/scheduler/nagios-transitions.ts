/**
 * Transitions of a service in Nagios Core, as its documentation ("State Types", "Service and Host Check Scheduling")
 * and the comments of base/checks.c, handle_async_service_check_result, describe them. `max` is
 * max_check_attempts. Nagios numbers an OK as attempt 1; crmwatch counts failures and says 0.
 */
export type NagiosRow = {
  readonly rule: string;
  readonly max: number;
  /** Results before, oldest first: O is OK, C a problem, a small c a problem while the host is down. */
  readonly before: string;
  readonly result: 'O' | 'C' | 'c';
  readonly attempt: number;
  readonly type: 'SOFT' | 'HARD';
  readonly next: 'check_interval' | 'retry_interval';
  /** What is notified: a problem when it becomes hard, a recovery when a notified problem ends. */
  readonly notice: 'none' | 'problem' | 'recovery';
};

const NONE = { next: 'check_interval', notice: 'none' } as const;
const SOFT = { type: 'SOFT', next: 'retry_interval', notice: 'none' } as const;

export const NAGIOS_TRANSITIONS: readonly NagiosRow[] = [
  {
    rule: 'an OK is always hard',
    max: 3,
    before: '',
    result: 'O',
    attempt: 0,
    type: 'HARD',
    ...NONE,
  },
  { rule: 'and stays so', max: 3, before: 'O', result: 'O', attempt: 0, type: 'HARD', ...NONE },
  { rule: 'the first problem is soft', max: 3, before: 'O', result: 'C', attempt: 1, ...SOFT },
  {
    rule: 'also when nothing was checked before',
    max: 3,
    before: '',
    result: 'C',
    attempt: 1,
    ...SOFT,
  },
  { rule: 'each further one counts', max: 3, before: 'OC', result: 'C', attempt: 2, ...SOFT },
  {
    rule: 'the last attempt makes it hard, tells, and goes back to the check interval',
    max: 3,
    before: 'OCC',
    result: 'C',
    attempt: 3,
    type: 'HARD',
    next: 'check_interval',
    notice: 'problem',
  },
  {
    rule: 'a hard problem stays at its last attempt and is not told anew',
    max: 3,
    before: 'OCCC',
    result: 'C',
    attempt: 3,
    type: 'HARD',
    ...NONE,
  },
  {
    rule: 'with one attempt the first problem is hard',
    max: 1,
    before: 'O',
    result: 'C',
    attempt: 1,
    type: 'HARD',
    next: 'check_interval',
    notice: 'problem',
  },
  {
    rule: 'a soft recovery is not told',
    max: 3,
    before: 'OCC',
    result: 'O',
    attempt: 0,
    type: 'HARD',
    ...NONE,
  },
  {
    rule: 'a hard recovery is told',
    max: 3,
    before: 'OCCC',
    result: 'O',
    attempt: 0,
    type: 'HARD',
    next: 'check_interval',
    notice: 'recovery',
  },
  {
    rule: 'after a recovery counting begins anew',
    max: 3,
    before: 'OCCCO',
    result: 'C',
    attempt: 1,
    ...SOFT,
  },
  {
    rule: 'with the host down the first problem is hard, and nobody is told',
    max: 3,
    before: 'O',
    result: 'c',
    attempt: 3,
    type: 'HARD',
    ...NONE,
  },
  {
    rule: 'with the host down a soft problem becomes hard, and nobody is told',
    max: 3,
    before: 'OC',
    result: 'c',
    attempt: 3,
    type: 'HARD',
    ...NONE,
  },
  {
    rule: 'what still fails when the host is back is told then',
    max: 3,
    before: 'Occ',
    result: 'C',
    attempt: 3,
    type: 'HARD',
    next: 'check_interval',
    notice: 'problem',
  },
  {
    rule: 'what was never told recovers without a word',
    max: 3,
    before: 'Occ',
    result: 'O',
    attempt: 0,
    type: 'HARD',
    ...NONE,
  },
  {
    rule: 'a problem that was hard before the host went down stays as it was',
    max: 2,
    before: 'OCC',
    result: 'c',
    attempt: 2,
    type: 'HARD',
    ...NONE,
  },
];
