import type { FrontFault } from './fault.ts';

export const truncatedJson: FrontFault = {
  id: 'truncated_json',
  faultClass: 'bad_deployment_or_schema',
  title: 'Truncated JSON',
  description: 'Each JSON body ends in the middle, as if a proxy had cut it, with status 200.',
  break({ disturbance }, intensity) {
    disturbance.bodyRatio = 0.9 - 0.7 * intensity;
  },
  mend({ disturbance }) {
    disturbance.bodyRatio = 1;
  },
};
