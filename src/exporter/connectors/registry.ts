import type { Decoder } from '../../std/std.ts';
import type { Connector, ConnectorDependencies } from './connector.ts';
import { dataverse } from './dataverse/dataverse.ts';
import { dolibarr } from './dolibarr/dolibarr.ts';
import { espocrm } from './espocrm/espocrm.ts';
import { frappe } from './frappe/frappe.ts';
import { hubspot } from './hubspot/hubspot.ts';
import { nagios } from './nagios/nagios.ts';
import { odoo } from './odoo/odoo.ts';
import { pipedrive } from './pipedrive/pipedrive.ts';
import { unionOf } from './platform.ts';
import type { Connection, Platform } from './platform.ts';
import { rest } from './rest/rest.ts';
import { salesforce } from './salesforce/salesforce.ts';
import { sql } from './sql/sql.ts';
import { suitecrm } from './suitecrm/suitecrm.ts';
import { tryton } from './tryton/tryton.ts';
import { twenty } from './twenty/twenty.ts';
import { vtiger } from './vtiger/vtiger.ts';
import { zoho } from './zoho/zoho.ts';

/** Every platform, one line each. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  dataverse,
  dolibarr,
  espocrm,
  frappe,
  hubspot,
  odoo,
  pipedrive,
  salesforce,
  suitecrm,
  tryton,
  twenty,
  vtiger,
  zoho,
  rest,
  sql,
  nagios,
};

export const PLATFORM_NAMES: readonly string[] = Object.keys(PLATFORMS).toSorted();

/** Undefined for a name that is none of PLATFORM_NAMES. */
export function findPlatform(name: string): Platform | undefined {
  return Object.hasOwn(PLATFORMS, name) ? PLATFORMS[name] : undefined;
}

export const connectionDecoder: Decoder<Connection> = unionOf(PLATFORMS);

/**
 * Makes the connector of a target. Reads its secrets, so it throws secret_unreadable when one is gone; opens no
 * connection yet. `close` releases what it holds.
 */
export function createConnector(
  connection: Connection,
  dependencies: ConnectorDependencies,
): Connector {
  const platform = findPlatform(connection.platform);
  if (platform === undefined) throw new Error(`no platform is called ${connection.platform}`);
  return platform.create(connection, dependencies);
}
