import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { IntegrationFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { isRecord, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { unknownIntegrations } from '../web/unknown-facts.ts';
import { ME_PATH, WEBHOOKS_PATH } from './pipedrive-api.ts';
import type { PipedriveApi } from './pipedrive-api.ts';
import { isAdministrator } from './pipedrive-facts.ts';
import { toTimeMs } from './pipedrive-values.ts';

/** The parts of an account of which each has its own administrators; which of them sees all web hooks is not documented. */
const PARTS = ['global', 'sales', 'account_settings'];

/**
 * Web hooks whose last delivery failed in the window: Pipedrive keeps of each its last delivery alone. Whoever asks as an
 * app is shown its own ones, and a user who is no administrator those of that user (pipedrive.readme.io: webhooks for apps,
 * guide for webhooks), which would be few or none.
 */
export async function readWebhookFailures(
  api: PipedriveApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  if (!api.isUser) return succeed(unknownIntegrations(['webhook'], NO_USER));
  const me = await api.get(ME_PATH, budget);
  if (!me.ok) return me;
  const user = memberOf(me.value.document, 'data');
  if (!isRecord(user)) return fail('schema_changed', `${ME_PATH} does not say who asks`);
  if (!PARTS.every((part) => isAdministrator(user, part) === true)) {
    return succeed(unknownIntegrations(['webhook'], NO_ADMINISTRATOR));
  }
  const outcome = await api.get(WEBHOOKS_PATH, budget);
  if (!outcome.ok) return outcome;
  const hooks = recordsAt(outcome.value.document, ['data'], WEBHOOKS_PATH);
  if (!hooks.ok) return hooks;
  const failures = hooks.value.map((hook) => hasFailed(hook, sinceMs));
  if (failures.includes(undefined)) {
    return fail('schema_changed', `${WEBHOOKS_PATH} does not say how the last delivery went`);
  }
  const count = failures.filter((isFailure) => isFailure === true).length;
  return succeed([{ integration: 'webhook', failures: known(count) }]);
}

/** A delivery without any status is one that nobody answered; undefined where it is not told how it went. */
function hasFailed(hook: JsonRecord, sinceMs: number): boolean | undefined {
  const { last_delivery_time: time, last_http_status: status } = hook;
  if (time === null) return false;
  const deliveredAtMs = toTimeMs(time);
  const isTold = status === null || (typeof status === 'number' && Number.isInteger(status));
  if (deliveredAtMs === undefined || !isTold) return undefined;
  return deliveredAtMs >= sinceMs && (status === null || status < 200 || status >= 300);
}

const NO_USER = unknown(
  'not_permitted',
  'Pipedrive shows an app its own web hooks alone: give the API token of an administrator in security_authentication',
);
const NO_ADMINISTRATOR = unknown(
  'not_permitted',
  'Pipedrive shows all web hooks to an administrator alone: of deals, of global settings and of the account',
);
