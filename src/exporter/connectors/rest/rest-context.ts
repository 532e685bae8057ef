import type { InspectingHttpClient } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { RestRequests } from './requests.ts';
import type { RestOptions } from './rest-options.ts';

/** One REST target with what its configuration says of it. */
export type RestContext = {
  readonly options: RestOptions;
  readonly http: InspectingHttpClient;
  readonly requests: RestRequests;
  readonly dependencies: ConnectorDependencies;
};
