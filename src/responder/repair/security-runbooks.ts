import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

export const SECURITY_RUNBOOKS: Runbooks<
  'tls_certificate' | 'authentication' | 'authorization' | 'security_intrusion' | 'privilege_change'
> = {
  tls_certificate: {
    title: 'Renew the certificate',
    steps: [
      step('See which certificate is served, and until when it is valid.', {
        command:
          'openssl s_client -connect <crm-host>:443 -servername <crm-host> </dev/null | openssl x509 -noout -dates -subject -issuer',
      }),
      step('Valid, but not trusted: look at the issuer, the chain and the names in it.'),
      step('Renew it with your certificate authority or client.', { command: 'certbot renew' }),
      step('Load it into every server and load balancer in front of {target}.'),
      step('Find out why the renewal did not happen by itself.'),
    ],
    avoid: ['Do not switch off certificate checks in the integrations.'],
  },
  authentication: {
    title: 'Restore the access of the integration',
    steps: [
      step('Check in the CRM whether the account is locked, disabled or its password has expired.'),
      step('Ask who changed it; a revocation may have been on purpose.'),
      step('Issue a new secret and put it where the configuration of {target} refers to.', {
        link: 'docs/CONFIGURATION.md',
      }),
      step('Look for other integrations that use the same account.'),
    ],
    avoid: [
      'Do not use the account of a person or an administrator instead.',
      'Do not try old passwords: the CRM may lock the account.',
    ],
  },
  authorization: {
    title: 'Give back the right to read',
    steps: [
      step('See which object or method is refused in the detail of the failed probe.'),
      step('Compare the role of the monitoring account with what the connector needs.', {
        link: 'docs/CONFIGURATION.md',
      }),
      step('Ask who changed the role or the sharing rules.'),
      step('Give the account exactly the missing right to read.'),
    ],
    avoid: ['Do not make the account an administrator.'],
  },
  security_intrusion: {
    title: 'Stop the attack on the logins',
    steps: [
      step('In the login log of {target}: which accounts, from which addresses, since when.'),
      step(
        'One account and one address: most often an integration with an old password; tell its owner.',
      ),
      step(
        'Many accounts: block the addresses at the firewall or the CRM, and require a second factor.',
      ),
      step('Look for a success among the failures; lock that account and end its sessions.'),
      step('Keep the login log: it is evidence.'),
    ],
    avoid: ['Do not lock all accounts that were tried: that is what the attacker may want.'],
  },
  privilege_change: {
    title: 'Check who may do what now',
    steps: [
      step('List who holds administrator rights in {target} and since when.'),
      step('List who lost the second factor, and who switched it off.'),
      step('Ask the person who granted it; look for a change request.'),
      step('Not explained: take the right away, end the sessions and set a new password.'),
      step(
        'Read in the audit log what the account did meanwhile: exports, new API keys, new users.',
      ),
    ],
    avoid: ['Do not delete the account: its traces go with it.'],
  },
};
