import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize, resolve } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { findSchemaProblems } from './compose-schema.ts';
import { isPinned, lintDockerfile, readDockerfile } from './dockerfile.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DEPLOY = join(ROOT, 'deploy');

function read(path: string): string {
  return readFileSync(join(DEPLOY, path), 'utf8');
}

function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** Paths under version control, so that an ignored file of this machine cannot satisfy a test. */
function isTracked(path: string): boolean {
  return execFileSync('git', ['ls-files', '--', path], { cwd: ROOT, encoding: 'utf8' }) !== '';
}

type Service = {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};

describe('deploy/compose.yaml', () => {
  const compose = load(read('compose.yaml'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as Compose;
  const services = Object.entries(compose.services);

  it('follows the schema, which demands a health check and a restart policy of every service', () => {
    expect(findSchemaProblems(compose)).toEqual([]);
  });

  it('would be refused with a misspelt key, or without a health check', () => {
    const planted = { ...compose.services['grafana'], portz: [], healthcheck: undefined };
    const problems = findSchemaProblems({ name: 'x', services: { planted } }).join('\n');
    expect(problems).toContain('portz');
    expect(problems).toContain('"missingProperty":"healthcheck"');
  });

  it('has the whole stack', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual([
      'alertmanager',
      'exporter',
      'grafana',
      'prometheus',
      'responder',
    ]);
  });

  it.each(services)('%s: the image has a version', (_name, service) => {
    expect(isPinned(service.image)).toBe(true);
  });

  it.each(services)(
    '%s: every mounted path is in the repository, or the user’s /etc/crmwatch',
    (_name, service) => {
      for (const volume of service.volumes ?? []) {
        const [source = '', target = ''] = volume.split(':');
        expect(target.startsWith('/')).toBe(true);
        if (source.startsWith('.')) {
          const path = normalize(join('deploy', source));
          expect(isTracked(path), `${path} of ${volume}`).toBe(true);
        } else if (source.startsWith('/')) {
          expect(source).toBe('/etc/crmwatch');
        } else {
          expect(Object.keys(compose.volumes)).toContain(source);
        }
      }
    },
  );

  it.each(services)('%s: can be reached from this machine only', (name, service) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/u);
    if (service.network_mode !== 'host') return;
    const settings = [...(service.command ?? []), ...Object.values(service.environment ?? {})];
    // The exporter and the responder listen on loopback by default, and refuse more without authentication.
    const isOurs = ['exporter', 'responder'].includes(name);
    expect(isOurs || settings.some((setting) => setting.includes('127.0.0.1'))).toBe(true);
  });

  it('uses every volume that it declares', () => {
    const used = new Set(
      services.flatMap(([, one]) => one.volumes ?? []).map((one) => one.split(':')[0]),
    );
    expect(Object.keys(compose.volumes).filter((name) => !used.has(name))).toEqual([]);
  });

  it('builds from a Dockerfile that exists, and mounts Prometheus’ rules where prometheus.yml looks', () => {
    const build = compose.services['exporter']?.build;
    expect(existsSync(join(DEPLOY, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
    const { rule_files: rules } = load(read('prometheus.yml')) as { rule_files: readonly string[] };
    expect(rules.every((path) => path.startsWith('../alert-rules/'))).toBe(true);
    const mounts = compose.services['prometheus']?.volumes ?? [];
    expect(mounts).toContain('./prometheus.yml:/etc/crmwatch/deploy/prometheus.yml:ro');
    expect(mounts).toContain('../alert-rules:/etc/crmwatch/alert-rules:ro');
  });
});

describe('deploy/grafana/provisioning', () => {
  it('reads the dashboards where compose.yaml mounts them', () => {
    const provider = load(read('grafana/provisioning/dashboards/crmwatch.yaml')) as {
      providers: readonly { options: { path: string } }[];
    };
    const path = provider.providers[0]?.options.path ?? 'nowhere';
    expect(read('compose.yaml')).toContain(`../grafana:${path}:ro`);
  });

  it('has one default data source, of Prometheus', () => {
    const { datasources } = load(read('grafana/provisioning/datasources/prometheus.yaml')) as {
      datasources: readonly { type: string; uid: string; isDefault: boolean }[];
    };
    expect(datasources).toHaveLength(1);
    expect(datasources[0]).toMatchObject({ type: 'prometheus', isDefault: true });
  });
});

describe('deploy/Dockerfile', () => {
  const text = read('Dockerfile');

  it('passes the linter', () => {
    expect(lintDockerfile(text)).toEqual([]);
  });

  it.each([
    [/node:26-slim AS/u, 'node AS', 'FROM node: pin a version'],
    [/node:26-slim\n/u, 'node:latest\n', 'FROM node:latest: pin a version'],
    [/^USER .*$/mu, 'USER root', 'USER: the last user is root'],
    [/^USER .*$/mu, '', 'USER: the last user is root'],
    [/^COPY src/mu, 'ADD src', 'ADD: use COPY'],
    [
      /^ENTRYPOINT .*$/mu,
      'ENTRYPOINT crmwatch',
      'ENTRYPOINT crmwatch: use the form ["program", "argument"]',
    ],
    [/^HEALTHCHECK [^\n]*\n[^\n]*$/mu, '', 'HEALTHCHECK: there is none'],
    [/^WORKDIR .*$/mu, 'WORKDIR app', 'WORKDIR app: use an absolute path'],
    [/ --ignore-scripts/u, '', 'RUN npm ci --omit=dev --omit=optional: add --ignore-scripts'],
  ])('is refused by the linter after %s becomes %j', (pattern, replacement, problem) => {
    expect(lintDockerfile(text.replace(pattern, replacement))).toEqual([problem]);
  });

  it('copies only what exists and what .dockerignore lets through', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = readDockerfile(text)
      .filter((one) => one.name === 'COPY' && !one.text.startsWith('--from'))
      .flatMap((one) => one.text.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources) {
      expect(allowed).toContain(source);
      expect(isTracked(source), source).toBe(true);
    }
  });
});

describe('deploy/systemd', () => {
  const units = readdirSync(join(DEPLOY, 'systemd'));
  const hasAnalyze = hasProgram('systemd-analyze');

  /** The unit as it would be installed if this clone were /opt/crmwatch, in a folder of its own. */
  function analyze(
    unit: string,
    replace: (text: string) => string,
    words: readonly string[],
  ): string {
    const folder = mkdtempSync(join(tmpdir(), 'crmwatch-unit-'));
    try {
      const path = join(folder, unit);
      writeFileSync(
        path,
        replace(read(`systemd/${unit}`).replaceAll('/opt/crmwatch/', `${ROOT}/`)),
      );
      const run = spawnSync('systemd-analyze', [...words, path], { encoding: 'utf8' });
      return run.status === 0 && run.stderr === '' ? 'ok' : `${run.stdout}${run.stderr}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('has a unit for each half', () => {
    expect(units).toEqual(['crmwatch-exporter.service', 'crmwatch-responder.service']);
  });

  it.skipIf(!hasAnalyze).each(units)('%s passes systemd-analyze verify (needs systemd)', (unit) => {
    expect(analyze(unit, (text) => text, ['verify', '--man=no'])).toBe('ok');
  });

  it.skipIf(!hasAnalyze)(
    'a unit with a misspelt key or a missing program is refused (needs systemd)',
    () => {
      const unit = 'crmwatch-exporter.service';
      const misspelt = analyze(unit, (text) => text.replace('Restart=', 'Restrat='), [
        'verify',
        '--man=no',
      ]);
      expect(misspelt).toContain('Restrat');
      const gone = analyze(unit, (text) => text.replace('setup/crmwatch', 'setup/gone'), [
        'verify',
        '--man=no',
      ]);
      expect(gone).toContain('not executable');
    },
  );

  it.skipIf(!hasAnalyze).each(units)(
    '%s is confined: exposure of at most 2 of 10 (needs systemd)',
    (unit) => {
      const words = ['security', '--offline=true', '--no-pager', '--threshold=20'];
      expect(analyze(unit, (text) => text, words)).toBe('ok');
    },
  );
});

describe('the configuration of Prometheus and Alertmanager', () => {
  it.skipIf(!hasProgram('promtool')).each(['prometheus.yml', 'prometheus-sd.yml'])(
    'deploy/%s and its rules please promtool (needs promtool)',
    (name) => {
      const run = spawnSync('promtool', ['check', 'config', join(DEPLOY, name)], {
        encoding: 'utf8',
      });
      expect(`${run.stdout}${run.stderr}`).toContain('SUCCESS');
      expect(run.status).toBe(0);
    },
  );

  it.skipIf(!hasProgram('amtool'))('deploy/alertmanager.yml pleases amtool (needs amtool)', () => {
    const run = spawnSync('amtool', ['check-config', join(DEPLOY, 'alertmanager.yml')], {
      encoding: 'utf8',
    });
    expect(`${run.stdout}${run.stderr}`).toContain('SUCCESS');
    expect(run.status).toBe(0);
  });
});
