import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';
import { nameDecoder } from './common.ts';

export type AlertmanagerConfig = {
  readonly url: string;
  readonly source: string;
  readonly receiver: string;
  readonly token?: SecretReference;
  readonly basic?: { readonly user: string; readonly password: SecretReference };
};

/** When a watchdog is missed: once an Alertmanager is configured or it was heard, always, or never. */
export const WATCHDOG_EXPECTATIONS = ['auto', 'always', 'never'] as const;

export type WatchdogConfig = {
  readonly limitMs: number;
  readonly expected: (typeof WATCHDOG_EXPECTATIONS)[number];
};

type Written = Omit<AlertmanagerConfig, 'source'> & { readonly source?: string };
type WrittenSender = { readonly name: string; readonly source?: string };

/** The name that web gives whoever delivers while no senders are configured. */
export const ANONYMOUS_SENDER = 'anonymous';

const alertmanager: Decoder<Written> = decode.object({
  url: decode.required(decode.url(), 'address of its API, such as http://127.0.0.1:9093'),
  source: decode.optional(
    nameDecoder(),
    'source of the senders that it delivers as; may be left out when there is one',
  ),
  receiver: decode.withDefault(
    decode.text(),
    'crmwatch',
    'its receiver that delivers here; only alerts for it are told when a delivery was lost',
    'crmwatch',
  ),
  token: decode.optional(secretReference(), 'bearer token for it'),
  basic: decode.optional(
    decode.object({
      user: decode.required(decode.text(), 'user name'),
      password: decode.required(secretReference(), 'password'),
    }),
    'user name and password for it',
  ),
});

export const alertmanagersDecoder: Decoder<readonly Written[]> = decode.list(alertmanager, {
  maximumLength: 20,
});

export const watchdogDecoder: Decoder<WatchdogConfig> = decode.transform(
  decode.object({
    limit: decode.withDefault(
      decode.duration({ minimumMs: 10_000, maximumMs: 86_400_000 }),
      200_000,
      'how long no watchdog may be delivered before the alerting pipe is called dead',
      '200s',
    ),
    expected: decode.withDefault(
      decode.choice(WATCHDOG_EXPECTATIONS),
      'auto',
      'whether its absence opens an incident; auto: once it was heard, or alertmanagers are configured',
      'auto',
    ),
  }),
  ({ limit, expected }) => ({ limitMs: limit, expected }),
);

export const DEFAULT_WATCHDOG: WatchdogConfig = { limitMs: 200_000, expected: 'auto' };

type Problem = { readonly at: string; readonly message: string; readonly remedy: string };

/** Whether each Alertmanager is a source from which deliveries can come. */
export function sourceProblem(
  alertmanagers: readonly Written[],
  senders: readonly WrittenSender[],
): Problem | undefined {
  const sources = sourcesOf(senders);
  const taken = senders.findIndex(
    ({ name, source }) => source !== undefined && source !== name && sources.includes(name),
  );
  if (taken !== -1) {
    const name = senders[taken]?.name ?? '';
    return {
      at: `senders[${taken}].source`,
      message: `"${name}" is itself the source of another sender`,
      remedy: 'give the source a name that is not the name of one of its peers, such as main',
    };
  }
  const twofold = alertmanagers.findIndex(({ token, basic }) => token && basic);
  if (twofold !== -1) {
    return {
      at: `alertmanagers[${twofold}]`,
      message: 'has both a token and a user name',
      remedy: 'keep the one that the Alertmanager, or the proxy before it, asks for',
    };
  }
  const wrong = alertmanagers.findIndex(({ source }) =>
    source === undefined ? sources.length > 1 : !sources.includes(source),
  );
  if (wrong === -1) return undefined;
  const { source } = alertmanagers[wrong] ?? {};
  return {
    at: `alertmanagers[${wrong}].source`,
    message: source === undefined ? 'is missing' : `no sender is of the source "${source}"`,
    remedy: `use one of: ${sources.join(', ')}`,
  };
}

export function sourcesOf(senders: readonly WrittenSender[]): readonly string[] {
  if (senders.length === 0) return [ANONYMOUS_SENDER];
  return [...new Set(senders.map(({ name, source }) => source ?? name))];
}

export function withSources(
  alertmanagers: readonly Written[],
  senders: readonly WrittenSender[],
): readonly AlertmanagerConfig[] {
  const [only = ANONYMOUS_SENDER] = sourcesOf(senders);
  return alertmanagers.map(({ source = only, ...rest }) => ({ ...rest, source }));
}
