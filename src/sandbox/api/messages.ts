import type { IncomingMessage } from 'node:http';

/** One reply of the API, before it is written out as JSON. */
export type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly bearer: string | undefined;
  /** The whole header, for an API that knows other ways than bearer tokens. */
  readonly authorization: string | undefined;
  /** The decoded JSON body; undefined when there was none. */
  readonly body: unknown;
};

export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, body: { error: { code, message } }, headers };
}

const BODY_LIMIT_BYTES = 64 * 1024;

/** Reads a request, or gives the reply that refuses it: 400 for a broken body, 413 for a large one. */
export async function readRequest(
  message: IncomingMessage,
): Promise<{ readonly request: Request } | { readonly refusal: Reply }> {
  const target = message.url ?? '/';
  const base = 'http://sandbox.invalid';
  if (!URL.canParse(target, base)) {
    return { refusal: refuse(400, 'bad_request', 'the address cannot be read') };
  }
  const url = new URL(target, base);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) {
      const text = `the body is larger than ${BODY_LIMIT_BYTES} bytes`;
      return { refusal: refuse(413, 'too_large', text, { Connection: 'close' }) };
    }
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = size === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return { refusal: refuse(400, 'bad_request', 'the body is no valid JSON') };
  }
  const { authorization } = message.headers;
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const method = message.method ?? 'GET';
  const { pathname: path, searchParams: query } = url;
  return { request: { method, path, query, bearer, authorization, body } };
}
