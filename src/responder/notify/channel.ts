import type { HttpClient } from '../../http/http.ts';
import type { Clock, Decoder, SecretResolver } from '../../std/std.ts';
import type { NoticeMessage } from './notice-message.ts';

export type DeliveryResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: string;
      /** False when trying again cannot help. */
      readonly retry: boolean;
      /** How long the receiver asks us to wait. */
      readonly retryAfterMs?: number;
    };

export type Channel = {
  readonly name: string;
  /** Never throws and always ends by its deadline. */
  send(message: NoticeMessage): Promise<DeliveryResult>;
  close(): void;
};

export type ChannelServices = {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly resolveSecret: SecretResolver;
};

export type ChannelKind<Options> = {
  readonly options: Decoder<Options>;
  /** Throws `config_invalid` when a secret has the wrong form. */
  create(name: string, options: Options, services: ChannelServices): Channel;
};
