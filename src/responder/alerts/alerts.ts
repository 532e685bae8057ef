export type { AlertEvent } from './alert-event.ts';
