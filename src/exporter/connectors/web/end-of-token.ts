import { memberOf } from './shapes.ts';

/** The `exp` of a JSON Web Token in milliseconds (RFC 7519, section 4.1.4); undefined when the text is none, or names none. */
export function endOfToken(text: string): number | undefined {
  const [header, claims, signature, more] = text.split('.');
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  if (more !== undefined) return undefined;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    const seconds = memberOf(decoded, 'exp');
    return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  } catch {
    return undefined;
  }
}
