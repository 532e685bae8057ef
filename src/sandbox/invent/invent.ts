import { createSeededRandom } from '../../std/std.ts';

import {
  inventAuditEvents,
  inventDeliveries,
  inventJobs,
  inventLogins,
  inventUsers,
} from './activity.ts';
import { inventAccounts, inventContacts, inventDeals } from './customers.ts';
import type { InventedData } from './records.ts';

export type InventSize = {
  readonly accounts: number;
  readonly contacts: number;
  readonly deals: number;
  readonly users: number;
};

/** The usual proportions of a CRM: 1500 accounts have 4000 contacts and 2500 deals. */
export function sizeForCustomers(accounts: number): InventSize {
  return {
    accounts,
    contacts: Math.round((accounts * 8) / 3),
    deals: Math.round((accounts * 5) / 3),
    users: 40,
  };
}

/** Everything the CRM starts with; equal for equal seed, size and time. */
export function inventData(seed: number, size: InventSize, nowMs: number): InventedData {
  const options = { nowMs, random: createSeededRandom(seed) };
  const users = inventUsers(size.users, options);
  const accounts = inventAccounts(size.accounts, size.users, options);
  return {
    users,
    accounts,
    contacts: inventContacts(size.contacts, accounts, options),
    deals: inventDeals(size.deals, accounts, options),
    jobs: inventJobs(options),
    logins: inventLogins(users, options),
    audit_events: inventAuditEvents(options),
    deliveries: inventDeliveries(options),
  };
}
