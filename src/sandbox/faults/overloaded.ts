import type { FrontFault } from './fault.ts';

const WORKERS = 4;
const SERVICE_MS = 200;

export const overloaded: FrontFault = {
  id: 'overloaded',
  faultClass: 'overload_latency',
  title: 'Overloaded',
  description:
    '30 to 150 other clients ask all the time, one after the other joining in; four workers answer, so each call waits 1.5 to 7.5 seconds in line.',
  break({ workers }, intensity) {
    const clients = Math.round(30 + 120 * intensity);
    workers.setLoad({ clients, workers: WORKERS, serviceMs: SERVICE_MS });
  },
  mend: ({ workers }) => workers.clearLoad(),
};
