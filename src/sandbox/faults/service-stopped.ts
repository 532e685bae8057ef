import type { Fault } from './fault.ts';

export const serviceStopped: Fault = {
  id: 'service_stopped',
  faultClass: 'service_outage',
  title: 'Service stopped',
  description: 'The listening socket is closed; connections are refused.',
  break: (world) => world.listener.close(),
  mend: (world) => world.listener.open(),
};
