import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/app/processes.ts';
import { SLOWNESS } from './pace.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const MAIN = join(REPOSITORY, 'src', 'cli', 'main.ts');
/** What the demonstration promises to a person who watches it on a machine that is not starved. */
const PROMISED_MS = 120_000 * SLOWNESS;
const START_LIMIT_MS = 90_000 * SLOWNESS;

const missing = ['prometheus', 'prometheus-alertmanager'].filter(
  (program) => findProgram(program) === undefined,
);
const because = missing.length === 0 ? '' : ` (needs ${missing.join(' and ')})`;

type Demonstration = {
  readonly process: ChildProcess;
  readonly folder: string;
  output(): string;
  address(name: string): string;
};

async function until<T>(
  what: string,
  limitMs: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await wait(250);
  }
}

async function startDemonstration(): Promise<Demonstration> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-demonstration-'));
  const child = spawn(process.execPath, [MAIN, 'start', '--data', folder], { cwd: REPOSITORY });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  await until('the demonstration prints its addresses', START_LIMIT_MS, () => {
    if (child.exitCode !== null) throw new Error(`the demonstration ended:\n${text}`);
    return text.includes('What happens:') ? true : undefined;
  });
  return {
    process: child,
    folder,
    output: () => text,
    address(name) {
      const line = text.split('\n').find((candidate) => candidate.startsWith(name));
      return line?.slice(14).trim() ?? '';
    },
  };
}

function sandbox(folder: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'sandbox', ...words, '--data', folder],
    { encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return stdout;
}

type IncidentSummary = {
  readonly id: string;
  readonly phase: string;
  readonly recovery: string;
  readonly diagnosis: { readonly answer: string; readonly probability: number } | null;
};

async function incidents(consoleUrl: string): Promise<readonly IncidentSummary[]> {
  const answer = await fetch(`${consoleUrl}/api/v1/incidents?state=all`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { incidents: readonly IncidentSummary[] }).incidents;
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return answer.text();
}

/** Processes whose command line names the folder of the demonstration. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [line] : [];
      } catch {
        return [];
      }
    });
}

describe.skipIf(missing.length > 0)(`npm start without a configuration${because}`, () => {
  let demonstration: Demonstration;

  beforeAll(async () => {
    demonstration = await startDemonstration();
    await until('the exporter is ready', START_LIMIT_MS, async () => {
      const answer = await fetch(`${demonstration.address('exporter')}/-/ready`);
      return answer.status === 200 ? true : undefined;
    });
    // A person looks around before breaking something; meanwhile the first scrapes become the baseline.
    await wait(20_000);
  }, 3 * START_LIMIT_MS);

  afterAll(() => {
    demonstration.process.kill('SIGKILL');
    rmSync(demonstration.folder, { recursive: true, force: true });
  });

  it.each([
    ['emails_missing', 'data_quality_import'],
    ['service_stopped', 'service_outage'],
  ])(
    'makes of the broken fault %s an incident diagnosed as %s, and of the mend a verified recovery',
    async (fault, faultClass) => {
      const { folder } = demonstration;
      const consoleUrl = demonstration.address('console');
      const before = new Set((await incidents(consoleUrl)).map(({ id }) => id));
      expect(sandbox(folder, 'break', fault)).toContain('BROKEN');
      const found = await until(`${fault} is diagnosed`, PROMISED_MS, async () =>
        (await incidents(consoleUrl)).find(
          (incident) => !before.has(incident.id) && incident.diagnosis !== null,
        ),
      );
      expect(found.diagnosis?.answer).toBe(faultClass);
      expect(sandbox(folder, 'mend', fault)).toMatch(/^ok/);
      const recovered = await until(`${fault} is recovered`, PROMISED_MS, async () =>
        (await incidents(consoleUrl)).find(
          ({ id, phase }) => id === found.id && phase === 'resolved',
        ),
      );
      expect(recovered.recovery).toBe('confirmed');
      expect(demonstration.output()).toContain('recovery verified by fresh probes');
      const pageUrl = `${consoleUrl}/incidents/${found.id}`;
      expect(await textOf(pageUrl)).toContain('Confirmed');
      expect(await textOf(`${pageUrl}/review.md`)).toMatch(/^# /);
      // Otherwise the next alert of this target would reopen this very incident.
      const closed = await fetch(`${consoleUrl}/api/v1/incidents/${found.id}/close`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'seen' }),
      });
      expect(closed.status).toBe(200);
    },
    3 * PROMISED_MS,
  );

  it('stops everything on Ctrl-C and leaves nothing running', async () => {
    const { process: child, folder } = demonstration;
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(2);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    const [code] = (await ended) as [number | null];
    expect(code).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  }, 60_000);
});
