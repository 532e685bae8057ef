import { Client } from 'pg';

import { MONITOR } from './seed.ts';
import { required } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** Of the TLS handshake and of each answer: of two of them no probe is out of time yet. */
const DELAY_MS = 1800;

export const OUTAGE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'server-stopped',
    front: 'own_server',
    async break({ server }) {
      await server.stop();
      return () => server.start();
    },
    seenAs: 'crm_probe_failure_reason{$target,probe="reachability",reason="tcp"} == 1',
    alert: 'CrmUnreachable',
    diagnosis: 'service_outage',
  },
  {
    name: 'database-gone',
    front: 'shared_server',
    async break({ postgres, database }) {
      await postgres.setConnections(database, false);
      return () => postgres.setConnections(database, true);
    },
    seenAs: 'crm_probe_failure_reason{$target,probe="login",reason="database_unavailable"} == 1',
    alert: 'CrmLoginFailed',
    diagnosis: 'database',
  },
  {
    name: 'database-locked',
    front: 'shared_server',
    async break({ postgres, database }) {
      const { host, port, user } = postgres;
      const client = new Client({ host, port, user, database });
      client.on('error', () => {});
      await client.connect();
      await client.query('BEGIN');
      // As a migration that hangs. The version call and, from Tryton's cache, the log-in still answer. (A lock on
      // ir_session would freeze the whole server with all its databases: its requests share one lock.)
      await client.query('LOCK TABLE res_user, party_party IN ACCESS EXCLUSIVE MODE');
      return async () => {
        await client.query('ROLLBACK');
        await client.end();
      };
    },
    seenAs: 'crm_probe_failure_reason{$target,probe="accounts",reason="database_unavailable"} == 1',
    alert: 'CrmProbeFailed',
    diagnosis: 'database',
  },
  {
    name: 'network-slow',
    front: 'tls_proxy_behind_line',
    break({ line }) {
      const proxy = required(line, 'line');
      proxy.line.delayMs = DELAY_MS;
      return Promise.resolve(() => {
        proxy.line.delayMs = 0;
        return Promise.resolve();
      });
    },
    seenAs: 'crm_api_latency_seconds{$target,call="light"} > 3',
    alert: 'CrmApiSlow',
    diagnosis: 'network',
    // No slow line of the laboratory has TLS in front of it, and what is usual of its phases is learnt on a busy machine.
    mayBeUnknown: true,
  },
  {
    name: 'certificate-expired',
    front: 'tls_proxy',
    break({ tlsProxy, certificates }) {
      const proxy = required(tlsProxy, 'TLS proxy');
      proxy.setCertificate(certificates.expired);
      return Promise.resolve(() => {
        proxy.setCertificate(certificates.valid);
        return Promise.resolve();
      });
    },
    seenAs:
      'crm_probe_failure_reason{$target,probe="reachability",reason="certificate_expired"} == 1',
    alert: 'CrmCertificateExpiring',
    diagnosis: 'tls_certificate',
  },
  {
    name: 'credentials-revoked',
    front: 'shared_server',
    async break(crm) {
      const setPassword = async (password: string): Promise<void> => {
        const admin = await crm.admin();
        const [monitor = -1] = await admin.search('res.user', [['login', '=', MONITOR.login]]);
        await admin.setUserPassword(monitor, password);
      };
      await setPassword('Fjord-27wanp');
      return () => setPassword(MONITOR.password);
    },
    seenAs: 'crm_probe_failure_reason{$target,probe="login",reason="authentication"} == 1',
    alert: 'CrmLoginFailed',
    diagnosis: 'authentication',
  },
];
