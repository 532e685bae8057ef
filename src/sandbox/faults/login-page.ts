import type { FrontFault } from './fault.ts';

export const loginPage: FrontFault = {
  id: 'login_page',
  faultClass: 'bad_deployment_or_schema',
  title: 'Login page instead of data',
  description: 'A proxy in front answers everything with an HTML log-in page and status 200.',
  break({ disturbance }) {
    disturbance.loginPage = true;
  },
  mend({ disturbance }) {
    disturbance.loginPage = false;
  },
};
