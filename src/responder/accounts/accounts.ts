export { ROLES, highestRole, isRoleEnough } from './roles.ts';
export type { Role } from './roles.ts';
export { SCOPES, isInScope, scopesOf } from './scopes.ts';
export type { Scope } from './scopes.ts';
