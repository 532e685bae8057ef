import { createRuntime, createSecretPrograms, openTokens } from '../../app/app.ts';
import type { OpenTokens } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { ROLES, SCOPES } from '../../responder/accounts/accounts.ts';
import type { ApiToken, NewApiToken, Scope } from '../../responder/accounts/accounts.ts';
import { CrmwatchError, decode } from '../../std/std.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';

const ACTIONS = ['create', 'list', 'revoke'] as const;
type Action = (typeof ACTIONS)[number];

const BY = 'command line';

function usage(message: string, remedy: string): CrmwatchError {
  return new CrmwatchError('usage', message, { remedy });
}

function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw usage(`--${option} cannot be "${text}"`, `use: ${choices.join(', ')}`);
}

function wantedToken(options: ParsedOptions): NewApiToken {
  const name = requireOption('token create', options, 'name');
  const role = oneOf('role', requireOption('token create', options, 'role'), ROLES);
  const scopes = options
    .texts('scope')
    .flatMap((text) => text.split(','))
    .map((text): Scope => oneOf('scope', text.trim(), SCOPES));
  const expires = options.text('expires');
  const lifetimeMs = expires === undefined ? undefined : decode.parseDurationMs(expires);
  if (expires !== undefined && lifetimeMs === undefined) {
    throw usage(`--expires cannot be "${expires}"`, 'write for example --expires 90d');
  }
  return {
    name,
    role,
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
  };
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}

function stateOf({ revokedAtMs, expiresAtMs }: ApiToken, nowMs: number): string {
  if (revokedAtMs !== null) return `revoked ${dateOf(revokedAtMs)}`;
  return `${expiresAtMs <= nowMs ? 'expired' : 'until'} ${dateOf(expiresAtMs)}`;
}

function lineOf(token: ApiToken, nowMs: number): string {
  const used = token.lastUsedAtMs === null ? 'never used' : `used ${dateOf(token.lastUsedAtMs)}`;
  const scopes = token.scopes.join(',');
  return [token.id, token.name, token.role, scopes, stateOf(token, nowMs), used].join('  ');
}

type Told = { readonly context: CommandContext; readonly nowMs: number };

async function create(
  { tokens }: OpenTokens,
  wanted: NewApiToken,
  { context, nowMs }: Told,
): Promise<void> {
  const creation = await tokens.create(wanted, BY);
  if (creation.status === 'refused') throw usage(creation.why, creation.remedy);
  const { token, secret } = creation;
  context.note(`made ${lineOf(token, nowMs)}`);
  context.note('this is the only time that it is shown:');
  context.print(secret);
}

async function revoke({ tokens }: OpenTokens, id: string, { context, nowMs }: Told): Promise<void> {
  const token = await tokens.revoke(id, BY);
  if (token === null) throw usage(`there is no token "${id}"`, 'see: crmwatch token list');
  context.print(lineOf(token, nowMs));
}

export const tokenCommand: Command = {
  name: 'token',
  summary: 'make, list and revoke API tokens of the responder',
  help: `usage: crmwatch token create --config FILE --name NAME --role ROLE [--expires 90d] [--scope SCOPE,...]
       crmwatch token list --config FILE
       crmwatch token revoke --config FILE ID

Tokens are for programs that use the API. A token is shown once, when it is made; the database keeps its hash alone. A
revoked one is refused from the next request on, also by a responder that runs.

  --role ROLE        ${ROLES.join(', ')}
  --expires TIME     how long it is good, at most 366d (default: 90d)
  --scope SCOPE,...  what it is good for, within its role (default: all of that):
                     ${SCOPES.join(', ')}`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'token',
      context.arguments,
      { config: text, name: text, role: text, expires: text, scope: { ...text, multiple: true } },
      { minimum: 1, maximum: 2 },
    );
    const [word = '', id] = options.positionals;
    const action = ACTIONS.find((each): each is Action => each === word);
    if (action === undefined || (action === 'revoke') !== (id !== undefined)) {
      const found = options.positionals.join(' ');
      throw usage(
        `token ${found} is no command`,
        'use: token create, token list or token revoke ID',
      );
    }
    const wanted = action === 'create' ? wantedToken(options) : null;
    const file = requireOption(`token ${action}`, options, 'config');
    const loaded = loadConfig(file, process.env, createSecretPrograms());
    const runtime = createRuntime('error');
    const told = { context, nowMs: runtime.clock.now() };
    const { nowMs } = told;
    const opened = await openTokens(loaded, runtime);
    try {
      if (wanted !== null) await create(opened, wanted, told);
      else if (id !== undefined) await revoke(opened, id, told);
      else for (const token of await opened.tokens.list()) context.print(lineOf(token, nowMs));
    } finally {
      await opened.close();
    }
    return 0;
  },
};
