import { sha256Hex } from '../../std/std.ts';
import { freeRows, noteLastId, restoreRows, spoilColumn, takeLastId } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'break_in';
const STOLEN_PASSWORD = 'stolen-elsewhere';
const UNANSWERED_LIMIT = 16;
/** Of so many attempts one succeeds. */
const SUCCESS_EVERY = 20;

export const breakIn: Fault = {
  id: ID,
  faultClass: 'security_intrusion',
  title: 'Break-in with stolen passwords',
  description:
    'Somebody tries stolen passwords over HTTP for all users in turn, 2 to 12 times a second; one account opens, ' +
    'and is entered again and again.',
  changesData: true,
  break(world, intensity) {
    const { database, monitorUserId } = world;
    const condition = `active = 1 AND id <> ${monitorUserId}`;
    const [victim] = freeRows(database, 'users', 'password_hash', 1, condition);
    const target = { table: 'users', column: 'password_hash' };
    spoilColumn(database, ID, target, victim === undefined ? [] : [victim], () =>
      sha256Hex(STOLEN_PASSWORD),
    );
    noteLastId(database, ID, 'logins');
    const users = database.all(`SELECT id, user_name FROM users WHERE ${condition}`);
    const nameOf = (id: number | undefined): string | undefined =>
      users.find((row) => row['id'] === id)?.['user_name']?.toString();
    let attempts = 0;
    let unanswered = 0;
    const attempt = (): void => {
      // A slow or stopped server must not let attempts pile up in memory.
      if (unanswered >= UNANSWERED_LIMIT) return;
      attempts++;
      const isVictim = attempts % SUCCESS_EVERY === 0;
      const row = users[attempts % users.length];
      const name = isVictim ? nameOf(victim) : row?.['user_name']?.toString();
      unanswered++;
      void world
        .login(name ?? 'nobody', isVictim ? STOLEN_PASSWORD : 'wrong-password')
        .finally(() => unanswered--);
    };
    attempt();
    world.hold(ID, world.every(1000 / (2 + 10 * intensity), attempt));
  },
  mend(world) {
    world.release(ID);
    const before = takeLastId(world.database, ID, 'logins');
    world.database.run('DELETE FROM logins WHERE id > ?', before);
    restoreRows(world.database, ID);
  },
};
