import type { Request } from 'express';
import type { SourceKind } from '../responder/alerts/alerts.ts';
import { errorMessage, secretsEqual } from '../std/std.ts';
import type { Logger } from '../std/std.ts';
import { bearerToken } from './access/named-tokens.ts';
import { peerOf } from './listening/peer.ts';
import type { Peer } from './listening/peer.ts';
import { createNetworks } from './networks.ts';

/** Secrets are asked for with each request, so that a changed one is in use at once; both may be valid for a while. */
export type SenderCredential =
  | { readonly kind: 'bearer'; readonly tokens: () => readonly string[] }
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly passwords: () => readonly string[];
    }
  | {
      readonly kind: 'certificate';
      /** Subject alternative names, one of which the certificate must have. */
      readonly names: readonly string[];
      readonly commonName: string | null;
    }
  /** Whoever is in its networks and shows no credentials. */
  | { readonly kind: 'address' };

export type Sender = {
  /** By which it is known in the journal. */
  readonly name: string;
  readonly credential: SenderCredential;
  /** From where it may deliver; empty: from everywhere. */
  readonly networks: readonly string[];
  /** What it may deliver; empty: everything. */
  readonly kinds: readonly SourceKind[];
};

export type SenderVerdict =
  | { readonly status: 'known'; readonly sender: string }
  /** No credentials, or wrong ones. */
  | { readonly status: 'unauthorised' }
  /** The right ones, but from the wrong place or for another kind. */
  | { readonly status: 'forbidden'; readonly sender: string; readonly why: string }
  /** A secret cannot be read just now, so nobody can tell. */
  | { readonly status: 'unavailable' };

export type SenderAccess = (request: Request, kind: SourceKind) => SenderVerdict;

type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'unknown' };

function presentedBy(request: Request): Presented {
  const header = request.get('authorization');
  if (header === undefined) return { kind: 'none' };
  const token = bearerToken(request);
  if (token !== null) return { kind: 'bearer', token };
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header)?.[1];
  if (encoded === undefined) return { kind: 'unknown' };
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  if (colon === -1) return { kind: 'unknown' };
  return { kind: 'basic', username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** Compares with every secret, also after a match, so that time says nothing about the list. */
function isAmong(presented: string, secrets: readonly string[]): boolean {
  return secrets.filter((secret) => secretsEqual(presented, secret)).length > 0;
}

/** Whether this sender shows what it must; secrets are compared whatever the name is. */
function isShown(
  { credential }: Sender,
  presented: Presented,
  peer: Peer,
  isNear: (address: string) => boolean,
): boolean {
  switch (credential.kind) {
    case 'bearer':
      return presented.kind === 'bearer' && isAmong(presented.token, credential.tokens());
    case 'basic': {
      if (presented.kind !== 'basic') return false;
      const isNamed = secretsEqual(presented.username, credential.username);
      return isAmong(presented.password, credential.passwords()) && isNamed;
    }
    case 'certificate': {
      const { certificate } = peer;
      if (presented.kind !== 'none' || certificate === null) return false;
      const { names, commonName } = credential;
      return (
        certificate.names.some((name) => names.includes(name)) ||
        (commonName !== null && certificate.commonName === commonName)
      );
    }
    case 'address':
      return presented.kind === 'none' && isNear(peer.address);
    default:
      return credential satisfies never;
  }
}

/**
 * Knows senders by their credentials. Without any configured everybody is "anonymous". Whoever shows an Authorization
 * header is judged by it alone.
 */
export function createSenderAccess(senders: readonly Sender[], logger: Logger): SenderAccess {
  const rules = senders.map((sender) => {
    const networks = createNetworks(sender.networks);
    const isNear = (address: string): boolean =>
      sender.networks.length === 0 || networks.contains(address);
    return { sender, isNear };
  });

  return (request, kind) => {
    if (rules.length === 0) return { status: 'known', sender: 'anonymous' };
    const presented = presentedBy(request);
    const peer = peerOf(request.socket);
    let isUnavailable = false;
    let known: string | undefined;
    let forbidden: SenderVerdict | undefined;
    for (const { sender, isNear } of rules) {
      try {
        if (!isShown(sender, presented, peer, isNear)) continue;
      } catch (error) {
        isUnavailable = true;
        const problem = errorMessage(error);
        logger.error('The secret of a sender cannot be read', { sender: sender.name, problem });
        continue;
      }
      const why = whyForbidden(sender, kind, isNear(peer.address));
      if (why === undefined) known ??= sender.name;
      else forbidden ??= { status: 'forbidden', sender: sender.name, why };
    }
    if (known !== undefined) return { status: 'known', sender: known };
    if (forbidden !== undefined) return forbidden;
    return { status: isUnavailable ? 'unavailable' : 'unauthorised' };
  };
}

function whyForbidden(
  { kinds, networks }: Sender,
  kind: SourceKind,
  isNear: boolean,
): string | undefined {
  if (!isNear) return `it is not in one of its networks (${networks.join(', ')})`;
  if (kinds.length === 0 || kinds.includes(kind)) return undefined;
  return `it may deliver ${kinds.join(', ')} only`;
}
