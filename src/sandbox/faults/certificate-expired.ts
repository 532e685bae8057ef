import type { Fault } from './fault.ts';

export const certificateExpired: Fault = {
  id: 'certificate_expired',
  faultClass: 'certificate_failure',
  title: 'Certificate expired',
  description: 'The TLS listener presents a certificate that ended yesterday. Needs TLS.',
  needsTls: true,
  break: (world) => world.listener.useCertificate('expired'),
  mend: (world) => world.listener.useCertificate('valid'),
};
