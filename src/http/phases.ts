import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock } from '../std/std.ts';
import { readCertificate } from './peer-certificate.ts';
import type { CertificateFacts, PhaseSeconds } from './outcome.ts';

/** How far a connection has got. */
export type ConnectionStage = 'dns' | 'tcp' | 'tls' | 'http';

/** Watches the socket of one request and times what really happens on it. */
export type PhaseTimer = {
  watch(socket: Socket): void;
  /** Called around the look-up of a name; an address needs none, and then there is no DNS phase. */
  lookupStarted(): void;
  lookupEnded(): void;
  stage(): ConnectionStage;
  /** Ends the HTTP phase: the answer is complete. */
  finish(): void;
  phases(): PhaseSeconds;
  totalSeconds(): number;
  certificate(): CertificateFacts | undefined;
};

export function createPhaseTimer(clock: Clock): PhaseTimer {
  const startedAtMs = clock.monotonicMs();
  const phases: Partial<Record<ConnectionStage, number>> = {};
  let stage: ConnectionStage = 'tcp';
  let stageStartedAtMs = startedAtMs;
  let certificate: CertificateFacts | undefined;

  function enter(next: ConnectionStage): void {
    const nowMs = clock.monotonicMs();
    phases[stage] = (nowMs - stageStartedAtMs) / 1000;
    stage = next;
    stageStartedAtMs = nowMs;
  }

  function skipTo(next: ConnectionStage): void {
    stage = next;
    stageStartedAtMs = clock.monotonicMs();
  }

  return {
    watch(socket) {
      const secure = socket instanceof TLSSocket ? socket : undefined;
      if (!socket.connecting) {
        certificate = secure === undefined ? undefined : readCertificate(secure);
        return skipTo('http');
      }
      socket.once('connect', () => enter(secure === undefined ? 'http' : 'tls'));
      if (secure === undefined) return;
      // "secure" comes before Node judges the certificate: afterwards the facts of a bad one are gone.
      secure.prependOnceListener('secure', () => {
        certificate = readCertificate(secure);
      });
      secure.once('secureConnect', () => enter('http'));
    },
    lookupStarted: () => skipTo('dns'),
    lookupEnded: () => enter('tcp'),
    stage: () => stage,
    finish: () => enter('http'),
    phases: () => phases,
    totalSeconds: () => (clock.monotonicMs() - startedAtMs) / 1000,
    certificate: () => certificate,
  };
}
