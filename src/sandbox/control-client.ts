import { request as httpRequest } from 'node:http';

import { CrmwatchError, decode, errorMessage } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

import type { FaultState } from './fault-switch.ts';

export type SandboxControl = {
  faults(): Promise<readonly FaultState[]>;
  /** Resolves to the state after the change. */
  break(id: string, options?: { readonly intensity?: number }): Promise<FaultState>;
  mend(id: string): Promise<FaultState>;
};

export type SandboxControlOptions = {
  /** The control address that the sandbox gave when it started, such as http://127.0.0.1:4711. */
  readonly url: string;
  readonly token: string;
  readonly timeoutMs?: number;
};

const ANSWER_LIMIT_BYTES = 1024 * 1024;

const FAULT_STATE: Decoder<FaultState> = decode.object({
  id: decode.required(decode.text(), 'the id'),
  title: decode.required(decode.text(), 'the name for people'),
  description: decode.required(decode.text(), 'what happens'),
  broken: decode.required(decode.boolean(), 'whether it is broken now'),
  intensity: decode.optional(decode.number(), 'how strongly'),
  brokenSince: decode.optional(decode.text(), 'since when'),
});

/**
 * Talks to a running sandbox's control server. Errors: `sandbox_unreachable` when nothing sensible answers,
 * `unknown_fault`, `usage` and `store_unavailable` as the sandbox gave them.
 */
export function createSandboxControl(options: SandboxControlOptions): SandboxControl {
  async function change(id: string, verb: string, body?: unknown): Promise<FaultState> {
    const path = `/faults/${encodeURIComponent(id)}/${verb}`;
    const answer = await exchange(options, 'POST', path, body);
    return decodeState(options, (answer as { fault?: unknown }).fault);
  }
  return {
    async faults() {
      const { faults } = (await exchange(options, 'GET', '/faults')) as { faults?: unknown };
      if (!Array.isArray(faults)) throw unreachableSandbox(options, 'it gave no list of faults');
      return faults.map((state: unknown) => decodeState(options, state));
    },
    break: (id, { intensity } = {}) =>
      change(id, 'break', intensity === undefined ? undefined : { intensity }),
    mend: (id) => change(id, 'mend'),
  };
}

function unreachableSandbox(
  { url }: SandboxControlOptions,
  why: string,
  cause?: unknown,
): CrmwatchError {
  return new CrmwatchError('sandbox_unreachable', `no sandbox answers at ${url}: ${why}`, {
    remedy: 'start the demonstration with "npm start" first and leave it running',
    cause,
  });
}

function decodeState(options: SandboxControlOptions, value: unknown): FaultState {
  const result = decode.run(FAULT_STATE, value);
  if (result.ok) return result.value;
  const [problem] = result.problems;
  throw unreachableSandbox(options, `${problem?.place ?? ''} ${problem?.message ?? ''}`.trim());
}

async function exchange(
  options: SandboxControlOptions,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { status, text } = await send(options, method, path, body).catch((error: unknown) => {
    throw unreachableSandbox(options, errorMessage(error), error);
  });
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw unreachableSandbox(options, 'the answer is no JSON', error);
  }
  if (typeof answer !== 'object' || answer === null) {
    throw unreachableSandbox(options, 'the answer is no JSON object');
  }
  if (status === 200) return answer;
  throw toError(options, status, (answer as { error?: unknown }).error);
}

function toError(options: SandboxControlOptions, status: number, error: unknown): CrmwatchError {
  const { code, message, remedy } = (error ?? {}) as Readonly<Record<string, string | undefined>>;
  const known = (['unknown_fault', 'usage', 'store_unavailable', 'address_in_use'] as const).find(
    (candidate) => candidate === code,
  );
  if (known !== undefined) {
    return new CrmwatchError(known, String(message), { remedy: String(remedy) });
  }
  return unreachableSandbox(options, `it answered ${status}: ${String(message)}`);
}

async function send(
  { url, token, timeoutMs = 10_000 }: SandboxControlOptions,
  method: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const content = body === undefined ? '' : JSON.stringify(body);
    const request = httpRequest(new URL(path, url), {
      method,
      agent: false,
      timeout: timeoutMs,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(content),
      },
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > ANSWER_LIMIT_BYTES) request.destroy(new Error('the answer is too large'));
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.end(content);
  });
}
