import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';

export type PrometheusConfig = {
  readonly url: string;
  readonly token?: SecretReference;
  /** Where people reach it, when that is another address. */
  readonly publicUrl?: string;
};

export const DEFAULT_PROMETHEUS_URL = 'http://127.0.0.1:9090';

export const prometheusDecoder: Decoder<PrometheusConfig> = decode.transform(
  decode.object({
    url: decode.withDefault(
      decode.url(),
      DEFAULT_PROMETHEUS_URL,
      'address of the Prometheus that scrapes the exporter',
      DEFAULT_PROMETHEUS_URL,
    ),
    token: decode.optional(secretReference(), 'bearer token for it'),
    public_url: decode.optional(
      decode.url(),
      'its address as people reach it, for the links from reasons to series; otherwise url',
    ),
  }),
  ({ url, token, public_url: publicUrl }) => ({
    url,
    ...(token === undefined ? {} : { token }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  }),
);
