import type { Fault } from './fault.ts';

export const networkSlow: Fault = {
  id: 'network_slow',
  faultClass: 'network_degradation',
  title: 'Slow network',
  description: 'Each reply comes 1 to 8 seconds late, with jitter.',
  break(world, intensity) {
    world.disturbance.delayMeanMs = 1000 + 7000 * intensity;
  },
  mend(world) {
    world.disturbance.delayMeanMs = 0;
  },
};
