import type { Platform } from '../platform.ts';

/** Of what every platform over HTTP tells in the same way; one that differs says so itself. */
export const WEB_SOURCES: Pick<
  Platform['sources'],
  'vendor_status' | 'api_lifecycle' | 'certificate' | 'credentials'
> = {
  vendor_status: { from: 'the page that `status_page` names' },
  api_lifecycle: { from: '`api_ends`, and the header Sunset of the answers' },
  certificate: { from: 'the TLS connection, with https only' },
  credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
};
