import type { Fault } from './fault.ts';

export const truncatedJson: Fault = {
  id: 'truncated_json',
  faultClass: 'interface_change',
  title: 'Truncated JSON',
  description: 'Each JSON body ends in the middle, as if a proxy had cut it, with status 200.',
  break(world, intensity) {
    world.disturbance.bodyRatio = 0.9 - 0.7 * intensity;
  },
  mend(world) {
    world.disturbance.bodyRatio = 1;
  },
};
