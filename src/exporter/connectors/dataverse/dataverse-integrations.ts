import type { Outcome } from '../../../http/http.ts';
import { unknown } from '../../../std/std.ts';
import type { IntegrationFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import type { DataverseApi } from './dataverse-api.ts';
import { countRows } from './dataverse-counts.ts';
import type { Filter, Table } from './dataverse-counts.ts';
import { fetchXml, toFetchTime } from './fetch-xml.ts';
import type { Xml } from './fetch-xml.ts';

type Kind = {
  readonly integration: IntegrationFacts['integration'];
  readonly table: Table;
  readonly privileges: string;
  readonly filterOf: (since: string) => Filter;
};

const JOBS: Table = { entity: 'asyncoperation', set: 'asyncoperations' };
const FAILED_JOB = '31';
/** System jobs of an import: parsing, transforming, importing (reference/entities/asyncoperation.md, run-data-import.md). */
const IMPORT_JOBS = [3, 4, 5];
/** Which of the service endpoints are web hooks (reference/entities/serviceendpoint.md). */
const WEBHOOK = '8';
/** Value of statuscode of an email (reference/entities/email.md). */
const FAILED_EMAIL = '8';

/**
 * Web hooks that are called later are system jobs (register-web-hook.md); those that are called at once fail together with
 * what a user does, and leave nothing behind.
 */
const KINDS: readonly Kind[] = [
  {
    integration: 'import',
    table: JOBS,
    privileges: 'prvReadAsyncOperation',
    filterOf: (since) => ({
      conditions: [fetchXml.isIn('operationtype', IMPORT_JOBS), ...failedJobsOf(since)],
    }),
  },
  {
    integration: 'webhook',
    table: JOBS,
    privileges: 'prvReadAsyncOperation, prvReadSdkMessageProcessingStep or prvReadServiceEndpoint',
    filterOf: (since) => ({ conditions: failedJobsOf(since), links: [toWebhook()] }),
  },
  {
    integration: 'message',
    table: { entity: 'email', set: 'emails' },
    privileges: 'prvReadActivity',
    filterOf: (since) => ({
      conditions: [
        fetchXml.condition('statuscode', 'eq', FAILED_EMAIL),
        fetchXml.condition('modifiedon', 'ge', since),
      ],
    }),
  },
];

function failedJobsOf(since: string): readonly Xml[] {
  return [
    fetchXml.condition('statuscode', 'eq', FAILED_JOB),
    fetchXml.condition('completedon', 'ge', since),
  ];
}

/** From a job to the step that it runs, and from there to the endpoint that the step calls. */
function toWebhook(): Xml {
  const isWebhook = fetchXml.filter('and', [fetchXml.condition('contract', 'eq', WEBHOOK)]);
  const endpoint = fetchXml.link(
    'serviceendpoint',
    'serviceendpointid',
    [isWebhook],
    'eventhandler',
  );
  return fetchXml.link(
    'sdkmessageprocessingstep',
    'sdkmessageprocessingstepid',
    [endpoint],
    'owningextensionid',
  );
}

/** A query for each kind; one that may not be read is unknown, and a refusal only where none may. */
export async function readIntegrations(
  api: DataverseApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const facts: IntegrationFacts[] = [];
  const refusals: Outcome<never>[] = [];
  for (const { integration, table, privileges, filterOf } of KINDS) {
    const counted = await countRows(api, table, filterOf(toFetchTime(sinceMs)), budget);
    if (counted.ok) facts.push({ integration, failures: counted.value });
    else if (counted.failure.reason === 'authorization') {
      refusals.push(counted);
      const failures = unknown('not_permitted', `the application user lacks ${privileges}`);
      facts.push({ integration, failures });
    } else return counted;
  }
  const [refusal] = refusals;
  return refusal !== undefined && refusals.length === KINDS.length ? refusal : succeed(facts);
}
