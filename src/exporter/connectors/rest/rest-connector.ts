import type { Connector, ConnectorDependencies } from '../connector.ts';
import { createVendorMethods } from '../web/status-page.ts';
import { createTargetClient } from '../web/web-options.ts';
import { createRestRequests } from './requests.ts';
import { createActivityMethods } from './rest-activity.ts';
import { createHealthMethods } from './rest-health.ts';
import type { RestOptions } from './rest-options.ts';
import { createScan } from './rest-scan.ts';

/** A CRM that is described by its configuration alone. Sections that are left out are absent methods. */
export function createRestConnector(
  options: RestOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const http = createTargetClient(options, dependencies);
  const requests = createRestRequests(options, http, dependencies);
  const context = { options, http, requests, dependencies };
  const vendor = createVendorMethods(options.status_page, dependencies);
  return {
    platform: 'rest',
    ...createHealthMethods(context),
    ...createActivityMethods(context),
    ...vendor.methods,
    ...(Object.keys(options.objects).length === 0 ? {} : { scan: createScan(context) }),
    async close() {
      vendor.close();
      http.close();
    },
  };
}
