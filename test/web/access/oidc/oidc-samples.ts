import type { OidcOptions } from '../../../../src/web/access/oidc/oidc-options.ts';
import { CLIENT } from '../../../support/identity-provider.ts';

export const PUBLIC_URL = 'http://crmwatch.example:9969';

export function oidcOptions(issuer: string, changes: Partial<OidcOptions> = {}): OidcOptions {
  return {
    issuer,
    clientId: CLIENT.id,
    clientSecret: () => CLIENT.secret,
    scopes: ['openid', 'profile'],
    roleClaim: 'groups',
    roles: { 'crm-readers': 'viewer', 'crm-oncall': 'responder', 'crm-admins': 'admin' },
    nameClaim: 'name',
    allowEmail: false,
    publicUrl: PUBLIC_URL,
    hosts: [],
    certificateAuthorities: [],
    ...changes,
  };
}
