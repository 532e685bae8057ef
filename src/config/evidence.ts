import type { ChangeQuery } from '../responder/evidence/evidence.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import { nameDecoder, uniquelyNamed } from './common.ts';

export type EvidenceConfig = { readonly changes: readonly ChangeQuery[] };

export const DEFAULT_EVIDENCE: EvidenceConfig = { changes: [] };

const change: Decoder<ChangeQuery> = decode.object({
  name: decode.required(nameDecoder(), 'what is changed, such as deployment'),
  query: decode.required(
    decode.text({ maximumLength: 2000 }),
    'PromQL whose values are times in seconds since the epoch; $target stands for the name of the target',
  ),
});

/** What a diagnosis asks besides the measurements and probes of its target. */
export const evidenceDecoder: Decoder<EvidenceConfig> = decode.object({
  changes: decode.withDefault(
    uniquelyNamed(decode.list(change, { maximumLength: 10 }), 'change'),
    [],
    'when something was last changed that may be the cause',
    '[]',
  ),
});
