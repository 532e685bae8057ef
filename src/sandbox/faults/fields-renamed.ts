import type { Fault } from './fault.ts';

/** Old and new names, in the order in which a release changes them. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['enqueued_at', 'queued_at'],
  ['role', 'role_name'],
  ['email', 'email_address'],
  ['remaining', 'left'],
  ['account_id', 'account'],
  ['succeeded', 'success'],
  ['total', 'count'],
];

export const fieldsRenamed: Fault = {
  id: 'fields_renamed',
  faultClass: 'bad_deployment_or_schema',
  title: 'Fields renamed',
  description: 'A release renames two to seven fields of the answers.',
  break({ disturbance }, intensity) {
    const count = Math.round(2 + 5 * intensity);
    for (const [before, after] of RENAMED.slice(0, count)) {
      disturbance.renamedFields.set(before, after);
    }
  },
  mend: ({ disturbance }) => disturbance.renamedFields.clear(),
};
