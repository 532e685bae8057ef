import type { LogFields, Logger } from '../std/std.ts';

export type ProbeLog = { readonly logger: Logger; readonly lines: readonly string[] };

export type ProbeLogLimits = {
  readonly logLinesPerProbe: number;
  readonly logLineLength: number;
};

/**
 * A logger that keeps the lines of one run, of every level, for `?debug=true` and the history; they go to the log
 * of the process as well, by its own level. Beyond the limits lines are cut and
 * counted. `hide` takes secrets out of what is kept, before it is cut.
 */
export function createProbeLog(
  logger: Logger,
  limits: ProbeLogLimits,
  hide: (text: string) => string = (text) => text,
): ProbeLog {
  const lines: string[] = [];
  let droppedCount = 0;
  function record(level: string, message: string, fields: LogFields | undefined): void {
    const line = `${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`;
    if (lines.length - (droppedCount > 0 ? 1 : 0) < limits.logLinesPerProbe) {
      lines.push(cut(hide(line).replaceAll(/[\r\n]+/g, ' '), limits.logLineLength));
      return;
    }
    droppedCount += 1;
    if (droppedCount > 1) lines.pop();
    lines.push(`${droppedCount} more lines were not kept`);
  }
  const both =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      record(level, message, fields);
      logger[level](message, fields);
    };
  const recording: Logger = {
    debug: both('debug'),
    info: both('info'),
    warn: both('warn'),
    error: both('error'),
    child: () => recording,
  };
  return { logger: recording, lines };
}

function cut(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
