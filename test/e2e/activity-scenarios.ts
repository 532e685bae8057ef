import { tryTrytonLogin } from '../support/tryton-rpc.ts';
import { trytonTime } from './seed.ts';
import { repeat } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const HOUR_MS = 3_600_000;

export const ACTIVITY_SCENARIOS: readonly Scenario[] = [
  {
    name: 'logins-failing',
    front: 'shared_server',
    break({ server, database }) {
      // Many names, since Tryton slows down whoever guesses at one; below its limit for one address.
      let attempts = 0;
      const guess = async (): Promise<void> => {
        attempts++;
        const url = `http://127.0.0.1:${server.port}`;
        await tryTrytonLogin(url, database, `guess-${attempts}`, 'Sesame-open-99-Please');
      };
      return Promise.resolve(repeat(500, guess));
    },
    seenAs: 'crm_failed_logins{$target} > 15',
    alert: 'CrmFailedLoginsHigh',
    diagnosis: 'security_intrusion',
  },
  {
    name: 'administrator-added',
    front: 'shared_server',
    async break(crm) {
      const admin = await crm.admin();
      const groups = ['Administration'];
      const id = await admin.createUser({
        login: 'mallory',
        password: 'Quxet-17hand',
        groups,
      });
      return async () => (await crm.admin()).setUserGroups(id, []);
    },
    seenAs: 'crm_privileged_users{$target} == 2',
    alert: 'CrmPrivilegedUsersIncreased',
    diagnosis: 'privilege_change',
  },
  {
    name: 'jobs-stuck',
    front: 'shared_server',
    async break(crm) {
      // What a scheduler leaves behind that died two hours ago: its jobs are due and nobody does them.
      const setNextCall = async (atMs: number): Promise<void> => {
        const admin = await crm.admin();
        const jobs = await admin.search('ir.cron', []);
        await admin.write('ir.cron', jobs, { next_call: trytonTime(atMs) });
      };
      await setNextCall(Date.now() - 2 * HOUR_MS);
      return () => setNextCall(Date.now() + 24 * HOUR_MS);
    },
    seenAs: 'crm_job_oldest_pending_age_seconds{$target} > 7000',
    alert: 'CrmJobsStalled',
    diagnosis: 'background_jobs',
  },
];
