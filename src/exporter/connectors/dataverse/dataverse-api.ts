import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { parseJson } from '../web/answers.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { createOauthCredential } from '../web/oauth.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { DataverseIdentity, DataverseOptions } from './dataverse-options.ts';
import type { Xml } from './fetch-xml.ts';

/** Below the address of the environment. */
export const API_PATH = '/api/data/v9.2';
/** Half of a kilobyte for each record keeps a page small; Dataverse takes up to 5,000. */
const PAGE_SIZE = 1000;

/** As every request should have them (webapi/compose-http-requests-handle-errors.md). */
const ODATA_HEADERS = { 'odata-version': '4.0', 'odata-maxversion': '4.0' };

/**
 * Codes that say more than the status. Sources: MicrosoftDocs/powerapps-docs, developer/data-platform/api-limits.md
 * (the three limits of the last five minutes, whatever Retry-After says), fetchxml/aggregate-data.md (0x8004E023),
 * reference/web-service-error-codes (the others).
 */
const REASONS: Readonly<Record<string, FailureReason>> = {
  '0x80072321': 'rate_limited',
  '0x80072322': 'rate_limited',
  '0x80072326': 'rate_limited',
  '0x80040220': 'authorization',
  '0x8004e023': 'too_large',
  '0x80041102': 'not_found',
  '0x80041103': 'schema_changed',
};

export type DataverseApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** Pages of records; the answer leads to the next one. */
  readonly pages: Api;
  /** The records that a query in XML comes to; `too_large` when it would compute over more than Dataverse lets it. */
  query(set: string, xml: Xml, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
};

/** Requests with one identity. */
export function createDataverseApi(
  options: Pick<DataverseOptions, 'url' | 'authority' | 'tenant'>,
  authentication: DataverseIdentity,
  clients: { readonly http: HttpClient; readonly tokens: HttpClient },
  dependencies: ConnectorDependencies,
): DataverseApi {
  const { clock } = dependencies;
  const { url, authority, tenant } = options;
  const exchange = createExchange({
    url: `${url}${API_PATH}`,
    http: clients.http,
    clock,
    readRefusal,
  });
  const credential = createOauthCredential(
    { ...authentication, scope: authentication.scope ?? `${url}/.default` },
    { url: authority, http: clients.tokens, clock, path: `/${tenant}/oauth2/v2.0/token` },
    dependencies,
  );
  const api = createApi({ exchange, credential, headers: ODATA_HEADERS });
  const pages = createApi({
    exchange,
    credential,
    headers: { ...ODATA_HEADERS, prefer: `odata.maxpagesize=${PAGE_SIZE}` },
  });
  return {
    api,
    pages,
    credential,
    exchange,
    async query(set, xml, budget) {
      const outcome = await api.get(`/${set}?fetchXml=${encodeURIComponent(xml)}`, budget);
      return outcome.ok ? recordsAt(outcome.value.document, ['value'], `/${set}`) : outcome;
    },
  };
}

/** Refusals are {"error": {"code": "0x…", "message": …}}; the code is often empty. */
function readRefusal(answer: HttpAnswer): FailureReason | undefined {
  if (answer.status < 400) return undefined;
  const body = parseJson(answer, 'a refusal');
  const code = body.ok ? memberOf(body.value, 'error', 'code') : undefined;
  const key = typeof code === 'string' ? code.toLowerCase() : '';
  return Object.hasOwn(REASONS, key) ? REASONS[key] : undefined;
}
