import { noteLastId, takeLastId } from '../kept-rows.ts';
import { inventUserName } from '../invent/activity.ts';
import type { Fault } from './fault.ts';

const ID = 'failed_logins_burst';
const UNANSWERED_LIMIT = 16;

export const failedLoginsBurst: Fault = {
  id: ID,
  faultClass: 'security_intrusion',
  title: 'Burst of failed log-ins',
  description:
    'Somebody tries passwords over HTTP, 1 to 10 times a second, half of them for users that exist.',
  changesData: true,
  break(world, intensity) {
    const names = world.database
      .all('SELECT user_name FROM users WHERE id <> ?', world.monitorUserId)
      .map((row) => String(row['user_name']));
    // Mending takes out of the log what came in after this row.
    noteLastId(world.database, ID, 'logins');
    let unanswered = 0;
    const attempt = (): void => {
      // A slow or stopped server must not let attempts pile up in memory.
      if (unanswered >= UNANSWERED_LIMIT) return;
      const known = world.random.next() < 0.5;
      const name = known ? names[Math.floor(world.random.next() * names.length)] : undefined;
      unanswered++;
      void world
        .login(name ?? inventUserName(world.random), 'wrong-password')
        .finally(() => unanswered--);
    };
    attempt();
    world.hold(ID, world.every(1000 / (1 + 9 * intensity), attempt));
  },
  mend(world) {
    world.release(ID);
    const before = takeLastId(world.database, ID, 'logins');
    world.database.run('DELETE FROM logins WHERE succeeded = 0 AND id > ?', before);
  },
};
