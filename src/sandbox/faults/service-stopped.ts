import type { FrontFault } from './fault.ts';

export const serviceStopped: FrontFault = {
  id: 'service_stopped',
  faultClass: 'service_outage',
  title: 'Service stopped',
  description: 'The listening socket is closed; connections are refused.',
  break: (front) => front.listener.close(),
  mend: (front) => front.listener.open(),
};
