import { createPrivateKey, sign } from 'node:crypto';

import type { Outcome } from '../../../http/http.ts';
import { errorMessage } from '../../../std/std.ts';
import type { Clock } from '../../../std/std.ts';
import { fail, succeed } from './outcomes.ts';

/** Salesforce takes none that lasts longer. */
const ASSERTION_SECONDS = 180;

export type Assertion = {
  readonly client_id: string;
  readonly user: string;
  readonly audience: string;
};

/**
 * A JSON Web Token that says who asks for whom (RFC 7519, RFC 7515, RFC 7523 section 3), signed by RS256 with a private
 * key in PEM. `authentication` when the key cannot sign so; the detail holds nothing of the key.
 */
export function signAssertion(
  { client_id: issuer, user, audience }: Assertion,
  privateKey: string,
  clock: Clock,
): Outcome<string> {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expires = Math.floor(clock.now() / 1000) + ASSERTION_SECONDS;
  const claims = { iss: issuer, sub: user, aud: audience, exp: expires };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== 'rsa') {
      // It would sign by another algorithm than the token says, and the platform would refuse it without a reason.
      return fail('authentication', 'the private key cannot sign: it is no RSA key');
    }
    const signature = sign('RSA-SHA256', Buffer.from(signed), key);
    return succeed(`${signed}.${signature.toString('base64url')}`);
  } catch (error) {
    // The message of OpenSSL names the kind of the trouble, never the key.
    return fail('authentication', `the private key cannot sign: ${errorMessage(error)}`);
  }
}
