import helmet from 'helmet';
import type { Handler } from './routes.ts';

/**
 * Nothing may be loaded, sent or framed but what this server itself serves; no inline script or style. The
 * referrer policy is `same-origin` because `no-referrer` makes browsers send "Origin: null" with our own forms.
 */
export function securityHeaders(): Handler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'"],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    /** Transport security belongs to whoever terminates TLS in front of us. */
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  }) as Handler;
}
