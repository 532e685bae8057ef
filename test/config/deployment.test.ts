import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  overrideAlertmanager,
  overrideDemonstration,
  overridePrometheus,
  parseYaml,
} from '../../src/config/config.ts';
import { CrmwatchError } from '../../src/std/std.ts';

function deployFile(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../deploy', name), 'utf8');
}

/** Every scalar of a document with its path, so that two documents can be compared leaf by leaf. */
function leaves(value: unknown, path = ''): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, item]) => [
      ...leaves(item, path === '' ? key : `${path}.${key}`),
    ]),
  );
}

function parsed(text: string): unknown {
  const result = parseYaml(text, 'test');
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/** What the second document changed, added or removed (undefined) against the first. */
function differences(before: string, after: string): Record<string, unknown> {
  const [old, now] = [leaves(parsed(before)), leaves(parsed(after))];
  const paths = new Set([...old.keys(), ...now.keys()]);
  return Object.fromEntries(
    [...paths]
      .filter((path) => old.get(path) !== now.get(path))
      .map((path) => [path, now.get(path)]),
  );
}

describe('what the demonstration changes in the files of deploy/', () => {
  it('changes only addresses, rule files and intervals of prometheus.yml', () => {
    const before = deployFile('prometheus.yml');
    const after = overridePrometheus(before, {
      exporters: ['127.0.0.1:1001'],
      responder: '127.0.0.1:1002',
      alertmanager: '127.0.0.1:1003',
      ruleFolder: '/rules',
      scrapeInterval: '5s',
      evaluationInterval: '6s',
    });
    expect(differences(before, after)).toEqual({
      'global.scrape_interval': '5s',
      'global.scrape_timeout': '5s',
      'global.evaluation_interval': '6s',
      'rule_files.0': '/rules/recording.yaml',
      'rule_files.1': '/rules/alerts.yaml',
      'alerting.alertmanagers.0.static_configs.0.targets.0': '127.0.0.1:1003',
      'scrape_configs.0.static_configs.0.targets.0': '127.0.0.1:1001',
      'scrape_configs.1.static_configs.0.targets.0': '127.0.0.1:1002',
    });
  });

  it('changes only the webhook and intervals of alertmanager.yml', () => {
    const before = deployFile('alertmanager.yml');
    const overrides = {
      webhookUrl: 'http://127.0.0.1:1002/hook',
      groupWait: '2s',
      groupInterval: '5s',
      watchdogInterval: '30s',
    };
    const always = {
      'route.group_wait': '2s',
      'route.group_interval': '5s',
      'route.routes.0.group_interval': '30s',
      'route.routes.0.repeat_interval': '30s',
      'receivers.0.webhook_configs.0.url': 'http://127.0.0.1:1002/hook',
    };
    expect(differences(before, overrideAlertmanager(before, overrides))).toEqual(always);
    const more = { ...overrides, webhookTokenFile: '/token', smtpSmarthost: '127.0.0.1:2525' };
    expect(differences(before, overrideAlertmanager(before, more))).toEqual({
      ...always,
      'global.smtp_smarthost': '127.0.0.1:2525',
      'receivers.0.webhook_configs.0.http_config.authorization.credentials_file': '/token',
    });
  });

  it('changes only addresses and names of demonstration.yaml', () => {
    const before = deployFile('demonstration.yaml');
    const target = { name: 'sandbox', url: 'https://127.0.0.1:9' };
    const authentication = { method: 'bearer', token: { file: 'secrets/sandbox.token' } };
    const files = { authentication, caFile: 'other/ca.pem' };
    const addresses = {
      exporterPort: 1001,
      responderPort: 1002,
      prometheusUrl: 'http://127.0.0.1:1003',
      alertmanagerUrl: 'http://127.0.0.1:1004',
    };
    const changed = {
      'exporter.listen': '127.0.0.1:1001',
      'responder.listen': '127.0.0.1:1002',
      'responder.prometheus.url': 'http://127.0.0.1:1003',
      'responder.alertmanagers.0.url': 'http://127.0.0.1:1004',
    };
    const one = overrideDemonstration(before, { targets: [{ ...target, ...files }], ...addresses });
    expect(differences(before, one)).toEqual({
      ...changed,
      'targets.0.connection.url': 'https://127.0.0.1:9',
      'targets.0.connection.tls.ca_file': 'other/ca.pem',
    });
    const names = ['a', 'b', 'c'];
    const three = overrideDemonstration(before, {
      targets: names.map((name) => ({ ...target, ...files, name })),
      ...addresses,
    });
    const targets = (parsed(three) as { targets: { name: string }[] }).targets;
    expect(targets.map(({ name }) => name)).toEqual(names);
    expect({ ...targets[2], name: 'a' }).toEqual(targets[0]);
  });

  it('refuses a file of deploy/ that was spoiled, with its place', () => {
    const overrides = {
      webhookUrl: 'http://127.0.0.1/',
      groupWait: '1s',
      groupInterval: '1s',
      watchdogInterval: '1s',
    };
    for (const [text, message] of [
      ['route: []\nreceivers: []\n', 'route is no map'],
      ['route: { routes: [] }\n', 'receivers is no map'],
      ['route: {\n', 'deploy/alertmanager.yml:'],
    ] as const) {
      expect(() => overrideAlertmanager(text, overrides)).toThrow(message);
      expect(() => overrideAlertmanager(text, overrides)).toThrow(CrmwatchError);
    }
  });
});
