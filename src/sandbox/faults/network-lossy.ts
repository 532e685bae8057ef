import type { FrontFault } from './fault.ts';

export const networkLossy: FrontFault = {
  id: 'network_lossy',
  faultClass: 'network',
  title: 'Packets lost',
  description:
    '40 % to 80 % of what the server sends is lost and comes again after one second or more, over a line of 2 to 0.5 Mbit/s.',
  break({ line }, intensity) {
    line.lossRatio = 0.4 + 0.4 * intensity;
    line.bytesPerSecond = 250_000 - 190_000 * intensity;
  },
  mend({ line }) {
    line.lossRatio = 0;
    line.bytesPerSecond = 0;
  },
};
