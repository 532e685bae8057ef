import { definePlatform } from '../platform.ts';
import type { Platform, Source } from '../platform.ts';
import { createNagiosConnector } from './nagios-connector.ts';
import { nagiosDecoder } from './nagios-options.ts';

const NOT: Source = { not: 'plugins say what they want to' };

export const nagios: Platform = definePlatform({
  title: 'Monitoring plugins, as of Nagios and Icinga',
  decoder: nagiosDecoder,
  create: createNagiosConnector,
  sources: {
    reachability: NOT,
    login: NOT,
    api_latency: NOT,
    background_jobs: NOT,
    api_quota: NOT,
    plugin: { from: 'the exit status and the performance data of each plugin' },
    certificate: NOT,
    credentials: NOT,
    integrations: NOT,
    vendor_status: NOT,
    api_lifecycle: NOT,
    failed_logins: NOT,
    accounts: NOT,
    audit_trail: NOT,
    api_tokens: NOT,
    data_quality: NOT,
  },
});
