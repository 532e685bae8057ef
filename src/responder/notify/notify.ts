export type { Channel, ChannelKind, ChannelServices, DeliveryResult } from './channel.ts';
export { channelOptions, createChannel } from './channels.ts';
export type { ChannelOptions } from './channels.ts';
export { createDeliverer } from './deliverer.ts';
export type { Deliverer, DelivererOptions, Relay } from './deliverer.ts';
export type { EmailOptions } from './email-channel.ts';
export { composeMaintenanceNotice } from './maintenance-message.ts';
export { composeNotice } from './notice-message.ts';
export type { NoticeFacts, NoticeKind, NoticeMessage } from './notice-message.ts';
export { countPending, enqueue, findNotifications, forgetMessages, freeNotices } from './outbox.ts';
export type { ClaimedItem, OutboxItem, OutboxState } from './outbox.ts';
export { OUTBOX_MIGRATIONS } from './outbox-tables.ts';
export type { OutboxTables } from './outbox-tables.ts';
export { composeStormNotice } from './storm-message.ts';
export type { StormFacts } from './storm-message.ts';
export {
  countNotices,
  countTried,
  findWaiting,
  renewWaiting,
  withdrawWaiting,
} from './waiting-notices.ts';
export type { WaitingNotice } from './waiting-notices.ts';
export type { WebhookOptions } from './webhook-channel.ts';
