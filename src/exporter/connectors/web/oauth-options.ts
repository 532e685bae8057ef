import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { pauseField } from './web-options.ts';

type Client = {
  readonly client_id: string;
  /** How long a rejected request for a token is not tried again, in milliseconds. */
  readonly pause_after_rejection: number;
};

/** The grants of OAuth 2 by which a program gets its tokens without a person (RFC 6749, RFC 7523). */
export type OauthOptions =
  | (Client & {
      readonly method: 'client_credentials';
      readonly client_secret: SecretReference;
      readonly scope?: string;
    })
  | (Client & {
      readonly method: 'refresh_token';
      readonly client_secret: SecretReference;
      readonly refresh_token: SecretReference;
      /** File for refresh tokens that replace the one before; without it they are expected to stay. */
      readonly keep_in?: string;
    })
  | (Client & {
      readonly method: 'jwt_bearer';
      readonly user: string;
      readonly private_key: SecretReference;
      readonly audience: string;
    });

const CLIENT_FIELDS = {
  client_id: decode.required(decode.text(), 'identifier of the client, as the platform gave it'),
  pause_after_rejection: pauseField('how long a rejected request for a token is not tried again'),
} as const;

const clientSecret = decode.required(secretReference(), "where the client's secret is");

/** By `method`; a platform puts those together that it knows. */
export const OAUTH_DECODERS: {
  readonly [Method in OauthOptions['method']]: Decoder<Extract<OauthOptions, { method: Method }>>;
} = {
  client_credentials: decode.object({
    method: decode.required(
      decode.choice(['client_credentials']),
      'OAuth 2 with the secret of a client that acts for itself',
    ),
    ...CLIENT_FIELDS,
    client_secret: clientSecret,
    scope: decode.optional(decode.text(), 'scopes that are asked for, with spaces between them'),
  }),
  refresh_token: decode.object({
    method: decode.required(
      decode.choice(['refresh_token']),
      'OAuth 2 with a refresh token that a person got once',
    ),
    ...CLIENT_FIELDS,
    client_secret: clientSecret,
    refresh_token: decode.required(secretReference(), 'where the first refresh token is'),
    keep_in: decode.optional(
      decode.text({ meaning: 'the path of a file' }),
      'file for refresh tokens that replace the one before, readable by its owner alone; needed where the platform gives a new one each time',
    ),
  }),
  jwt_bearer: decode.object({
    method: decode.required(
      decode.choice(['jwt_bearer']),
      'OAuth 2 with an assertion that is signed with a private key (RS256)',
    ),
    ...CLIENT_FIELDS,
    user: decode.required(decode.text(), 'name of the monitoring user'),
    private_key: decode.required(secretReference(), 'where the private key is, as PEM'),
    audience: decode.required(decode.url(), 'who the assertion is for, as the platform wants it'),
  }),
};
