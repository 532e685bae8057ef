/**
 * The moments at which a crash would hurt most, by name. `npm run torture` kills the responder at each of them and
 * looks at what is left; docs/responder/proof.md says what each one is. A test holds that every name is marked in
 * the code at exactly one place, another one that the harness reaches it.
 */
export const CRASH_POINTS = [
  'migration:between-steps',
  'migration:before-commit',
  'migration:after-commit',
  'group-commit:between-works',
  'intake:before-commit',
  'intake:after-commit',
  'intake:before-answer',
  'intake:after-answer',
  'inbox:before-commit',
  'inbox:after-commit',
  'changes:before-commit',
  'changes:after-commit',
  'journal:before-head',
  'journal:after-head',
  'timer:claimed',
  'timer:diagnosed',
  'timer:verified',
  'timer:done',
  'outbox:enqueued',
  'outbox:before-claim',
  'outbox:claimed',
  'outbox:sent',
  'outbox:settled',
  'quarantine:before-commit',
  'quarantine:after-commit',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const HOOK = Symbol.for('crmwatch.crash-point');

/**
 * Looked at once, while the program is being loaded: only code that is loaded before it can have put something
 * there. No option, variable or file of the product itself does.
 */
const hook = (globalThis as { readonly [HOOK]?: (point: CrashPoint) => void })[HOOK];

/** Does nothing, except under a test that wants to end the process here. */
export function crashPoint(point: CrashPoint): void {
  hook?.(point);
}
