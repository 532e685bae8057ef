import type { FrontFault } from './fault.ts';

export const certificateUntrusted: FrontFault = {
  id: 'certificate_untrusted',
  faultClass: 'tls_certificate',
  title: 'Certificate not trusted',
  description:
    'The TLS listener presents a valid certificate by an authority that nobody knows. Needs TLS.',
  needsTls: true,
  break: ({ listener }) => listener.useCertificate('untrusted'),
  mend: ({ listener }) => listener.useCertificate('valid'),
};
