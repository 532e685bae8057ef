import type { FrontFault } from './fault.ts';

export const certificateExpired: FrontFault = {
  id: 'certificate_expired',
  faultClass: 'tls_certificate',
  title: 'Certificate expired',
  description: 'The TLS listener presents a certificate that ended yesterday. Needs TLS.',
  needsTls: true,
  break: ({ listener }) => listener.useCertificate('expired'),
  mend: ({ listener }) => listener.useCertificate('valid'),
};
