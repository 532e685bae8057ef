import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('good configurations', () => {
  it('fills in every default that docs/CONFIGURATION.md names', () => {
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const connection = `{ platform: rest, url: 'http://127.0.0.1:1/', authentication: { method: none } }`;
    writeFileSync(file, `targets:\n  - name: crm\n    connection: ${connection}\n`);
    const { config } = loadConfig(file, {});
    expect(config).toMatchObject({
      logLevel: 'info',
      exporter: { listen: { host: '127.0.0.1', port: 9968 }, maximumConcurrentProbes: 20 },
      responder: {
        listen: { host: '127.0.0.1', port: 9969 },
        dataFolder: 'data',
        prometheus: { url: 'http://127.0.0.1:9090' },
        senders: [],
        alertmanagers: [],
        reconcileIntervalMs: 30_000,
        watchdog: { limitMs: 200_000, expected: 'auto' },
        diagnosisDelayMs: 10_000,
        verificationIntervalMs: 30_000,
        reopenWindowMs: 1_800_000,
        dependencies: [],
        correlation: { dependencyWithinMs: 300_000, rules: [] },
        storm: { incidents: 5, withinMs: 300_000, holdMs: 10_000 },
        maintenance: [],
        holdOff: [],
        flapping: { isEnabled: true, highPercent: 30, lowPercent: 25, intervalMs: 300_000 },
      },
      targets: [{ name: 'crm', connection: { url: 'http://127.0.0.1:1' }, thresholds: {} }],
    });
    expect(config.responder).not.toHaveProperty('consoleToken');
    expect(config.targets[0]?.probes.data_quality.intervalMs).toBe(300_000);
    expect(Object.isFrozen(config.targets)).toBe(true);
  });

  it('gives an Alertmanager the only source there is, and peers the one that they name', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'crmwatch.yaml');
    writeFileSync(join(folder, 'token'), 'secret');
    const connection = `{ platform: rest, url: 'http://127.0.0.1:1/', authentication: { method: none } }`;
    const load = (responder: string): readonly { source: string; receiver: string }[] => {
      writeFileSync(
        file,
        `targets:\n  - name: crm\n    connection: ${connection}\nresponder:\n${responder}`,
      );
      return loadConfig(file, {}).config.responder.alertmanagers;
    };
    const alertmanagers = `  alertmanagers: [{ url: 'http://a:1' }, { url: 'http://b:1/' }]\n`;
    expect(load(alertmanagers).map(({ source }) => source)).toEqual(['anonymous', 'anonymous']);
    const senders = ['a', 'b'].map(
      (name) => `{ name: ${name}, token: { file: token }, source: x }`,
    );
    expect(load(`${alertmanagers}  senders: [${senders.join(', ')}]\n`)).toMatchObject([
      { source: 'x', receiver: 'crmwatch' },
      { source: 'x', url: 'http://b:1' },
    ]);
  });

  it('takes an IPv6 address in brackets and a port 0', () => {
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const connection = `{ platform: rest, url: 'http://[::1]:1', authentication: { method: none } }`;
    const listen = `exporter: { listen: '[::1]:0' }`;
    writeFileSync(file, `targets:\n  - name: crm\n    connection: ${connection}\n${listen}\n`);
    expect(loadConfig(file, {}).config.exporter.listen).toEqual({ host: '::1', port: 0 });
  });

  it('resolves secrets beside the file, without the line break that an editor adds', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'crmwatch.yaml');
    cpSync(join(import.meta.dirname, '../../deploy/demonstration.yaml'), file);
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/sandbox.token'), 'abc \r\n');
    writeFileSync(join(folder, 'secrets/sandbox-ca.pem'), 'pem');
    const { config, resolveSecret } = loadConfig(file, {});
    expect(config.targets[0]?.thresholds).toHaveProperty('crm_stale_ratio');
    expect(resolveSecret({ kind: 'secret_reference', file: 'secrets/sandbox.token' })).toBe('abc ');
    const absolute = join(folder, 'secrets/sandbox-ca.pem');
    expect(resolveSecret({ kind: 'secret_reference', file: absolute })).toBe('pem');
    const handedOver = {
      kind: 'secret_reference',
      file: '$CREDENTIALS_DIRECTORY/sandbox.token',
    } as const;
    const inService = loadConfig(file, { CREDENTIALS_DIRECTORY: join(folder, 'secrets') });
    expect(inService.resolveSecret(handedOver)).toBe('abc ');
    expect(() => resolveSecret(handedOver)).toThrow(
      'the environment variable CREDENTIALS_DIRECTORY is not set',
    );
  });
});
