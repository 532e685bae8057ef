import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Identity } from '../access/identity.ts';
import type { EventStreams } from '../event-stream.ts';
import type { Role } from '../../responder/accounts/accounts.ts';
import type { ChangeOptions, ResponderService } from '../services.ts';
import type { ApiProblem, ProblemKind } from './problem.ts';

/** What every operation can use. `app` and tests bring it. */
export type ApiServices = { readonly service: ResponderService; readonly streams: EventStreams };

/** One request, decoded by the schemas of its operation. */
export type Call<P, Q, B> = ApiServices & {
  readonly identity: Identity;
  readonly path: P;
  readonly query: Q;
  readonly body: B;
  /** `If-Match` and `Idempotency-Key`, to be handed to the service with every change. */
  readonly options: ChangeOptions;
  /** The OpenAPI document. */
  readonly describeApi: () => unknown;
  readonly request: Request;
  readonly response: Response;
};

/** What an operation answers; `sent` when it wrote to the response itself. */
export type Reply =
  | {
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly problem: ApiProblem }
  | 'sent';

export type ResponseDefinition = {
  readonly description: string;
  readonly schema: z.ZodType;
  /** JSON when absent; anything else is sent as text. */
  readonly contentType?: string;
  /** Names of headers with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
};

type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  /** Stable: programs that are made of the OpenAPI document name their functions by it. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As express writes it, such as `/api/v1/incidents/:id`. */
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly description?: string;
  /** An object of texts. */
  readonly pathParameters: P;
  /** A strict object; a text becomes a number where its schema wants one. */
  readonly query: Q;
  /** Absent when none is taken. Without `isRequired`, no body is as good as `{}`. */
  readonly body?: { readonly schema: B; readonly isRequired: boolean };
  /** False when there is nothing to compare `If-Match` with; then it is refused, for it must not be ignored. */
  readonly hasEntityTag?: false;
  /** What it answers when all is well, by status. */
  readonly responses: Readonly<Record<number, ResponseDefinition>>;
  /** How it may refuse, beyond what every operation may. */
  readonly problems: readonly ProblemKind[];
  readonly handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Reply | Promise<Reply>;
};

/** An operation whose schemas have done their part: what is left is the same for all. */
export type Operation = Definition<z.ZodType, z.ZodType, z.ZodType>;

/** One operation of the API: routing, decoding, its answers and its documents all come from this one value. */
export function defineOperation<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType = z.ZodUndefined,
>(definition: Definition<P, Q, B>): Operation {
  // What reaches `handle` was decoded by the very schemas that its parameters are typed by.
  return definition as unknown as Operation;
}
