import { describe, expect, it } from 'vitest';
import {
  readCallGraph,
  readSeries,
  timeOf,
} from '../../../../src/responder/diagnosis/localisation/localisation.ts';

const plain = (text: string, options = {}): unknown =>
  readSeries(text, 'data.csv', options).map(({ component, metric, times, values }) => ({
    component,
    metric,
    times: [...times],
    values: [...values],
  }));

describe('a table of measurements', () => {
  it('has a row for each measurement, in any order, or a column for each series', () => {
    const expected = [
      { component: 'shop-db', metric: 'cpu', times: [1000, 2000], values: [1, Number.NaN] },
      { component: 'mail', metric: 'latency', times: [1000, 2000], values: [0.5, 0.7] },
    ];
    const long = [
      'time,component,metric,value',
      '2,shop-db,cpu,NaN',
      '1,mail,latency,0.5',
      '1,shop-db,cpu,1',
      '2,mail,latency,0.7',
    ];
    expect(plain(long.join('\n'))).toEqual(expected);
    const wide = 'time,shop-db_cpu,mail_latency\n1,1,0.5\n2,,0.7\n';
    expect(plain(wide)).toEqual(expected);
    expect(plain(wide.replaceAll('_', '::'), { separator: '::' })).toEqual(expected);
  });

  it.each([
    ['seconds', '1795885200', 1_795_885_200_000],
    ['milliseconds', '1795885200000', 1_795_885_200_000],
    ['a date', '2026-11-28T17:00:00Z', 1_795_885_200_000],
  ])('has times as %s', (_, text, expected) => {
    expect(timeOf(text, 'time')).toBe(expected);
  });

  it.each([
    ['no time', 'at,x\n1,2\n', /no column "time"/],
    ['a time that is none', 'time,x_y\nsoon,2\n', /data\.csv:2: column "time" is "soon"/],
    ['an infinity', 'time,x_y\n1,inf\n', /data\.csv:2: column "x_y" is "inf"/],
    ['a text', 'time,component,metric,value\n1,a,b,c\n', /data\.csv:2: column "value" is "c"/],
    ['a ragged row', 'time,x_y\n1\n', /data\.csv:2: the row has 1 columns/],
    ['nothing', '', /data\.csv is empty/],
  ])('with %s is refused', (_, text, message) => {
    expect(() => readSeries(text, 'data.csv')).toThrow(
      expect.objectContaining({ code: 'series_invalid', message: expect.stringMatching(message) }),
    );
  });
});

describe('a graph of calls', () => {
  it('has a line for each call', () => {
    const graph = readCallGraph('caller,callee\nshop,db\nshop,mail\n', 'graph.csv');
    expect([...graph]).toEqual([['shop', ['db', 'mail']]]);
    expect(() => readCallGraph('from,to\na,b\n', 'graph.csv')).toThrow(/caller and callee/);
  });
});
