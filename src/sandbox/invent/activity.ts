import type { Random } from '../../std/std.ts';

import type { InventOptions } from './customers.ts';
import { pick, pickNumber } from './pick.ts';
import type { AuditEvent, Delivery, Job, Login, User } from './records.ts';
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

/** What happens beside the records themselves in a second, as chances; the simulator goes on at the same pace. */
export const ACTIVITY_CHANCES = { audited: 0.002, delivered: 0.05, deliveryFails: 0.01 } as const;

export function inventEventKind(random: Random): AuditEvent['kind'] {
  return pick(['record_deleted', 'record_deleted', 'exported', 'permission_changed'], random);
}

export function inventDeliveryKind(random: Random): Delivery['kind'] {
  return pick(['webhook', 'webhook', 'mail', 'mail', 'import'], random);
}

export function inventDeliveryState(random: Random): Delivery['state'] {
  return random.next() < ACTIVITY_CHANCES.deliveryFails ? 'failed' : 'done';
}

/** Times of the last day, oldest first, of something that happens with this chance in each second. */
function timesOfDay(chance: number, { nowMs, random }: InventOptions): readonly string[] {
  const count = Math.round((chance * DAY_MS) / SECOND_MS);
  return Array.from({ length: count }, () => inventPast(nowMs, 0, DAY_MS, random)).sort();
}

/** The audit trail of the last day, oldest first. */
export function inventAuditEvents(options: InventOptions): readonly AuditEvent[] {
  return timesOfDay(ACTIVITY_CHANCES.audited, options).map((at, index) => ({
    id: index + 1,
    kind: inventEventKind(options.random),
    at,
  }));
}

/** What was exchanged with other systems within the last day, oldest first. */
export function inventDeliveries(options: InventOptions): readonly Delivery[] {
  return timesOfDay(ACTIVITY_CHANCES.delivered, options).map((at, index) => ({
    id: index + 1,
    kind: inventDeliveryKind(options.random),
    state: inventDeliveryState(options.random),
    at,
  }));
}
