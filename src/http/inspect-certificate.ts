import { isIP } from 'node:net';
import { connect } from 'node:tls';

import type { Clock } from '../std/std.ts';
import type { AllowList } from './allow-list.ts';
import { defaultPort } from './allow-list.ts';
import { RequestEnd, toFailure } from './failures.ts';
import { createGuardedLookup } from './lookup.ts';
import type { Resolve } from './lookup.ts';
import type { CertificateFacts, Outcome } from './outcome.ts';
import { readCertificate } from './peer-certificate.ts';
import { createPhaseTimer } from './phases.ts';

export type InspectionContext = {
  readonly clock: Clock;
  readonly allowList: AllowList;
  readonly resolve: Resolve;
};

/**
 * Reads the certificate in front of an https URL, good or bad: connects with verification off, sends nothing
 * beyond the handshake and closes. The allow-list holds as for requests.
 */
export async function inspectCertificate(
  url: string,
  timeoutMs: number,
  context: InspectionContext,
): Promise<Outcome<CertificateFacts>> {
  const { clock, allowList, resolve } = context;
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = target.port === '' ? defaultPort(target.protocol) : Number(target.port);
  const place = `${target.hostname}:${port}`;
  const timer = createPhaseTimer(clock);
  const fail = (error: unknown): Outcome<CertificateFacts> => ({
    ok: false,
    failure: toFailure(error, {
      place,
      stage: timer.stage(),
      answering: false,
      nowMs: clock.now(),
      certificate: undefined,
    }),
  });
  if (allowList.checkHost(host, port) === 'refused') {
    return fail(new RequestEnd('refused_target', `${place} is not on the list of allowed targets`));
  }
  return new Promise((settle) => {
    const socket = connect({
      host,
      port,
      // Nothing is sent to whoever answers here, so reading a bad certificate gives nothing away.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      lookup: createGuardedLookup(allowList, port, resolve, timer),
    });
    timer.watch(socket);
    const message = `${place} did not finish the TLS handshake within ${timeoutMs} ms`;
    const deadline = clock.after(timeoutMs, () => finish(fail(new RequestEnd('timeout', message))));
    socket.once('secureConnect', () => {
      const value = readCertificate(socket);
      const none = new RequestEnd('tls', `${place} shows no certificate`);
      finish(value === undefined ? fail(none) : { ok: true, value });
    });
    // Errors after the end are of no interest, but without a listener they would end the process.
    socket.on('error', (error) => finish(fail(error)));
    socket.once('end', () => finish(fail(new RequestEnd('tls', `${place} hung up`))));

    function finish(outcome: Outcome<CertificateFacts>): void {
      deadline.cancel();
      socket.destroy();
      settle(outcome);
    }
  });
}
