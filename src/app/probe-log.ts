import type { LogFields, Logger } from '../std/std.ts';

export type ProbeLog = { readonly logger: Logger; readonly lines: readonly string[] };

export type ProbeLogLimits = {
  readonly logLinesPerProbe: number;
  readonly logLineLength: number;
};

/**
 * A logger that keeps the lines of one run, for `?debug=true` and the history; what is an error goes to the log
 * of the process, too. Beyond the limits lines are cut and counted.
 */
export function createProbeLog(logger: Logger, limits: ProbeLogLimits): ProbeLog {
  const lines: string[] = [];
  let droppedCount = 0;
  function record(level: string, message: string, fields: LogFields | undefined): void {
    const line = `${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`;
    if (lines.length - (droppedCount > 0 ? 1 : 0) < limits.logLinesPerProbe) {
      lines.push(cut(line.replaceAll(/[\r\n]+/g, ' '), limits.logLineLength));
      return;
    }
    droppedCount += 1;
    if (droppedCount > 1) lines.pop();
    lines.push(`${droppedCount} more lines were not kept`);
  }
  const recording: Logger = {
    debug: (message, fields) => record('debug', message, fields),
    info: (message, fields) => record('info', message, fields),
    warn: (message, fields) => record('warn', message, fields),
    error(message, fields) {
      record('error', message, fields);
      logger.error(message, fields);
    },
    child: () => recording,
  };
  return { logger: recording, lines };
}

function cut(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
