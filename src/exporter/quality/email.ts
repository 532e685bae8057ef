/** Characters of an unquoted local part (RFC 5322 atext), with the letters beyond ASCII of RFC 6531. */
const ATOM = String.raw`[\p{L}\p{N}!#$%&'*+/=?^_\x60{|}~-]+`;
const LOCAL_PART = new RegExp(String.raw`^(?:${ATOM}(?:\.${ATOM})*|"(?:[^"\\\r\n]|\\.)*")$`, 'u');
const DOMAIN_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * Whether the text can be the e-mail address of a customer: the syntax and lengths of RFC 5321 §4.1.2 and
 * §4.5.3.1, narrowed to what belongs into a CRM. Address literals (`user@[192.0.2.1]`), comments and names
 * without a dot are refused. Whether the mailbox exists is not asked.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 254 || at > 64) return false;
  const labels = text.slice(at + 1).split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => label.length <= 63 && DOMAIN_LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '') &&
    LOCAL_PART.test(text.slice(0, at))
  );
}
