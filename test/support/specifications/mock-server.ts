import { startFaultServer } from '../fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../fault-server.ts';
import { createValueMaker } from './answer-values.ts';
import type { Hints } from './answer-values.ts';
import type { Operation, Place, Specification } from './open-api.ts';
import { isProven, problemsOf, segmentsOf } from './requests.ts';
import type { Undocumented } from './requests.ts';

export type MockOptions = {
  readonly specification: Specification;
  readonly hints?: Hints;
  /** Makes an answer one of many, such as a total that fits the records; what comes out has to be valid still. */
  readonly settle?: (body: unknown, request: SeenRequest) => unknown;
  /** Answers paths that the specification leaves out, such as the one for tokens. */
  readonly outside?: (request: SeenRequest) => GoodAnswer | undefined;
  readonly undocumented?: readonly Undocumented[];
};

export type MockServer = Pick<FaultServer, 'url' | 'port' | 'seen' | 'close'> & {
  /** What the specification does not know or does not allow, a line each. */
  readonly refused: readonly string[];
  /** The templates that were asked for, with their methods. */
  readonly used: ReadonlySet<string>;
  /**
   * What is answered from now on, always the same to the same request; the documented example, where there is one,
   * without a seed. Sparse answers may lack what need not be there.
   */
  setSeed(seed: number | undefined, mode: 'complete' | 'sparse'): void;
  /** Answers with a documented refusal; requests that have none with this status are answered well. */
  setStatus(status: string | undefined): void;
};

/**
 * A server that knows nothing but a specification: it refuses what that does not allow, and answers with values that it
 * does allow, always the same for the same seed.
 */
export async function startMockServer(options: MockOptions): Promise<MockServer> {
  const { specification, settle = (body) => body, outside, undocumented = [] } = options;
  const { hints } = options;
  const makeComplete = createValueMaker(specification, { hints, isComplete: true });
  const makeSparse = createValueMaker(specification, { hints, isComplete: false });
  const refused: string[] = [];
  const used = new Set<string>();
  let seed: number | undefined;
  let isComplete = true;
  let status: string | undefined;

  function respond(request: SeenRequest): GoodAnswer {
    try {
      return answer(request);
    } catch (cause) {
      refused.push(`${request.method} ${request.path}: the mock server failed: ${String(cause)}`);
      return { status: 500, body: {} };
    }
  }

  function answer(request: SeenRequest): GoodAnswer {
    const other = outside?.(request);
    if (other !== undefined) return other;
    const operation = specification.operations.find(
      ({ method, template }) =>
        method === request.method && segmentsOf(template, request.path) !== undefined,
    );
    const what = `${request.method} ${request.path}`;
    if (operation === undefined) {
      refused.push(`${what}: no such operation`);
      return { status: 404, body: {} };
    }
    if (!isProven(operation, request)) return answerWith(operation, '401', request);
    used.add(`${operation.method} ${operation.template}`);
    const problems = problemsOf(specification, operation, request, undocumented);
    refused.push(...problems.map((problem) => `${what}: ${problem}`));
    if (problems.length > 0) return { status: 400, body: {} };
    const success = Object.keys(operation.place.value['responses'] ?? {}).find((each) =>
      each.startsWith('2'),
    );
    return answerWith(operation, status ?? success ?? '200', request, success);
  }

  function answerWith(
    operation: Operation,
    wanted: string,
    request: SeenRequest,
    otherwise?: string,
  ): GoodAnswer {
    const { at } = specification;
    const responses = at(operation.place, 'responses');
    const documented = responses && at(responses, wanted);
    if (documented === undefined) {
      return otherwise === undefined || otherwise === wanted
        ? { status: Number(wanted), body: {} }
        : answerWith(operation, otherwise, request);
    }
    const content = at(documented, 'content', 'application/json');
    const schema = content && at(content, 'schema');
    if (content === undefined || schema === undefined) return { status: Number(wanted), body: {} };
    const body = settle(bodyOf(content, schema, request), request);
    const problem = specification.validate(schema, body);
    if (problem !== undefined) throw new Error(`an invalid answer was made: ${problem}`);
    return { status: Number(wanted), body };
  }

  function bodyOf(content: Place, schema: Place, { method, path, body }: SeenRequest): unknown {
    const example = content.value['example'];
    if (seed === undefined && specification.validate(schema, example) === undefined) return example;
    const makeValue = isComplete ? makeComplete : makeSparse;
    return makeValue(schema, hashOf(`${seed ?? 0} ${method} ${path} ${body}`));
  }

  const server = await startFaultServer({ respond });
  return {
    ...server,
    refused,
    used,
    setSeed(next, mode) {
      seed = next;
      isComplete = mode !== 'sparse';
    },
    setStatus: (next) => (status = next),
  };
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
