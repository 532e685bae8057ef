export { ROLES, isRoleEnough } from '../responder/accounts/accounts.ts';
export type { Role } from '../responder/accounts/accounts.ts';
