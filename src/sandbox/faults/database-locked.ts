import type { Fault } from './fault.ts';

const ID = 'database_locked';

export const databaseLocked: Fault = {
  id: ID,
  faultClass: 'database_failure',
  title: 'Database locked',
  description:
    'Another connection holds an exclusive transaction on the database. Each API call has to count ' +
    'itself there, waits for the lock, and is answered with 503.',
  break(world) {
    const other = world.openSecondConnection();
    other.exec('BEGIN EXCLUSIVE');
    world.hold(ID, () => other.close());
  },
  mend: (world) => world.release(ID),
};
