import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { CrmwatchError, errorMessage, secretsEqual, systemErrorCode } from '../std/std.ts';
import type { Logger } from '../std/std.ts';

import { readRequest } from './api/messages.ts';
import type { Reply, Request } from './api/messages.ts';
import type { FaultSwitch } from './fault-switch.ts';
import { closeServer, listen, trackConnections } from './front/listen.ts';

/** Who may reach it may break the CRM, so it listens on loopback alone, whatever the API does. */
const CONTROL_HOST = '127.0.0.1';

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  unknown_fault: 404,
  usage: 400,
  store_unavailable: 409,
  address_in_use: 409,
};

export type ControlServer = {
  /** Resolves to the address. */
  open(): Promise<string>;
  close(): Promise<void>;
};

export type ControlOptions = {
  readonly port: number;
  readonly token: string;
  readonly faults: FaultSwitch;
  readonly logger: Logger;
};

/** The way in for people and test suites that break things: GET /faults, POST /faults/<id>/break|mend. */
export function createControlServer(options: ControlOptions): ControlServer {
  const server = createServer((message, response) => {
    answer(options, message)
      .then((reply) => write(response, reply))
      .catch((error: unknown) => {
        options.logger.debug('a control request ended early', { error: errorMessage(error) });
        response.destroy();
      });
  });
  const connections = trackConnections(server);
  return {
    open: async () => `http://${CONTROL_HOST}:${await listen(server, CONTROL_HOST, options.port)}`,
    close: () => closeServer(server, connections),
  };
}

function write(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(JSON.stringify(reply.body));
}

function refuse(status: number, code: string, message: string, remedy: string): Reply {
  return { status, body: { error: { code, message, remedy } } };
}

async function answer(options: ControlOptions, message: IncomingMessage): Promise<Reply> {
  const read = await readRequest(message);
  if ('refusal' in read) return read.refusal;
  const { request } = read;
  if (request.bearer === undefined || !secretsEqual(request.bearer, options.token)) {
    const remedy = 'send the control token that the sandbox printed when it started';
    return refuse(401, 'unauthorized', 'the control token is missing or wrong', remedy);
  }
  try {
    return await route(options.faults, request);
  } catch (error) {
    if (error instanceof CrmwatchError) {
      const status = STATUS_BY_CODE[error.code] ?? 500;
      return refuse(status, error.code, error.message, error.remedy);
    }
    options.logger.error('the sandbox could not change a fault', {
      error: errorMessage(error),
      code: systemErrorCode(error),
    });
    return refuse(500, 'internal', errorMessage(error), 'read the log of the sandbox');
  }
}

async function route(faults: FaultSwitch, request: Request): Promise<Reply> {
  const { method, path } = request;
  if (path === '/faults' && method === 'GET') {
    return { status: 200, body: { faults: faults.list() } };
  }
  const match = /^\/faults\/([^/]{1,100})\/(break|mend)$/.exec(path);
  if (match === null || method !== 'POST') {
    const remedy = 'use GET /faults, POST /faults/<id>/break or POST /faults/<id>/mend';
    return refuse(404, 'not_found', `there is no ${method} ${path}`, remedy);
  }
  const id = match[1] ?? '';
  if (match[2] === 'mend') await faults.mend(id);
  else await faults.break(id, decodeIntensity(request.body));
  return { status: 200, body: { fault: faults.list().find((state) => state.id === id) } };
}

function decodeIntensity(body: unknown): number | undefined {
  if (body === undefined) return undefined;
  const { intensity } = (body ?? {}) as { intensity?: unknown };
  if (intensity === undefined || typeof intensity === 'number') return intensity;
  throw new CrmwatchError('usage', 'the intensity is no number', {
    remedy: 'send {"intensity": 0.6}, or no body for the default',
  });
}
