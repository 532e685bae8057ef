import type { World } from '../world.ts';
import type { Fault } from './fault.ts';

const ID = 'database_locked';
const STEADY_FROM = 0.5;
/** Of a lock that comes and goes: long enough for some probes to fail in all their attempts. */
const LOCKED_SECONDS = 14;
const FREE_SECONDS = 6;

export const databaseLocked: Fault = {
  id: ID,
  faultClass: 'database',
  title: 'Database locked',
  description:
    'Another connection holds an exclusive transaction on the database. Each API call has to count ' +
    'itself there, waits for the lock, and is answered with 503. Below 0.5 the lock comes and goes.',
  break(world, intensity) {
    if (intensity < STEADY_FROM) lockNowAndThen(world);
    else {
      const other = world.openSecondConnection();
      other.exec('BEGIN EXCLUSIVE');
      world.hold(ID, () => other.close());
    }
  },
  mend: (world) => world.release(ID),
};

function lockNowAndThen(world: World): void {
  const other = world.openSecondConnection();
  other.exec('BEGIN EXCLUSIVE');
  let second = 0;
  const end = world.every(1000, () => {
    second = (second + 1) % (LOCKED_SECONDS + FREE_SECONDS);
    if (second === LOCKED_SECONDS) other.exec('ROLLBACK');
    if (second === 0) other.exec('BEGIN EXCLUSIVE');
  });
  world.hold(ID, () => {
    end();
    other.close();
  });
}
