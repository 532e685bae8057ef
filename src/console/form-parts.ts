import { isRoleEnough } from '../responder/accounts/accounts.ts';
import type { PageContext } from './views.ts';

/** Whether the reader may change incidents, as the server sees it too. */
export function mayAct({ role }: PageContext): boolean {
  return isRoleEnough(role, 'responder');
}

/** Where a form about an incident is sent. */
export function formAddress(incidentId: string, action: string): string {
  return `/incidents/${encodeURIComponent(incidentId)}/${action}`;
}
