import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_FORMATS, negotiateFormat } from '../../../src/exporter/exposition/exposition.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OM = 'application/openmetrics-text';
const PROTO =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const PROTO_ASKED = PROTO.replaceAll(' ', '');

describe('the format of a page', () => {
  it.each([
    ['nothing at all', '', TEXT],
    ['anything', '*/*', TEXT],
    ['any text', 'text/*;q=0.5', TEXT],
    ['text without a version', 'text/plain', TEXT],
    ['PrometheusText0.0.4', 'text/plain;version=0.0.4', TEXT],
    [
      'PrometheusText1.0.0',
      'text/plain;version=1.0.0',
      'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
    ['OpenMetricsText0.0.1', `${OM};version=0.0.1`, `${OM}; version=0.0.1; charset=utf-8`],
    [
      'OpenMetricsText1.0.0',
      `${OM};version=1.0.0`,
      `${OM}; version=1.0.0; charset=utf-8; escaping=underscores`,
    ],
    [
      'OpenMetrics of no version: the oldest',
      OM,
      `${OM}; version=1.0.0; charset=utf-8; escaping=underscores`,
    ],
    [
      'OpenMetrics 2.0, asked for',
      `${OM};version=2.0.0`,
      `${OM}; version=2.0.0; charset=utf-8; escaping=underscores`,
    ],
    ['PrometheusProto', PROTO_ASKED, PROTO],
    [
      'protobuf of something else',
      'application/vnd.google.protobuf;proto=x;encoding=delimited',
      TEXT,
    ],
    ['protobuf in another encoding', PROTO_ASKED.replace('delimited', 'text'), TEXT],
    [
      'the highest weight, wherever it stands',
      `text/plain;version=0.0.4;q=0.2,${PROTO_ASKED};q=0.9,*/*;q=0.1`,
      PROTO,
    ],
    [
      'of equal weights the first',
      `${OM};version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.5`,
      `${OM}; version=0.0.1; charset=utf-8`,
    ],
    ['nothing of weight 0', `${PROTO_ASKED};q=0,text/plain;version=0.0.4;q=0.1`, TEXT],
    ['a version nobody knows', `${OM};version=9.0.0,text/html`, TEXT],
    ['an escaping nobody knows', 'text/plain;version=1.0.0;escaping=none', TEXT],
    ['a weight that is none', `${PROTO_ASKED};q=high`, TEXT],
    [
      'quotes and capitals',
      `Application/OpenMetrics-Text; Version="1.0.0"`,
      `${OM}; version=1.0.0; charset=utf-8; escaping=underscores`,
    ],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
    [
      'Prometheus 2.42',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      `${OM}; version=1.0.0; charset=utf-8; escaping=underscores`,
    ],
    [
      'the default header of the document',
      `${OM};version=1.0.0;escaping=allow-utf-8;q=0.5,${OM};version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,/;q=0.1`,
      `${OM}; version=1.0.0; charset=utf-8; escaping=allow-utf-8`,
    ],
    [
      'the protobuf-first header of the document',
      `${PROTO_ASKED};q=0.5,${OM};version=1.0.0;escaping=allow-utf-8;q=0.4,${OM};version=0.0.1;q=0.3,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.2,text/plain;version=0.0.4;q=0.1,/;q=0.0`,
      PROTO,
    ],
  ])('is for %s', (_asked, accept, contentType) => {
    expect(negotiateFormat(accept).contentType).toBe(contentType);
  });

  it.each(['allow-utf-8', 'underscores', 'dots', 'values'])('takes the escaping %s', (escaping) => {
    for (const type of ['text/plain;version=1.0.0', `${OM};version=1.0.0`, `${OM};version=2.0.0`]) {
      const { contentType } = negotiateFormat(`${type};escaping=${escaping}`);
      expect(contentType).toBe(`${type.replace(';', '; ')}; charset=utf-8; escaping=${escaping}`);
    }
  });

  it('is always one of those there are, whatever the header', () => {
    const pieces = fc.constantFrom(
      OM,
      'text/plain',
      PROTO_ASKED,
      ';',
      ',',
      'q=',
      '0.5',
      'version=1.0.0',
      '=',
      '"',
      '*/*',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (accept) => {
          expect(ALL_FORMATS).toContain(negotiateFormat(accept));
        },
      ),
    );
    expect(ALL_FORMATS).toHaveLength(15);
  });

  it('reads no more of a header than it has to', () => {
    expect(negotiateFormat(`${'text/html,'.repeat(1000)}${PROTO_ASKED}`).contentType).toBe(TEXT);
    expect(negotiateFormat(`${'x'.repeat(1_000_000)},${PROTO_ASKED}`).contentType).toBe(TEXT);
  });
});
