import type { Command } from './command.ts';

/**
 * Every verb, in the order in which people meet them. A command is loaded when it is asked for, so that starting the
 * exporter does not wait for the code of all others.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  sandbox: async () => (await import('./commands/sandbox.ts')).sandboxCommand,
  capabilities: async () => (await import('./commands/capabilities.ts')).capabilitiesCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  'check-config': async () => (await import('./commands/check-config.ts')).checkConfigCommand,
  'check-web-config': async () =>
    (await import('./commands/check-web-config.ts')).checkWebConfigCommand,
  exporter: async () => (await import('./commands/exporter.ts')).exporterCommand,
  responder: async () => (await import('./commands/responder.ts')).responderCommand,
  token: async () => (await import('./commands/token.ts')).tokenCommand,
  probe: async () => (await import('./commands/probe.ts')).probeCommand,
  evidence: async () => (await import('./commands/evidence.ts')).evidenceCommand,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  localise: async () => (await import('./commands/localise.ts')).localiseCommand,
  journal: async () => (await import('./commands/journal.ts')).journalCommand,
  mask: async () => (await import('./commands/mask.ts')).maskCommand,
  erase: async () => (await import('./commands/erase.ts')).eraseCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  predict: async () => (await import('./commands/predict.ts')).predictCommand,
  model: async () => (await import('./commands/model.ts')).modelCommand,
  labels: async () => (await import('./commands/labels.ts')).labelsCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/restore.ts')).restoreCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
};
