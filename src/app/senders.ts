import { createWebConfigSource } from '../config/config.ts';
import type { SenderConfig } from '../config/config.ts';
import { CrmwatchError } from '../std/std.ts';
import type { SecretResolver } from '../std/std.ts';
import type { Sender, SenderCredential, WebConfig, WebConfigSource } from '../web/web.ts';
import { resolvePath } from './responder-store.ts';

function toCredential(
  { credential }: SenderConfig,
  resolveSecret: SecretResolver,
): SenderCredential {
  switch (credential.kind) {
    case 'bearer': {
      const { tokens } = credential;
      return { kind: 'bearer', tokens: () => tokens.map((token) => resolveSecret(token)) };
    }
    case 'basic': {
      const { username, passwords } = credential;
      const resolve = (): readonly string[] => passwords.map((each) => resolveSecret(each));
      return { kind: 'basic', username, passwords: resolve };
    }
    case 'certificate':
    case 'address':
      return credential;
    default:
      return credential satisfies never;
  }
}

/** Senders whose secrets are read with each request: a file that changes is in use at once. */
export function toSenders(
  senders: readonly SenderConfig[],
  resolveSecret: SecretResolver,
): readonly Sender[] {
  return senders.map((sender) => ({
    name: sender.name,
    credential: toCredential(sender, resolveSecret),
    networks: sender.networks,
    kinds: sender.kinds,
  }));
}

function requireUsable(config: WebConfig, path: string): WebConfig {
  if (config.rateLimit !== undefined) {
    throw new CrmwatchError('config_invalid', `${path} has a rate_limit`, {
      remedy: 'remove it: Alertmanager does not send again what was answered with 429',
    });
  }
  if (config.users.size === 0) return config;
  throw new CrmwatchError('config_invalid', `${path} has basic_auth_users`, {
    remedy: 'remove them: use senders with basic, and console_token, in the configuration',
  });
}

/**
 * The web configuration file of the responder. What guards an exporter in it would lose alerts here, or take the
 * header that names the sender, and is refused, at the start and whenever the file changes.
 */
export function openResponderWebConfig(folder: string, file: string): WebConfigSource {
  const path = resolvePath(folder, file);
  const source = createWebConfigSource(path);
  return { current: () => requireUsable(source.current(), path) };
}
