const ANSWERED_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[+-]\d\d:\d\d$/;

/**
 * A time as the API writes it, made true: AttributeObjectHelper takes the UTC of the database for the time zone of
 * PHP and adds the offset of that one, so the offset says nothing. undefined when it is no such time.
 */
export function toIsoTime(value: unknown): string | undefined {
  const found = typeof value === 'string' ? ANSWERED_TIME.exec(value)?.[1] : undefined;
  return found === undefined ? undefined : `${found}Z`;
}
