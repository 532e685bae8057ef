import { decode, unreachable } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { Channel, ChannelServices } from './channel.ts';
import { emailChannel } from './email-channel.ts';
import type { EmailOptions } from './email-channel.ts';
import { webhookChannel } from './webhook-channel.ts';
import type { WebhookOptions } from './webhook-channel.ts';

export type ChannelOptions = EmailOptions | WebhookOptions;

/** One line per channel; `type` says which. */
export const channelOptions: Decoder<ChannelOptions> = decode.union('type', {
  email: emailChannel.options,
  webhook: webhookChannel.options,
});

export function createChannel(options: ChannelOptions, services: ChannelServices): Channel {
  switch (options.type) {
    case 'email':
      return emailChannel.create(options.name, options, services);
    case 'webhook':
      return webhookChannel.create(options.name, options, services);
    default:
      return unreachable(options);
  }
}
