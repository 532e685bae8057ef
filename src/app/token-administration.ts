import type { LoadedConfig } from '../config/config.ts';
import { createAccounts } from '../responder/accounts/accounts.ts';
import type { ApiTokens } from '../responder/accounts/accounts.ts';
import type { Logger } from '../std/std.ts';
import type { TokenAdministration } from '../web/web.ts';
import type { Dependencies } from './exporter.ts';
import { openResponderStore } from './responder-store.ts';

/** Writes down who gave access to whom; the secret of a token is in no line. */
export function logTokenChanges(tokens: ApiTokens, logger: Logger): TokenAdministration {
  return {
    list: async () => tokens.list(),
    async create(wanted, by) {
      const creation = await tokens.create(wanted, by);
      if (creation.status === 'created') {
        const { id, name, role, scopes } = creation.token;
        logger.info('API token made', { id, name, role, scopes: scopes.join(' '), by });
      }
      return creation;
    },
    async revoke(id, by) {
      const token = await tokens.revoke(id, by);
      if (token !== null) logger.info('API token revoked', { id, name: token.name, by });
      return token;
    },
  };
}

export type OpenTokens = { readonly tokens: TokenAdministration; close(): Promise<void> };

/** The tokens of the responder, for the command line; the responder may run meanwhile. */
export async function openTokens(
  loaded: LoadedConfig,
  dependencies: Dependencies,
): Promise<OpenTokens> {
  const store = await openResponderStore(loaded, dependencies.clock);
  const { tokens } = createAccounts(store, dependencies);
  return {
    tokens: logTokenChanges(tokens, dependencies.logger),
    close: async () => store.close(),
  };
}
