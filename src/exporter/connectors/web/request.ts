import type { HttpAnswer } from '../../../http/http.ts';

export type Headers = Readonly<Record<string, string>>;

export type ApiRequest = {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string;
};

export type ApiAnswer = { readonly document: unknown; readonly answer: HttpAnswer };
