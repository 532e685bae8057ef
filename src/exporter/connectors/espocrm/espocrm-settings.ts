import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf } from '../web/shapes.ts';
import type { EspocrmApi } from './espocrm-api.ts';

export type EspocrmSettings = {
  readonly asksForSecondFactors: boolean;
  readonly recordsActions: boolean;
};

/**
 * Parameters of the configuration, of which those that are not set are missing. A stranger is answered as well, with
 * less: authenticationMethod is set everywhere and shown to administrators alone (application/Espo/Tools/App/SettingsService.php).
 */
export async function readSettings(
  { api }: EspocrmApi,
  budget: Budget,
): Promise<Outcome<EspocrmSettings>> {
  const outcome = await api.get('/Settings', budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  if (typeof memberOf(document, 'authenticationMethod') !== 'string') {
    return fail('authorization', '/Settings was answered as to one who is no administrator');
  }
  return succeed({
    asksForSecondFactors: memberOf(document, 'auth2FA') === true,
    recordsActions: memberOf(document, 'actionHistoryDisabled') !== true,
  });
}
