import type { LogFields, Logger } from '../std/std.ts';

type Hide = (text: string) => string;

/** A logger whose lines have no known secret in them, whatever somebody handed to it. */
export function createHidingLogger(logger: Logger, hide: Hide): Logger {
  const clean = (fields: LogFields | undefined): LogFields | undefined => {
    if (fields === undefined) return undefined;
    const text = JSON.stringify(fields);
    const hidden = hide(text);
    return hidden === text ? fields : (JSON.parse(hidden) as LogFields);
  };
  return {
    debug: (message, fields) => logger.debug(hide(message), clean(fields)),
    info: (message, fields) => logger.info(hide(message), clean(fields)),
    warn: (message, fields) => logger.warn(hide(message), clean(fields)),
    error: (message, fields) => logger.error(hide(message), clean(fields)),
    child: (fields) => createHidingLogger(logger.child(clean(fields) ?? {}), hide),
  };
}
