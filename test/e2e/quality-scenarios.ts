import type { TrytonRpc } from '../support/tryton-rpc.ts';
import { repeat } from './scenario.ts';
import type { Crm, Life, Mend, Scenario } from './scenario.ts';

/** How long an opportunity may stay untouched before it counts as stale in this suite. */
export const STALE_AFTER_SECONDS = 40;
const SYNCHRONISATION_MS = 10_000;

/** Another system that writes every opportunity again and again, as long as it works. */
function createSynchronisation(crm: Crm): Life {
  let stop: Mend | undefined;
  async function touchAll(): Promise<void> {
    const admin = await crm.admin();
    const opportunities = await admin.search('sale.opportunity', []);
    await admin.write('sale.opportunity', opportunities, { comment: new Date().toISOString() });
  }
  return {
    begin() {
      stop ??= repeat(SYNCHRONISATION_MS, touchAll);
    },
    async halt() {
      await stop?.();
      stop = undefined;
    },
  };
}

async function emailsOf(
  admin: TrytonRpc,
  count: number,
): Promise<readonly { readonly id: number; readonly value: string; readonly party: number }[]> {
  const wanted = ['value', 'party'];
  const emails = await admin.call(
    'model.party.contact_mechanism.search_read',
    [['type', '=', 'email']],
    0,
    count,
    [['id', 'ASC']],
    wanted,
  );
  return emails as readonly { id: number; value: string; party: number }[];
}

export const QUALITY_SCENARIOS: readonly Scenario[] = [
  {
    name: 'emails-missing',
    front: 'shared_server',
    async break(crm) {
      const admin = await crm.admin();
      const lost = await emailsOf(admin, 40);
      await admin.delete(
        'party.contact_mechanism',
        lost.map(({ id }) => id),
      );
      return async () => {
        const records = lost.map(({ party, value }) => ({ party, value, type: 'email' }));
        await (await crm.admin()).create('party.contact_mechanism', records);
      };
    },
    seenAs: 'crm_missing_ratio{$target,field="email"} > 0.3',
    alert: 'CrmDataIncomplete',
    diagnosis: 'data_quality_import',
  },
  {
    name: 'parties-duplicated',
    front: 'shared_server',
    async break(crm) {
      const admin = await crm.admin();
      const originals = await emailsOf(admin, 22);
      // So few that taking them out again is no sudden loss of records.
      const copies = await admin.createParties(
        originals.map(({ value }, index) => ({
          name: `Imported again ${index}`,
          email: value,
          phone: `+4940${3_200_000 + index * 41}`,
        })),
      );
      return async () => (await crm.admin()).delete('party.party', copies);
    },
    seenAs: 'crm_duplicate_ratio{$target,key="email"} > 0.1',
    alert: 'CrmDataDuplicated',
    diagnosis: 'data_quality_import',
  },
  {
    // Foreign keys keep a reference of Tryton from dangling. What its API does allow is to deactivate a record
    // that others refer to: no search finds it any more, and the references lead to nothing a user can see.
    name: 'opportunities-orphaned',
    front: 'shared_server',
    async break(crm) {
      const admin = await crm.admin();
      const opportunities = await admin.call(
        'model.sale.opportunity.search_read',
        [],
        0,
        // So few that their going is no sudden loss of records.
        15,
        [['id', 'ASC']],
        ['party'],
      );
      const parties = (opportunities as readonly { party: number }[]).map(({ party }) => party);
      await admin.write('party.party', parties, { active: false });
      return async () => (await crm.admin()).write('party.party', parties, { active: true });
    },
    seenAs: 'crm_orphan_ratio{$target,object="opportunities"} > 0.2',
    alert: 'CrmDataOrphaned',
    diagnosis: 'data_decay',
  },
  {
    // Tryton sets the time of the last change itself, so nobody can write an old one over its API. Records go
    // stale as they do in life: a synchronisation that used to touch them stops.
    name: 'opportunities-stale',
    front: 'shared_server',
    live: createSynchronisation,
    async break(_crm, life) {
      await life?.halt();
      return () => Promise.resolve(life?.begin());
    },
    seenAs: 'crm_stale_ratio{$target,object="opportunities"} > 0.5',
    alert: 'CrmDataStale',
    // Of the synchronisation itself nothing is measured here: all that can be seen is that records are old.
    diagnosis: 'data_decay',
  },
];
