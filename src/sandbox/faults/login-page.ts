import type { Fault } from './fault.ts';

export const loginPage: Fault = {
  id: 'login_page',
  faultClass: 'interface_change',
  title: 'Login page instead of data',
  description: 'A proxy in front answers everything with an HTML log-in page and status 200.',
  break(world) {
    world.disturbance.loginPage = true;
  },
  mend(world) {
    world.disturbance.loginPage = false;
  },
};
