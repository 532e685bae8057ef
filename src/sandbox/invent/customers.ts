import type { Random } from '../../std/std.ts';

import { COUNTRIES, inventBrokenPhone, inventPhone } from './phones.ts';
import { pick, pickNumber, pickSome } from './pick.ts';
import type { Account, Contact, Deal } from './records.ts';
import { DAY_MS, inventPast, inventUpdatedAt, toIso } from './times.ts';
import {
  COMPANY_ENDS,
  COMPANY_STARTS,
  DEAL_SUBJECTS,
  FAMILY_ENDS,
  FAMILY_STARTS,
  GIVEN_NAMES,
  INDUSTRIES,
  LEGAL_FORMS,
  PIPELINE_STAGES,
} from './words.ts';

/** The flaws that any real CRM has, as shares of the rows. */
export const BASE_FLAWS = {
  missingEmailRatio: 0.015,
  missingPhoneRatio: 0.02,
  duplicateRatio: 0.007,
  invalidPhoneRatio: 0.01,
  invalidEmailRatio: 0.003,
  staleRatio: 0.03,
  orphanRatio: 0.002,
} as const;

/** Accounts with this number and above never exist. */
export const FIRST_ORPHAN_ACCOUNT_ID = 9_000_000;

const TOP_DOMAINS = ['example.com', 'example.org', 'example.net', 'test'] as const;
const CURRENCIES: Readonly<Record<string, string>> = {
  US: 'USD',
  CA: 'CAD',
  GB: 'GBP',
  SE: 'SEK',
  AU: 'AUD',
};

export type InventOptions = { readonly nowMs: number; readonly random: Random };

/** The rows, as indexes, that get a flaw: exactly the share, at least one when there are 100 rows. */
function chooseFlawed(count: number, ratio: number, random: Random): ReadonlySet<number> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return new Set(pickSome(indexes, Math.round(count * ratio), random));
}

export function inventAccounts(
  count: number,
  userCount: number,
  options: InventOptions,
): readonly Account[] {
  const { nowMs, random } = options;
  const stale = chooseFlawed(count, BASE_FLAWS.staleRatio, random);
  const seen = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const country = pick(COUNTRIES, random);
    const words = `${pick(COMPANY_STARTS, random)} ${pick(COMPANY_ENDS, random)}`;
    const repeat = (seen.get(words) ?? 0) + 1;
    seen.set(words, repeat);
    const distinct = repeat === 1 ? words : `${words} ${repeat}`;
    const domain = `${distinct.toLowerCase().replaceAll(' ', '-')}.${pick(TOP_DOMAINS, random)}`;
    return {
      id: index + 1,
      name: `${distinct} ${pick(LEGAL_FORMS[country] ?? ['Ltd'], random)}`,
      industry: pick(INDUSTRIES, random),
      country,
      website: `https://www.${domain}`,
      owner_id: 1 + pickNumber(userCount, random),
      created_at: inventPast(nowMs, 910 * DAY_MS, 2500 * DAY_MS, random),
      updated_at: inventUpdatedAt(nowMs, stale.has(index), random),
    };
  });
}

function inventContact(
  id: number,
  account: Account,
  taken: Set<string>,
  options: InventOptions,
): Contact {
  const { nowMs, random } = options;
  const first = pick(GIVEN_NAMES, random);
  const last = pick(FAMILY_STARTS, random) + pick(FAMILY_ENDS, random);
  const domain = account.website.slice('https://www.'.length);
  const plain = `${first}.${last}`.toLowerCase();
  const email = taken.has(`${plain}@${domain}`) ? `${plain}.${id}@${domain}` : `${plain}@${domain}`;
  taken.add(email);
  return {
    id,
    account_id: account.id,
    first_name: first,
    last_name: last,
    email,
    phone: inventPhone(account.country, random),
    country: account.country,
    created_at: inventPast(nowMs, 910 * DAY_MS, 2500 * DAY_MS, random),
    updated_at: inventUpdatedAt(nowMs, false, random),
  };
}

/** Contacts with the base flaws. A duplicate copies everything but the id and the times. */
export function inventContacts(
  count: number,
  accounts: readonly Account[],
  options: InventOptions,
): readonly Contact[] {
  const { nowMs, random } = options;
  const taken = new Set<string>();
  const duplicateCount = Math.round(count * BASE_FLAWS.duplicateRatio);
  const originals = Array.from({ length: count - duplicateCount }, (_, index) =>
    inventContact(index + 1, pick(accounts, random), taken, options),
  );
  const copies = pickSome(originals, duplicateCount, random).map((original, index) => ({
    ...original,
    id: originals.length + index + 1,
    updated_at: inventUpdatedAt(nowMs, false, random),
  }));
  const flawed = (ratio: number): ReadonlySet<number> =>
    chooseFlawed(originals.length, (ratio * count) / originals.length, random);
  const missingEmail = flawed(BASE_FLAWS.missingEmailRatio);
  const invalidEmail = flawed(BASE_FLAWS.invalidEmailRatio);
  const missingPhone = flawed(BASE_FLAWS.missingPhoneRatio);
  const invalidPhone = flawed(BASE_FLAWS.invalidPhoneRatio);
  const stale = flawed(BASE_FLAWS.staleRatio);
  const orphan = flawed(BASE_FLAWS.orphanRatio);
  const spoiled = originals.map((contact, index): Contact => ({
    ...contact,
    account_id: orphan.has(index) ? FIRST_ORPHAN_ACCOUNT_ID + index : contact.account_id,
    email: missingEmail.has(index)
      ? null
      : invalidEmail.has(index)
        ? (contact.email?.replace('@', ' at ') ?? null)
        : contact.email,
    phone: invalidPhone.has(index)
      ? inventBrokenPhone(random)
      : missingPhone.has(index)
        ? null
        : contact.phone,
    updated_at: stale.has(index) ? inventUpdatedAt(nowMs, true, random) : contact.updated_at,
  }));
  return [...spoiled, ...copies];
}

export function inventDeals(
  count: number,
  accounts: readonly Account[],
  options: InventOptions,
): readonly Deal[] {
  const { nowMs, random } = options;
  const stale = chooseFlawed(count, BASE_FLAWS.staleRatio, random);
  return Array.from({ length: count }, (_, index) => {
    const account = pick(accounts, random);
    const stage = pick(PIPELINE_STAGES, random);
    const closed = stage === 'won' || stage === 'lost';
    const closeMs = (closed ? -1 : 1) * pickNumber(120, random) * DAY_MS;
    return {
      id: index + 1,
      account_id: account.id,
      owner_id: account.owner_id,
      name: `${account.name}: ${pick(DEAL_SUBJECTS, random)}`,
      // Squaring a uniform number makes many small deals and few large ones, in steps of 50.
      amount: 500 + 50 * Math.floor(random.next() ** 2 * 4000),
      currency: CURRENCIES[account.country] ?? 'EUR',
      pipeline_stage: stage,
      close_date: toIso(nowMs + closeMs).slice(0, 10),
      created_at: inventPast(nowMs, 181 * DAY_MS, 900 * DAY_MS, random),
      updated_at: inventUpdatedAt(nowMs, stale.has(index), random),
    };
  });
}
