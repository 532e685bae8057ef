import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AuditFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Condition, EspocrmApi } from './espocrm-api.ts';
import { readSettings } from './espocrm-settings.ts';
import { since } from './espocrm-times.ts';

const HISTORY = 'ActionHistoryRecord';
/** EspoCRM refuses more with 403. */
const PAGE_SIZE = 200;
const MOST_PAGES = 10;

const NO_HISTORY = unknown('not_configured', 'actionHistoryDisabled is set in EspoCRM');

/**
 * What EspoCRM writes into its history of actions, and the files of exports, which it keeps for days as attachments
 * (application/Espo/Tools/Export/Export.php, Classes/Jobs/Cleanup.php). Three calls, and one more for each 200 changes.
 */
export async function readAuditTrail(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const recent = since('createdAt', sinceMs);
  const isExport: Condition = { type: 'equals', attribute: 'role', value: 'Export File' };
  // Before the settings, which are shown to strangers as well.
  const exports = await api.count('Attachment', [isExport, recent], budget);
  if (!exports.ok) return exports;
  const settings = await readSettings(api, budget);
  if (!settings.ok) return settings;
  const { recordsActions } = settings.value;
  const changes = recordsActions
    ? await countChanges(api, recent, budget)
    : succeed<Knowable<number>>(NO_HISTORY);
  if (!changes.ok) return changes;
  return succeed({
    isRecording: known(recordsActions),
    permissionChanges: changes.value,
    massExports: exports.value,
  });
}

const CHANGES: readonly Condition[] = [
  { type: 'in', attribute: 'targetType', value: ['Role', 'PortalRole', 'Team', 'User'] },
  { type: 'in', attribute: 'action', value: ['create', 'update', 'delete'] },
];

/**
 * What was created, updated and deleted of roles, portal roles and teams, and of users by anybody but themselves. Who has
 * which role, team and type is a part of the user, and which part was changed is not recorded: so every update of a user
 * by another counts, one of a telephone number too, and none by which users change themselves, were it their own rights.
 * EspoCRM counts no history, so that it is read, by its rising number.
 */
async function countChanges(
  api: EspocrmApi,
  recent: Condition,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  let changes = 0;
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const where = [...CHANGES, recent];
    if (after !== undefined) where.push({ type: 'greaterThan', attribute: 'number', value: after });
    const attributes = ['number', 'targetType', 'targetId', 'userId'];
    const search = { entity: HISTORY, where, attributes, orderBy: 'number', size: PAGE_SIZE };
    const found = await api.list(search, budget);
    if (!found.ok) return found;
    if (!found.value.every(isAction)) {
      return fail('schema_changed', `/${HISTORY} does not say who did it to what`);
    }
    changes += found.value.filter(mayBeOfPermissions).length;
    const number = found.value.at(-1)?.['number'];
    if (found.value.length < PAGE_SIZE) return succeed(known(changes));
    if (typeof number !== 'number' || String(number) === after) {
      return fail('schema_changed', `/${HISTORY} does not go on after ${PAGE_SIZE} records`);
    }
    after = String(number);
  }
  const detail = `there are ${MOST_PAGES * PAGE_SIZE} changes of users, roles and teams or more`;
  return succeed(unknown('too_large', detail));
}

function isAction({ targetType, targetId, userId }: JsonRecord): boolean {
  return typeof targetType === 'string' && targetId !== undefined && userId !== undefined;
}

/** As near as the history comes to it. */
function mayBeOfPermissions({ targetType, targetId, userId }: JsonRecord): boolean {
  return targetType !== 'User' || targetId !== userId;
}
