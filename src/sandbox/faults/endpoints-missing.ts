import type { Fault } from './fault.ts';

/** In the order in which a release forgets them. */
const PATHS: readonly string[] = [
  '/api/users',
  '/api/jobs',
  '/api/contacts',
  '/api/limits',
  '/api',
];

export const endpointsMissing: Fault = {
  id: 'endpoints_missing',
  faultClass: 'bad_deployment_or_schema',
  title: 'Endpoints missing',
  description: 'A release has forgotten one to all paths of the API; they answer 404.',
  break({ disturbance }, intensity) {
    disturbance.missingPaths = PATHS.slice(0, 1 + Math.round(4 * intensity));
  },
  mend({ disturbance }) {
    disturbance.missingPaths = [];
  },
};
