import type { FailureReason } from '../../../src/catalog/catalog.ts';
import type { Fault } from '../../support/fault-server.ts';

export type NamedFault = {
  readonly name: string;
  readonly fault: Fault;
  /** What it means on a platform that has no meaning of its own for it. */
  readonly reason: FailureReason;
};

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** What a server, or what is between it and the monitor, may do to any request of any platform. */
export const FAULTS: readonly NamedFault[] = [
  { name: '401', fault: { kind: 'answer', status: 401 }, reason: 'authentication' },
  { name: '403', fault: { kind: 'answer', status: 403 }, reason: 'authorization' },
  { name: '404', fault: { kind: 'answer', status: 404 }, reason: 'not_found' },
  { name: '410', fault: { kind: 'answer', status: 410 }, reason: 'not_found' },
  { name: '429', fault: { kind: 'answer', status: 429 }, reason: 'rate_limited' },
  {
    name: '429 that asks to wait an hour',
    fault: { kind: 'answer', status: 429, headers: { 'retry-after': '3600' } },
    reason: 'quota_exhausted',
  },
  { name: '500', fault: { kind: 'answer', status: 500 }, reason: 'server_error' },
  {
    name: '502 in HTML of a proxy',
    fault: { kind: 'answer', status: 502, body: '<html>', headers: HTML },
    reason: 'server_error',
  },
  {
    name: '503 of maintenance',
    fault: { kind: 'answer', status: 503, headers: { 'retry-after': '600' } },
    reason: 'server_error',
  },
  {
    name: 'a redirect to a log-in page',
    fault: { kind: 'answer', status: 302, headers: { location: '/login' } },
    reason: 'bad_payload',
  },
  { name: 'a log-in page with 200', fault: { kind: 'login_page' }, reason: 'bad_payload' },
  {
    name: 'JSON that calls itself HTML',
    fault: { kind: 'answer', status: 200, body: '{}', headers: HTML },
    reason: 'bad_payload',
  },
  {
    name: 'truncated',
    fault: { kind: 'truncated', body: '{"data": [' },
    reason: 'bad_payload',
  },
  { name: 'half of a JSON text', fault: { kind: 'half_json' }, reason: 'bad_payload' },
  { name: 'an empty 200', fault: { kind: 'empty' }, reason: 'bad_payload' },
  { name: 'an empty 204', fault: { kind: 'answer', status: 204, body: '' }, reason: 'bad_payload' },
  { name: 'slow-loris', fault: { kind: 'slow_loris' }, reason: 'timeout' },
  { name: 'silence', fault: { kind: 'silent' }, reason: 'timeout' },
  { name: 'a connection that is cut', fault: { kind: 'hang_up' }, reason: 'tcp' },
];

/** JSON of a success that is not what any platform answers; none of it may become a number. */
export const WRONG_SHAPES: readonly string[] = [
  '{}',
  '[]',
  'null',
  '0',
  'true',
  '"ok"',
  '[null]',
  '{"data":null}',
  '{"list":{},"total":null}',
  '{"total":"12"}',
  '{"total":-1}',
  '{"total":1.5}',
  '{"result":{"count":"many"}}',
  '{"error":"no"}',
  '[{"error":"no"}]',
];
