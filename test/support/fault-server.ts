import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

/** What the server does with the next requests instead of answering properly. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A login page with status 200 where JSON was promised. */
  | { readonly kind: 'login_page' }
  /** Promises more bytes than it sends, then hangs up. */
  | { readonly kind: 'truncated'; readonly body: string }
  /** Half a JSON text whose length is given correctly. */
  | { readonly kind: 'half_json' }
  | { readonly kind: 'empty' }
  /** Headers at once, then one byte every 20 ms for ever. */
  | { readonly kind: 'slow_loris' }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'hang_up' };

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type GoodAnswer = {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type FaultServer = {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** undefined mends it. */
  setFault(fault: Fault | undefined): void;
  connections(): number;
  close(): Promise<void>;
};

export type FaultServerOptions = {
  /** The healthy answer; a body that is no string is sent as JSON. */
  readonly respond?: (request: SeenRequest) => GoodAnswer;
  readonly tls?: { readonly key: string; readonly cert: string };
};

/** A small server on 127.0.0.1 that behaves until it is told to misbehave. */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const { respond = () => ({ body: {} }), tls } = options;
  const seen: SeenRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let fault: Fault | undefined;
  let connections = 0;

  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response);
  const server: Server =
    tls === undefined ? createHttpServer(listener) : createHttpsServer({ ...tls }, listener);
  server.on('connection', () => connections++);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const entry = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
    };
    seen.push(entry);
    if (fault === undefined) answerWell(response, respond(entry));
    else misbehave(response, fault, timers);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    setFault: (next) => (fault = next),
    connections: () => connections,
    async close() {
      for (const timer of timers) clearInterval(timer);
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerWell(response: ServerResponse, answer: GoodAnswer): void {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const headers = { 'content-type': 'application/json', ...answer.headers };
  response.writeHead(answer.status ?? 200, headers).end(text);
}

function misbehave(response: ServerResponse, fault: Fault, timers: Set<NodeJS.Timeout>): void {
  const json = { 'content-type': 'application/json' };
  switch (fault.kind) {
    case 'answer':
      response.writeHead(fault.status, { ...json, ...fault.headers }).end(fault.body ?? '{}');
      return;
    case 'login_page':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Log in</title><form><input name="password"></form>');
      return;
    case 'truncated':
      response.writeHead(200, { ...json, 'content-length': String(fault.body.length + 100) });
      response.write(fault.body, () => response.destroy());
      return;
    case 'half_json':
      response.writeHead(200, json).end('{"data":[{"id":1,"na');
      return;
    case 'empty':
      response.writeHead(200, json).end();
      return;
    case 'slow_loris': {
      response.writeHead(200, json);
      const timer = setInterval(() => response.write(' '), 20);
      timers.add(timer);
      response.once('close', () => clearInterval(timer));
      return;
    }
    case 'silent':
      return;
    case 'hang_up':
      response.destroy();
  }
}
