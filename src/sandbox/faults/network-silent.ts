import type { FrontFault } from './fault.ts';

export const networkSilent: FrontFault = {
  id: 'network_silent',
  faultClass: 'network',
  title: 'Network silent',
  description:
    'Connections are made and then nothing passes any more, as behind a firewall that drops.',
  break({ line }) {
    line.isSilent = true;
  },
  mend({ line }) {
    line.isSilent = false;
  },
};
