import { allowEntryOf, createHttpClient } from '../../../http/http.ts';
import type { Outcome } from '../../../http/http.ts';
import { decode, known, unknown } from '../../../std/std.ts';
import type { Decoder, Knowable } from '../../../std/std.ts';
import type {
  Connector,
  ConnectorDependencies,
  VendorState,
  VendorStatusFacts,
} from '../connector.ts';
import { startBudget } from './budget.ts';
import { createExchange } from './exchange.ts';
import { fail, succeed } from './outcomes.ts';
import { memberOf, recordsAt } from './shapes.ts';
import type { JsonRecord } from './shapes.ts';

type Format = 'statuspage' | 'instatus' | 'salesforce_trust';

/** Where the vendor tells how the service is, and in which form. */
export type StatusPage = {
  readonly url: string;
  readonly format: Format;
  readonly instance?: string;
  readonly allow_networks: readonly string[];
};

type Fields = {
  readonly url: decode.Field<string>;
  readonly allow_networks: decode.Field<readonly string[]>;
};

/** `fields` are how any address is written in a configuration. */
export function statusPageDecoder({ url, allow_networks }: Fields): Decoder<StatusPage> {
  const format = (name: Format, meaning: string): decode.Field<Format> =>
    decode.required(decode.choice([name]), meaning);
  const trust = decode.object({
    format: format('salesforce_trust', 'the Trust Status API of Salesforce'),
    instance: decode.required(
      decode.text({ pattern: /^[A-Za-z0-9]{2,12}$/, meaning: 'a name such as EU45' }),
      'key of the instance, as Company Information in the set-up has it',
    ),
    url,
    allow_networks,
  });
  const page = (name: 'statuspage' | 'instatus', meaning: string): Decoder<StatusPage> =>
    decode.object({ format: format(name, meaning), url, allow_networks });
  return decode.union('format', {
    statuspage: page('statuspage', 'a page of Atlassian Statuspage, or one that answers like it'),
    instatus: page('instatus', 'a page of Instatus'),
    salesforce_trust: trust,
  });
}

type Reader = {
  readonly path: (page: StatusPage) => string;
  readonly read: (document: unknown) => Outcome<VendorStatusFacts>;
};

/** `status.indicator` of Atlassian Statuspage (Status API, summary.json); maintenance is announced, and no trouble. */
const INDICATORS: Readonly<Record<string, VendorState>> = {
  none: 'operational',
  maintenance: 'operational',
  minor: 'degraded',
  major: 'outage',
  critical: 'outage',
};

/** `page.status` of Instatus (summary.json). */
const PAGE_STATES: Readonly<Record<string, VendorState>> = {
  UP: 'operational',
  UNDERMAINTENANCE: 'operational',
  HASISSUES: 'degraded',
};

/** `status` of an instance (Salesforce Trust Status API v1). Only what is core is what the customers work with. */
const INSTANCE_STATES: Readonly<Record<string, VendorState>> = {
  OK: 'operational',
  INFORMATIONAL_NONCORE: 'operational',
  INFORMATIONAL_CORE: 'operational',
  MAINTENANCE_NONCORE: 'operational',
  MAINTENANCE_CORE: 'operational',
  MINOR_INCIDENT_NONCORE: 'degraded',
  MAJOR_INCIDENT_NONCORE: 'degraded',
  MINOR_INCIDENT_CORE: 'degraded',
  MAJOR_INCIDENT_CORE: 'outage',
};

const READERS: Readonly<Record<Format, Reader>> = {
  statuspage: {
    path: () => '/api/v2/summary.json',
    read(document) {
      const state = stateAt(document, ['status', 'indicator'], INDICATORS);
      return withIncidents(state, recordsAt(document, ['incidents'], 'the status page'));
    },
  },
  instatus: {
    path: () => '/summary.json',
    read(document) {
      const incidents = openIncidents(document);
      const state = stateAt(document, ['page', 'status'], PAGE_STATES);
      if (!state.ok || !incidents.ok) return withIncidents(state, incidents);
      const isOut = incidents.value.some(({ impact }) => impact === 'MAJOROUTAGE');
      return withIncidents(isOut ? succeed(known<VendorState>('outage')) : state, incidents);
    },
  },
  salesforce_trust: {
    path: ({ instance = '' }) => `/v1/instances/${encodeURIComponent(instance)}/status`,
    read(document) {
      const state = stateAt(document, ['status'], INSTANCE_STATES);
      // Its incidents are those of the last days, and their state is told in one word for all of them.
      const incidents = unknown('not_supported', 'the Trust Status API lists ended incidents too');
      return state.ok ? succeed({ state: state.value, openIncidents: incidents }) : state;
    },
  },
};

/** The page leaves the list out while there is nothing to list. */
function openIncidents(document: unknown): Outcome<readonly JsonRecord[]> {
  if (memberOf(document, 'activeIncidents') === undefined) return succeed([]);
  return recordsAt(document, ['activeIncidents'], 'the status page');
}

function stateAt(
  document: unknown,
  path: readonly string[],
  states: Readonly<Record<string, VendorState>>,
): Outcome<Knowable<VendorState>> {
  const found = memberOf(document, ...path);
  if (typeof found !== 'string') {
    return fail('schema_changed', `the status page has no state at ${path.join('.')}`);
  }
  const state = Object.hasOwn(states, found) ? states[found] : undefined;
  return succeed(
    state === undefined
      ? unknown('undetermined', 'the status page tells a state that is not known here')
      : known(state),
  );
}

function withIncidents(
  state: Outcome<Knowable<VendorState>>,
  incidents: Outcome<readonly JsonRecord[]>,
): Outcome<VendorStatusFacts> {
  if (!state.ok) return state;
  if (!incidents.ok) return incidents;
  return succeed({ state: state.value, openIncidents: known(incidents.value.length) });
}

/** What a connector has when its configuration names a page; `close` has to be called in any case. */
export type VendorMethods = {
  readonly methods: Pick<Connector, 'vendorStatus'>;
  close(): void;
};

/**
 * Asks the page of the vendor, and nothing else: no credential of the CRM goes there, and what is asked counts for no
 * allowance of the CRM.
 */
export function createVendorMethods(
  page: StatusPage | undefined,
  { clock, resolve }: ConnectorDependencies,
): VendorMethods {
  if (page === undefined) return { methods: {}, close: () => {} };
  const http = createHttpClient(
    { allow: [allowEntryOf(page.url), ...page.allow_networks], origin: page.url },
    { clock, ...(resolve === undefined ? {} : { resolve }) },
  );
  const exchange = createExchange({ url: page.url, http, clock });
  const { path, read } = READERS[page.format];
  return {
    methods: {
      async vendorStatus(call) {
        const request = { method: 'GET', path: path(page) } as const;
        const outcome = await exchange.send(request, startBudget(call, clock));
        return outcome.ok ? read(outcome.value.document) : outcome;
      },
    },
    close: () => http.close(),
  };
}
