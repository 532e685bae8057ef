import {
  AllowListError,
  allowEntryOf,
  createAllowList,
  createHttpClient,
} from '../../../http/http.ts';
import type { InspectingHttpClient } from '../../../http/http.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';

/** How to get to a web server: the same keys for every platform that is reached over HTTP. */
export type WebOptions = {
  readonly url: string;
  readonly tls?: { readonly ca_file?: SecretReference };
  readonly allow_networks: readonly string[];
};

/** A file with public content; read where secrets are read, so a missing one is reported with its place. */
export function fileReference(): Decoder<SecretReference> {
  return decode.transform(
    decode.text({ meaning: 'the path of a file' }),
    (file): SecretReference => ({ kind: 'secret_reference', file }),
  );
}

function networkDecoder(): Decoder<string> {
  return decode.refine(decode.text(), (entry) => {
    try {
      createAllowList([entry]);
      return undefined;
    } catch (error) {
      if (!(error instanceof AllowListError)) throw error;
      const remedy = 'write an address or a network, such as 10.1.2.3 or 10.0.0.0/8';
      return { message: error.message, remedy };
    }
  });
}

export const WEB_FIELDS: {
  readonly [Key in keyof WebOptions]-?: decode.Field<WebOptions[Key]>;
} = {
  url: decode.required(decode.url(), 'address of the CRM'),
  tls: decode.optional(
    decode.object({
      ca_file: decode.optional(
        fileReference(),
        'PEM file of certificate authorities to trust besides the built-in ones',
      ),
    }),
    'trust for https',
  ),
  allow_networks: decode.withDefault(
    decode.list(networkDecoder(), { maximumLength: 100 }),
    [],
    'private addresses and networks that the name in the URL may resolve to; public ones and an address ' +
      'written in the URL itself need no entry',
    '[]',
  ),
};

/** A client that reaches this one CRM and nothing else. */
export function createTargetClient(
  options: WebOptions,
  dependencies: ConnectorDependencies,
): InspectingHttpClient {
  const file = options.tls?.ca_file;
  return createHttpClient(
    {
      allow: [allowEntryOf(options.url), ...options.allow_networks],
      ...(file === undefined ? {} : { certificateAuthorities: [dependencies.resolveSecret(file)] }),
    },
    {
      clock: dependencies.clock,
      ...(dependencies.resolve === undefined ? {} : { resolve: dependencies.resolve }),
      ...(dependencies.observer === undefined ? {} : { observer: dependencies.observer }),
    },
  );
}
