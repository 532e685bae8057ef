import type { FrontFault } from './fault.ts';

export const networkSlow: FrontFault = {
  id: 'network_slow',
  faultClass: 'network',
  title: 'Slow network',
  description:
    'What the server sends, the TLS handshake included, comes 1 to 4 seconds late, with jitter.',
  break({ line }, intensity) {
    line.delayMs = 1000 + 3000 * intensity;
    line.jitterRatio = 0.3;
  },
  mend({ line }) {
    line.delayMs = 0;
    line.jitterRatio = 0;
  },
};
