import type { PanelSpec } from './panel-spec.ts';

/** Reasons for which a query may have no data although all is well. */
export const NO_ALERT = 'no alert fires';
export const NO_FAILURE = 'no probe fails';
export const NO_CAPABILITY = 'the platform may not tell';
export const NO_PLUGIN = 'only targets of the platform nagios run plugins';
export const NOTHING_HAPPENED = 'nothing of the kind has happened yet';

export const TOO_FEW_INCIDENTS = 'too few incidents are known';

/** What fires, without the watchdog that always does. */
export const ALERTS_FIRING =
  'ALERTS{alertname=~"Crm.+",alertname!="CrmWatchdog",alertstate="firing"}' as const;

/** For shares of which 1 is good. */
export const RATIO_COLOURS: NonNullable<PanelSpec['colours']> = [
  { from: 0, colour: 'red' },
  { from: 0.8, colour: 'orange' },
  { from: 1, colour: 'green' },
];
export const NO_SAMPLE = 'where all records are read or counted there is no sample';
