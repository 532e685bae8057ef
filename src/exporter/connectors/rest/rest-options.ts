import type {
  FailureReason,
  IntegrationKind,
  JobState,
  LoginFailureReason,
} from '../../../catalog/catalog.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import type { WebOptions } from '../web/web-options.ts';
import type { AuthenticationOptions } from './authentication-options.ts';

export type Scalar = string | number | boolean;

/** A place in a record or an answer, and what it says there when something is so. */
export type ValuesAt = { readonly pointer: JsonPointer; readonly values: readonly Scalar[] };

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

export type JobOptions = ListOptions & {
  readonly state: JsonPointer;
  readonly states: Readonly<Record<JobState, readonly Scalar[]>>;
  readonly enqueued?: JsonPointer;
  readonly schedules?: ListOptions & { readonly failed: ValuesAt };
};
export type LoginOptions = ListOptions & {
  readonly succeeded: JsonPointer;
  readonly failed_values: readonly Scalar[];
  /** Whether the list has those that succeeded too. */
  readonly holds: 'failed' | 'all';
  readonly succeeded_values: readonly Scalar[];
  readonly reason?: {
    readonly pointer: JsonPointer;
    readonly values: Readonly<Partial<Record<LoginFailureReason, readonly Scalar[]>>>;
  };
  readonly at?: JsonPointer;
};
export type UserOptions = ListOptions & {
  readonly active?: JsonPointer;
  readonly privileged?: ValuesAt;
  readonly second_factor?: JsonPointer;
  readonly locked?: JsonPointer;
  readonly last_login?: JsonPointer;
};
export type AuditOptions = ListOptions & {
  readonly at?: JsonPointer;
  readonly kind: JsonPointer;
  readonly permission_change?: readonly Scalar[];
  readonly mass_export?: readonly Scalar[];
  readonly enabled?: { readonly path: string } & ValuesAt;
};
export type TokenOptions = ListOptions & {
  readonly active?: JsonPointer;
  readonly revoked?: JsonPointer;
  readonly ends?: JsonPointer;
  readonly created?: JsonPointer;
};
/** A list for each kind that the platform tells. */
export type IntegrationOptions = Readonly<Partial<Record<IntegrationKind, FailureListOptions>>>;
export type FailureListOptions = ListOptions & {
  readonly at?: JsonPointer;
  /** All of these have to be so. */
  readonly only: readonly ValuesAt[];
};

/** The configuration of a REST target, in the names of the configuration file. */
export type RestOptions = WebOptions & {
  readonly platform: 'rest';
  readonly authentication: AuthenticationOptions;
  readonly security_authentication?: AuthenticationOptions;
  readonly health?: {
    readonly path: string;
    readonly version?: JsonPointer;
    /** What an answer that is no JSON has to contain. */
    readonly text?: string;
    readonly expect?: ValuesAt;
  };
  readonly login?: { readonly path: string };
  readonly latency?: { readonly light: string; readonly representative: string };
  readonly limits?: {
    readonly path: string;
    readonly items: readonly LimitOptions<JsonPointer>[];
    readonly headers: readonly LimitOptions<string>[];
  };
  readonly jobs?: JobOptions;
  readonly logins?: LoginOptions;
  readonly users?: UserOptions;
  readonly audit?: AuditOptions;
  readonly tokens?: TokenOptions;
  readonly integrations?: IntegrationOptions;
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
