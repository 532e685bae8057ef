import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createDataverseConnector } from './dataverse-connector.ts';
import { dataverseDecoder } from './dataverse-options.ts';

export const dataverse: Platform = definePlatform({
  title: 'Microsoft Dynamics 365 / Dataverse, Web API 9.2',
  decoder: dataverseDecoder,
  create: createDataverseConnector,
  posts: ({ tenant }) => [`/${tenant}/oauth2/v2.0/token`],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET WhoAmI` without credentials, which Dataverse refuses with a challenge; no version',
    },
    login: { from: 'a token of Microsoft Entra, and `GET WhoAmI`' },
    api_latency: { from: '`GET WhoAmI`, and a page of 100 records of the first object' },
    background_jobs: {
      from: '`asyncoperation`: due jobs, running ones, and those that failed in 24 hours; not how schedules ended',
    },
    api_quota: {
      not: 'Dataverse tells what is left for debugging only, for each of its web servers by itself',
    },
    integrations: {
      from: 'failed `asyncoperation` of imports and of web hooks that are called later, and `email` that failed; nothing of synchronisation',
    },
    failed_logins: { not: 'sign-ins are recorded by Microsoft Entra, and not by Dataverse' },
    accounts: {
      from: '`systemuser` and the System Administrator role; no second factors, no last log-ins',
    },
    audit_trail: {
      from: '`organization`, and the `audit` of roles, of who has them and of the members of teams; no exports',
    },
    api_tokens: { from: '`systemuser` of applications; no age, which Microsoft Entra knows' },
    data_quality: {
      from: 'one FetchXML query for 40 fields, cut by time of creation above 50,000 records; a scan in pages of 1,000 for duplicates, formats and orphans',
    },
  },
});
