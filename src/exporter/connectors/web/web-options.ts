import {
  AllowListError,
  DEFAULT_HTTP_LIMITS,
  allowEntryOf,
  createAllowList,
  createHttpClient,
} from '../../../http/http.ts';
import type { InspectingHttpClient } from '../../../http/http.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { credentialEndsField, dayDecoder } from './credential-ends.ts';
import type { CredentialEnds } from './credential-ends.ts';
import { statusPageDecoder } from './status-page.ts';
import type { StatusPage } from './status-page.ts';

/** How to get to a web server: the same keys for every platform that is reached over HTTP. */
export type WebOptions = {
  readonly url: string;
  readonly tls?: { readonly ca_file?: SecretReference };
  readonly credential_ends?: CredentialEnds;
  readonly api_ends?: number;
  readonly status_page?: StatusPage;
  readonly allow_networks: readonly string[];
  readonly answer_limits: {
    readonly bytes?: number;
    readonly header_bytes: number;
    readonly redirects: number;
  };
};

/** A file with public content; read where secrets are read, so a missing one is reported with its place. */
export function fileReference(): Decoder<SecretReference> {
  return decode.transform(
    decode.text({ meaning: 'the path of a file' }),
    (file): SecretReference => ({ kind: 'secret_reference', file }),
  );
}

/** The key `pause_after_rejection`, in milliseconds; what is not tried again is told by the platform. */
export function pauseField(description: string): decode.Field<number> {
  return decode.withDefault(decode.duration(), 120_000, description, '2m');
}

/** The key that lets a configured name lead to more than public addresses. */
export function networksField(name: string): decode.Field<readonly string[]> {
  return decode.withDefault(
    decode.list(networkDecoder(), { maximumLength: 100 }),
    [],
    `private addresses and networks that ${name} may resolve to; public ones and an address written there ` +
      'itself need no entry',
    '[]',
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

/** A URL whose host and port can stand on the list of allowed targets. */
const urlDecoder = decode.refine(decode.url(), (url) => {
  try {
    createAllowList([allowEntryOf(url)]);
    return undefined;
  } catch (error) {
    if (!(error instanceof AllowListError)) throw error;
    return { message: error.message, remedy: 'write it whole, such as https://crm.example.com' };
  }
});

/** This machine, where nobody listens on the way. */
const LOOPBACK = /^http:\/\/(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d+)?(?:\/|$)/;

/** Of services that speak https alone: by http a secret would be on its way in the clear before anybody refuses it. */
export const secureUrlDecoder: Decoder<string> = decode.refine(urlDecoder, (url) =>
  url.startsWith('https:') || LOOPBACK.test(url)
    ? undefined
    : {
        message: 'credentials would travel in the clear',
        remedy: 'write https:// in place of http://',
      },
);

export const WEB_FIELDS: {
  readonly [Key in keyof WebOptions]-?: decode.Field<WebOptions[Key]>;
} = {
  url: decode.required(urlDecoder, 'address of the CRM'),
  tls: decode.optional(
    decode.object({
      ca_file: decode.optional(
        fileReference(),
        'PEM file of certificate authorities to trust besides the built-in ones',
      ),
    }),
    'trust for https',
  ),
  credential_ends: credentialEndsField,
  api_ends: decode.optional(
    dayDecoder,
    'first day on which the API that is asked is no more, where its vendor has announced one; an alert tells in time',
  ),
  status_page: decode.optional(
    statusPageDecoder({
      url: decode.required(urlDecoder, 'address of the page'),
      allow_networks: networksField('the name in the URL of the page'),
    }),
    'where the vendor tells how the service is; asked without any credentials',
  ),
  allow_networks: networksField('the name in the URL'),
  answer_limits: decode.withDefault(
    decode.object({
      bytes: decode.optional(
        decode.integer({ minimum: 1024, maximum: 1024 ** 3 }),
        `bytes of an answer, unpacked; ${DEFAULT_HTTP_LIMITS.bodyBytes} when not set, four times that for Tryton`,
      ),
      header_bytes: decode.withDefault(
        decode.integer({ minimum: 1024, maximum: 1024 ** 2 }),
        DEFAULT_HTTP_LIMITS.headerBytes,
        'bytes of the headers of an answer',
        String(DEFAULT_HTTP_LIMITS.headerBytes),
      ),
      redirects: decode.withDefault(
        decode.integer({ minimum: 0, maximum: 10 }),
        DEFAULT_HTTP_LIMITS.redirects,
        'redirects that are followed, to the same scheme, host and port only; with 0 a redirect is a bad answer',
        String(DEFAULT_HTTP_LIMITS.redirects),
      ),
    }),
    { header_bytes: DEFAULT_HTTP_LIMITS.headerBytes, redirects: DEFAULT_HTTP_LIMITS.redirects },
    'what one answer may cost',
    'as below',
  ),
};

/** A client that reaches this one CRM and nothing else, so its credentials cannot get anywhere else. */
export function createTargetClient(
  options: WebOptions,
  dependencies: ConnectorDependencies,
  defaultBytes: number = DEFAULT_HTTP_LIMITS.bodyBytes,
): InspectingHttpClient {
  const file = options.tls?.ca_file;
  const { bytes = defaultBytes, header_bytes: headerBytes, redirects } = options.answer_limits;
  return createHttpClient(
    {
      allow: [allowEntryOf(options.url), ...options.allow_networks],
      origin: options.url,
      limits: { bodyBytes: bytes, headerBytes, redirects },
      ...(file === undefined ? {} : { certificateAuthorities: [dependencies.resolveSecret(file)] }),
    },
    {
      clock: dependencies.clock,
      ...(dependencies.resolve === undefined ? {} : { resolve: dependencies.resolve }),
      ...(dependencies.observer === undefined ? {} : { observer: dependencies.observer }),
    },
  );
}
