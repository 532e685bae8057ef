import type { FrontFault } from './fault.ts';

export const networkResets: FrontFault = {
  id: 'network_resets',
  faultClass: 'network',
  title: 'Connections reset',
  description:
    'A firewall on the way resets connections: 25 % to 60 % of the pieces in which answers come never arrive.',
  break({ line }, intensity) {
    line.resetRatio = 0.25 + 0.35 * intensity;
  },
  mend({ line }) {
    line.resetRatio = 0;
  },
};
