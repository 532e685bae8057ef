import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { PAGE_SIZE, nextAfter } from './vtiger-api.ts';
import type { VtigerApi } from './vtiger-api.ts';

const NO_ADMINISTRATOR = unknown(
  'not_permitted',
  'the user is no administrator of Vtiger: give one in security_authentication',
);
const NO_SECOND_FACTOR = unknown('not_supported', 'Vtiger Open Source has no second factor');

const NOT_PERMITTED: AccountFacts = {
  activeUsers: NO_ADMINISTRATOR,
  privilegedUsers: NO_ADMINISTRATOR,
  secondFactorUsers: NO_SECOND_FACTOR,
};

/** Users who are active: Vtiger lists no others (EntityMeta::getEntityDeletedQuery). */
export async function readAccounts(api: VtigerApi, budget: Budget): Promise<Outcome<AccountFacts>> {
  const session = await api.session(budget);
  if (!session.ok) return session;
  if (session.value.isAdministrator === false) {
    return succeed(NOT_PERMITTED);
  }
  // They are read rather than counted, because not every version counts.
  let after: string | undefined;
  let active = 0;
  let privileged = 0;
  for (;;) {
    const page = await api.list(
      { module: 'Users', fields: ['is_admin'], ...(after === undefined ? {} : { after }) },
      budget,
    );
    if (!page.ok) return page;
    for (const { is_admin: flag } of page.value) {
      if (typeof flag !== 'string') return fail('schema_changed', 'Users has no text at is_admin');
      active += 1;
      if (flag === 'on' || flag === '1') privileged += 1;
    }
    // Of users nothing is taken out of a page (isPermitted), so that a short one is the last.
    if (page.value.length < PAGE_SIZE) break;
    after = nextAfter(page.value, after);
    if (after === undefined) {
      return fail('schema_changed', `Users does not go on after ${PAGE_SIZE} records`);
    }
  }
  // Whoever asks is one of them, and an administrator where the log-in said so.
  if (active === 0) return fail('schema_changed', 'Users lists no active user');
  if (privileged === 0) {
    return session.value.isAdministrator === true
      ? fail('schema_changed', 'Users shows no administrator, although one asks')
      : succeed(NOT_PERMITTED);
  }
  return succeed({
    activeUsers: known(active),
    privilegedUsers: known(privileged),
    secondFactorUsers: NO_SECOND_FACTOR,
  });
}
