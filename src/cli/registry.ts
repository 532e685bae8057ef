import type { Command } from './command.ts';
import { checkConfigCommand } from './commands/check-config.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { exporterCommand } from './commands/exporter.ts';
import { generateCommand } from './commands/generate.ts';
import { probeCommand } from './commands/probe.ts';
import { recordCommand } from './commands/record.ts';
import { responderCommand } from './commands/responder.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { startCommand } from './commands/start.ts';
import { trainCommand } from './commands/train.ts';

/** Every verb, in the order in which people meet them. */
export const COMMANDS: readonly Command[] = [
  startCommand,
  sandboxCommand,
  checkConfigCommand,
  exporterCommand,
  responderCommand,
  probeCommand,
  diagnoseCommand,
  recordCommand,
  trainCommand,
  generateCommand,
];
