import type { Role } from '../../../responder/accounts/accounts.ts';

/** An identity provider that speaks OpenID Connect, and what its claims mean here. */
export type OidcOptions = {
  /** As the provider spells it, without a trailing slash unless it has one. */
  readonly issuer: string;
  readonly clientId: string;
  /** The secret as it is now; asked for with each sign-in. */
  readonly clientSecret: () => string;
  readonly scopes: readonly string[];
  /** Name of the claim, or a path with dots into one, that says what groups or roles somebody has. */
  readonly roleClaim: string;
  /** What the values of that claim give; who has none of them gets in nowhere. */
  readonly roles: Readonly<Record<string, Role>>;
  /** The claim that the timeline calls people by. */
  readonly nameClaim: string;
  /** Whether an e-mail address may stand in the journal, which nobody can take out again. */
  readonly allowEmail: boolean;
  /** Address of the console as browsers reach it. */
  readonly publicUrl: string;
  /** Hosts besides the one of the issuer that the provider answers from, such as `keys.example.com`. */
  readonly hosts: readonly string[];
  /** PEM text of authorities to trust besides the built-in ones. */
  readonly certificateAuthorities: readonly string[];
};
