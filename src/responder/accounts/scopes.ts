import { isRoleEnough } from './roles.ts';
import type { Role } from './roles.ts';

/** What an API token is good for, within what its role may do; `admin` stands for all of them. */
export const SCOPES = [
  'incidents:read',
  'incidents:write',
  'quarantine:write',
  'maintenance:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The least role that can hold a scope. */
const HOLDERS: Readonly<Record<Scope, Role>> = {
  'incidents:read': 'viewer',
  'incidents:write': 'responder',
  'quarantine:write': 'responder',
  'maintenance:write': 'responder',
  admin: 'admin',
};

/** All that a role may hold: what a token gets whose maker named no scopes. */
export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES.filter((scope) => isRoleEnough(role, HOLDERS[scope]));
}

/** Whether a token with these scopes may do what needs `scope`. */
export function isInScope(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}
