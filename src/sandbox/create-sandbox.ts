import type { Clock, Logger, Random } from '../std/std.ts';
import { openSqlite } from '../store/store.ts';
import type { Sqlite } from '../store/store.ts';

import { createApi } from './api/api.ts';
import type { Backend } from './api/backend.ts';
import { createToken } from './api/session.ts';
import { makeCertificates } from './front/certificates.ts';
import { createControlServer } from './control-server.ts';
import { fillDatabase } from './database.ts';
import type { Monitor } from './database.ts';
import { createFaultSwitch } from './fault-switch.ts';
import type { FaultState, FaultSwitch } from './fault-switch.ts';
import { createFront } from './front/front.ts';
import type { RunningFront } from './front/front.ts';
import { inventData, sizeForCustomers } from './invent/invent.ts';
import { createHolds, createRepeater } from './life.ts';
import { requestLogin } from './log-in-request.ts';
import { TICK_MS, createSimulator } from './simulator.ts';

export type SandboxOptions = {
  /** A SQLite file in a folder that exists. It is made, and what an earlier sandbox left is replaced. */
  readonly databaseFile: string;
  /** Address of the API; the control server listens on 127.0.0.1 whatever this says. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly controlPort?: number;
  /** Speaks HTTPS with a certificate of the sandbox's own authority. Default false. */
  readonly tls?: boolean;
  /** Equal seeds invent equal customers. */
  readonly seed?: number;
  /** Number of accounts; contacts are 8/3, deals 5/3 of them. Default 1500. */
  readonly customers?: number;
  /** How long a call waits for the database's lock before it gets 503. Default 500. */
  readonly busyTimeoutMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

export type SandboxAddresses = {
  readonly url: string;
  readonly controlUrl: string;
  /** The authority to trust; undefined without TLS. */
  readonly caCertificatePem: string | undefined;
  /** API token, user name and password of the identity that monitors. */
  readonly token: string;
  readonly user: string;
  readonly password: string;
  readonly controlToken: string;
};

export type Sandbox = AsyncDisposable & {
  /** Listens, with healthy new data; a second call gives the same addresses. */
  start(): Promise<SandboxAddresses>;
  /** Idempotent; ends every connection at once. */
  stop(): Promise<void>;
  faults(): readonly FaultState[];
  /** Breaks a fault, or changes its intensity (0 to 1, default 0.6). */
  break(id: string, options?: { readonly intensity?: number }): Promise<void>;
  mend(id: string): Promise<void>;
  /** Ends every connection to the API, as a restart of something in between does. */
  dropConnections(): void;
};

type CleanUp = () => void | Promise<void>;

const MONITOR_NAME = 'crmwatch.monitor';

type Running = {
  readonly addresses: SandboxAddresses;
  readonly faults: FaultSwitch;
  readonly front: RunningFront;
  close(): Promise<void>;
};

/** The sandbox CRM: a real HTTP server over SQLite whose faults are real and can be removed again. */
export function createSandbox(options: SandboxOptions): Sandbox {
  let started: Promise<Running> | undefined;
  let running: Running | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<SandboxAddresses> {
    if (stopped !== undefined) throw new Error('this sandbox was stopped; create another one');
    started ??= startRunning(options);
    running = await started;
    return running.addresses;
  }

  async function stop(): Promise<void> {
    stopped ??= (started ?? Promise.resolve(undefined)).then(
      (toClose) => toClose?.close(),
      // A sandbox that failed to start has cleaned up after itself.
      () => undefined,
    );
    return stopped;
  }

  function requireRunning(): Running {
    if (running === undefined) throw new Error('start the sandbox before its faults are used');
    return running;
  }

  return {
    start,
    stop,
    faults: () => requireRunning().faults.list(),
    break: async (id, { intensity } = {}) => requireRunning().faults.break(id, intensity),
    mend: async (id) => requireRunning().faults.mend(id),
    dropConnections: () => requireRunning().front.dropConnections(),
    [Symbol.asyncDispose]: stop,
  };
}

/** A connection that never waits inside SQLite, which would stop the whole process for that time. */
function openDatabase(file: string): Sqlite {
  return openSqlite(file, { busyTimeoutMs: 0, synchronous: 'NORMAL' });
}

async function startRunning(options: SandboxOptions): Promise<Running> {
  const { clock, random, logger, host = '127.0.0.1', port = 0, tls = false } = options;
  const certificates = tls ? await makeCertificates(clock.now(), host) : undefined;
  const token = createToken(random);
  const monitor: Monitor = { userName: MONITOR_NAME, password: createToken(random), token };
  const database = openDatabase(options.databaseFile);
  const cleanUps: CleanUp[] = [() => database.close()];
  try {
    const size = sizeForCustomers(options.customers ?? 1500);
    const data = inventData(options.seed ?? 1, size, clock.now());
    const monitorUserId = fillDatabase(database, data, monitor, clock.now());
    const backend: Backend = { delayMs: 0, isGone: false };
    const api = createApi({ busyTimeoutMs: 500, ...options, database, backend });
    const front = createFront({ ...options, host, port, certificates, api });
    const simulator = createSimulator({ database, clock, random, monitorUserId });
    const repeater = createRepeater(clock, logger);
    const holds = createHolds();
    cleanUps.push(
      () => holds.end(),
      () => repeater.end(),
    );
    const faults = createFaultSwitch(
      {
        database,
        clock,
        random,
        logger,
        backend,
        ...front,
        worker: simulator.worker,
        monitorUserId,
        openSecondConnection: () => openDatabase(options.databaseFile),
        login: (user, password) => requestLogin(front.url(), user, password),
        every: repeater.every,
        hold: holds.hold,
        release: holds.release,
      },
      tls,
    );
    const access = await openServers(options, front, faults, cleanUps);
    repeater.every(TICK_MS, () => simulator.tick());
    const addresses: SandboxAddresses = {
      ...access,
      caCertificatePem: certificates?.caCertificatePem,
      token,
      user: monitor.userName,
      password: monitor.password,
    };
    return { addresses, faults, front, close: () => cleanUp(cleanUps) };
  } catch (error) {
    await cleanUp(cleanUps);
    throw error;
  }
}

async function openServers(
  options: SandboxOptions,
  front: RunningFront,
  faults: FaultSwitch,
  cleanUps: CleanUp[],
): Promise<Pick<SandboxAddresses, 'url' | 'controlUrl' | 'controlToken'>> {
  const { random, logger, controlPort = 0 } = options;
  const controlToken = createToken(random);
  const control = createControlServer({ port: controlPort, token: controlToken, faults, logger });
  cleanUps.push(
    () => front.close(),
    () => control.close(),
  );
  await front.listener.open();
  const controlUrl = await control.open();
  return { url: front.url(), controlUrl, controlToken };
}

/** Last opened, first closed. */
async function cleanUp(cleanUps: CleanUp[]): Promise<void> {
  for (const step of cleanUps.splice(0).reverse()) await step();
}
