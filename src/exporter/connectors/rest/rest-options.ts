import type { FailureReason, JobState } from '../../../catalog/catalog.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import type { WebOptions } from '../web/web-options.ts';
import type { AuthenticationOptions } from './authentication-options.ts';

type Scalar = string | number | boolean;

/** What every list has. */
export type ListOptions = {
  readonly path: string;
  readonly items: JsonPointer;
  readonly paging?: {
    readonly page_parameter: string;
    /** Counts records rather than pages, in place of page_parameter. */
    readonly offset_parameter?: string;
    readonly first_page: number;
    readonly size_parameter?: string;
    readonly size: number;
    readonly total?: JsonPointer;
  };
  readonly empty_is_404: boolean;
};

/** The configuration of a REST target, in the names of the configuration file. */
export type RestOptions = WebOptions & {
  readonly platform: 'rest';
  readonly authentication: AuthenticationOptions;
  readonly health?: {
    readonly path: string;
    readonly version?: JsonPointer;
    /** What an answer that is no JSON has to contain. */
    readonly text?: string;
    readonly expect?: { readonly pointer: JsonPointer; readonly values: readonly Scalar[] };
  };
  readonly login?: { readonly path: string };
  readonly latency?: { readonly light: string; readonly representative: string };
  readonly limits?: {
    readonly path: string;
    readonly items: readonly LimitOptions<JsonPointer>[];
    readonly headers: readonly LimitOptions<string>[];
  };
  readonly jobs?: ListOptions & {
    readonly state: JsonPointer;
    readonly states: Readonly<Record<JobState, readonly Scalar[]>>;
    readonly enqueued?: JsonPointer;
  };
  readonly logins?: ListOptions & {
    readonly succeeded: JsonPointer;
    readonly failed_values: readonly Scalar[];
    readonly at?: JsonPointer;
  };
  readonly users?: ListOptions & {
    readonly active?: JsonPointer;
    readonly privileged?: { readonly pointer: JsonPointer; readonly values: readonly Scalar[] };
    readonly second_factor?: JsonPointer;
  };
  readonly objects: Readonly<Record<string, ObjectOptions>>;
  readonly errors: readonly ErrorRule[];
};
export type LimitOptions<Place> = {
  readonly name: string;
  readonly limit: Place;
  readonly remaining: Place;
};
export type ObjectOptions = ListOptions & {
  readonly fields: Readonly<Record<string, JsonPointer>>;
};
export type ErrorRule = {
  readonly status: number;
  readonly contains?: string;
  readonly reason: FailureReason;
};
