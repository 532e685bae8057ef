import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { pointerDecoder } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import { pauseField } from '../web/web-options.ts';

const headerName = decode.text({
  pattern: /^[A-Za-z0-9-]+$/,
  meaning: 'the name of a header',
});

export type AuthenticationOptions =
  | { readonly method: 'none' }
  | { readonly method: 'bearer'; readonly token: SecretReference }
  | { readonly method: 'api_key'; readonly header: string; readonly value: SecretReference }
  | { readonly method: 'basic'; readonly user: string; readonly password: SecretReference }
  | {
      readonly method: 'session';
      readonly path: string;
      readonly user: string;
      readonly password: SecretReference;
      readonly body: Readonly<Record<string, string>>;
      readonly token: JsonPointer;
      readonly header: string;
      readonly scheme: string;
      readonly pause_after_rejection: number;
    };

/** The ways in which a request can prove who it is from, by `method`. */
export const authenticationDecoder: Decoder<AuthenticationOptions> = decode.union('method', {
  none: decode.object({
    method: decode.required(decode.choice(['none']), 'no credentials'),
  }),
  bearer: decode.object({
    method: decode.required(decode.choice(['bearer']), 'a token in the Authorization header'),
    token: decode.required(secretReference(), 'where the token is'),
  }),
  api_key: decode.object({
    method: decode.required(decode.choice(['api_key']), 'a key in a header of its own'),
    header: decode.required(headerName, 'name of the header, such as X-Api-Key'),
    value: decode.required(secretReference(), 'where the key is'),
  }),
  basic: decode.object({
    method: decode.required(decode.choice(['basic']), 'user name and password with each request'),
    user: decode.required(decode.text(), 'name of the monitoring user'),
    password: decode.required(secretReference(), 'where the password is'),
  }),
  session: decode.object({
    method: decode.required(
      decode.choice(['session']),
      'user name and password are exchanged for a token, which is renewed when it ends',
    ),
    path: decode.required(
      decode.text({ pattern: /^\/\S*$/, meaning: 'a path such as /api/session' }),
      'path that takes the log-in by POST',
    ),
    user: decode.required(decode.text(), 'name of the monitoring user'),
    password: decode.required(secretReference(), 'where the password is'),
    body: decode.withDefault(
      decode.map(decode.text(), { key: 'name', pattern: /^[\w.-]{1,60}$/ }),
      { user: '{user}', password: '{password}' },
      'JSON object that is sent; {user} and {password} are replaced',
      '{ user: "{user}", password: "{password}" }',
    ),
    token: decode.required(pointerDecoder(), 'where the answer has the token'),
    header: decode.withDefault(
      headerName,
      'Authorization',
      'header that carries the token',
      'Authorization',
    ),
    scheme: decode.withDefault(
      decode.text({ pattern: /^[A-Za-z]+$/, meaning: 'one word' }),
      'Bearer',
      'word before the token in an Authorization header; other headers carry the token alone',
      'Bearer',
    ),
    pause_after_rejection: pauseField(
      'how long a rejected log-in is not tried again, so that monitoring does not lock the user',
    ),
  }),
});
