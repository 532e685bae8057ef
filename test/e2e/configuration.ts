import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dump } from 'js-yaml';

import { SLOWNESS } from './pace.ts';
import { STALE_AFTER_SECONDS } from './quality-scenarios.ts';
import { MONITOR, SQL_READER } from './seed.ts';

export type TargetPlace = {
  readonly name: string;
  readonly url: string;
  readonly isStale: boolean;
};

export type ConfigurationOptions = {
  readonly folder: string;
  readonly targets: readonly TargetPlace[];
  readonly postgresPort: number;
  readonly exporterPort: number;
  readonly responderPort: number;
  readonly prometheusUrl: string;
  readonly certificateAuthority: string;
  readonly notify: readonly object[];
};

/** Time that something has on this machine; how often it is done stays the same. */
function limit(seconds: number): string {
  return `${seconds * SLOWNESS}s`;
}

/** Short enough for a test to watch; everything else is as a user would write it. */
const SECURITY_PACE = {
  interval: '10s',
  retry_interval: '4s',
  max_attempts: 2,
  timeout: limit(20),
};
const PROBES = {
  reachability: { interval: '5s', retry_interval: '2s', max_attempts: 3, timeout: limit(5) },
  login: { interval: '12s', retry_interval: '4s', max_attempts: 2, timeout: limit(15) },
  api_latency: { interval: '10s', retry_interval: '4s', max_attempts: 2, timeout: limit(20) },
  background_jobs: { interval: '10s', retry_interval: '4s', max_attempts: 2, timeout: limit(20) },
  certificate: SECURITY_PACE,
  failed_logins: { ...SECURITY_PACE, options: { window: '45s' } },
  accounts: SECURITY_PACE,
};

function qualityOf(place: TargetPlace): object {
  const year = { field: 'updated_at', maximum_age: '365d' };
  const soon = { field: 'updated_at', maximum_age: `${STALE_AFTER_SECONDS}s` };
  return {
    interval: '12s',
    retry_interval: '5s',
    max_attempts: 2,
    timeout: limit(60),
    options: {
      objects: {
        parties: {
          completeness: { fields: ['email', 'phone'] },
          duplicates: { keys: [['email']] },
          validity: { email: 'email', phone: 'phone' },
          freshness: year,
        },
        opportunities: {
          completeness: { fields: ['description'] },
          freshness: place.isStale ? soon : year,
          orphans: [{ field: 'party', object: 'parties' }],
        },
      },
    },
  };
}

function targetOf(place: TargetPlace, options: ConfigurationOptions): object {
  const { name, url } = place;
  return {
    name,
    connection: {
      platform: 'tryton',
      url,
      database: name,
      ...(url.startsWith('https:') ? { tls: { ca_file: 'authority.pem' } } : {}),
      authentication: {
        user: MONITOR.login,
        password: { file: 'secrets/crm' },
        // Tryton locks a user out for a minute after five refusals; this stays below.
        pause_after_rejection: '20s',
      },
      utc_offset_minutes: -new Date().getTimezoneOffset(),
      sql: {
        engine: 'postgresql',
        host: '127.0.0.1',
        port: options.postgresPort,
        database: name,
        user: SQL_READER,
      },
    },
    probes: { ...PROBES, data_quality: qualityOf(place) },
    // A dozen CRMs share two cores with everything that watches them.
    thresholds: {
      crm_api_latency_seconds: { warning: 2, critical: 8 },
      crm_login_duration_seconds: { warning: 5, critical: 15 },
    },
  };
}

/** Puts a secret beside the configuration; gives the path of its file. */
export function writeSecret(folder: string, name: string, secret: string): string {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  const file = join(folder, 'secrets', name);
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

/** Writes the YAML that a user would write; gives its path. The secrets that it names are written apart. */
export function writeConfiguration(options: ConfigurationOptions): string {
  const { folder } = options;
  writeSecret(folder, 'crm', MONITOR.password);
  writeFileSync(join(folder, 'authority.pem'), options.certificateAuthority);
  const file = join(folder, 'crmwatch.yaml');
  const configuration = {
    log_level: 'error',
    targets: options.targets.map((place) => targetOf(place, options)),
    exporter: { listen: `127.0.0.1:${options.exporterPort}`, maximum_concurrent_probes: 30 },
    responder: {
      listen: `127.0.0.1:${options.responderPort}`,
      data_folder: 'responder',
      prometheus: { url: options.prometheusUrl },
      senders: [{ name: 'alertmanager', token: { file: 'secrets/intake' } }],
      console_token: { file: 'secrets/console' },
      // Two scrapes, so that what broke is on the metrics.
      diagnosis_delay: limit(8),
      verification_interval: '5s',
      // Everything breaks at once here, and each of it is to be told by itself.
      storm: { incidents: 1000 },
      // One scenario tells again and again that an alert is over; the rest of them would wait until it is calm.
      flapping: { enabled: false },
      notify: options.notify,
    },
  };
  writeFileSync(file, dump(configuration));
  return file;
}
