import type { Random } from '../../std/std.ts';

import type { InventOptions } from './customers.ts';
import { pick, pickNumber } from './pick.ts';
import type { Job, Login, User } from './records.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, inventPast, toIso } from './times.ts';
import { FAMILY_ENDS, FAMILY_STARTS, GIVEN_NAMES, JOB_NAMES } from './words.ts';

/** A log-in name such as `mara.oakford`. */
export function inventUserName(random: Random): string {
  const last = pick(FAMILY_STARTS, random) + pick(FAMILY_ENDS, random);
  return `${pick(GIVEN_NAMES, random)}.${last}`.toLowerCase();
}

/** Two administrators, one manager in eight, agents; most with a second factor, few no longer active. */
export function inventUsers(count: number, options: InventOptions): readonly User[] {
  const { nowMs, random } = options;
  const names = new Set<string>();
  while (names.size < count) names.add(inventUserName(random));
  return [...names].map((name, index) => ({
    id: index + 1,
    user_name: name,
    role: index < 2 ? 'admin' : index % 8 === 2 ? 'manager' : 'agent',
    active: index > 5 && index % 13 === 12 ? 0 : 1,
    second_factor: index < 2 || random.next() < 0.85 ? 1 : 0,
    last_login_at: inventPast(nowMs, MINUTE_MS, 3 * DAY_MS, random),
  }));
}

/** As many as the simulator adds in a day, so that rates do not change while a sandbox runs. */
const LOGINS_PER_DAY = 1728;

/** The log-ins of the last day, oldest first; a few were mistakes. */
export function inventLogins(users: readonly User[], options: InventOptions): readonly Login[] {
  const { nowMs, random } = options;
  const active = users.filter((user) => user.active === 1);
  const times = Array.from({ length: LOGINS_PER_DAY }, () =>
    inventPast(nowMs, 0, DAY_MS, random),
  ).sort();
  return times.map((at, index) => ({
    id: index + 1,
    user_id: pick(active, random).id,
    succeeded: random.next() < 0.03 ? 0 : 1,
    at,
  }));
}

/** The finished jobs of the last two hours, oldest first; as many as the simulator makes. */
export function inventJobs(options: InventOptions): readonly Job[] {
  const { nowMs, random } = options;
  const count = 720;
  return Array.from({ length: count }, (_, index) => {
    const enqueuedMs = nowMs - Math.floor(((count - index) * 2 * HOUR_MS) / count) - MINUTE_MS;
    const startedMs = enqueuedMs + pickNumber(4, random) * SECOND_MS;
    const finishedMs = startedMs + (1 + pickNumber(8, random)) * SECOND_MS;
    return {
      id: index + 1,
      name: pick(JOB_NAMES, random),
      state: random.next() < 0.01 ? 'failed' : 'done',
      enqueued_at: toIso(enqueuedMs),
      started_at: toIso(startedMs),
      finished_at: toIso(finishedMs),
    };
  });
}
