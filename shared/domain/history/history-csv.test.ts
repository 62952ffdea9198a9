import { describe, expect, it } from 'vitest';
import { visibleText } from '../text/visible-text';
import { csvHeader, csvLines, csvRecords } from './history-csv';
import type { HistoryEvent } from './history-event';

/** One cell, as it stands between others. */
const csvCell = (value: string | null): string => csvRecords([['x', value, 'x']]).slice(2, -4);

const event: HistoryEvent = {
  type: 'deployment',
  id: 5,
  app: 'frontend',
  environment: 'production',
  from: null,
  to: 'v2',
  at: '2026-03-01T12:00:00.000Z',
  commit: 'a'.repeat(40),
  author: 'Ada "the first" Vale, O’Neill',
  kind: 'deploy',
  reason: '=HYPERLINK("http://evil.invalid")',
  operationId: null,
  returns: false,
  subject: 'Dploie\r\nfrontend',
};

describe('a cell of CSV', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '\u00a0=1',
    '\ufeff=1',
    '＝1',
    '＋1',
    '－1',
    '＠a',
  ])('makes no formula of %j', (text) => {
    const cell = csvCell(text);
    const value = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    expect(value).toBe(`'${visibleText(text)}`);
  });

  it('leaves alone what is none', () => {
    for (const text of ['v1-2', 'a=b', 'Ada Vale', '1+1', 'x@y.invalid', ''])
      expect(csvCell(text)).toBe(text);
    expect(csvCell(null)).toBe('');
  });

  it('quotes as RFC 4180 says', () => {
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('say "no"')).toBe('"say ""no"""');
    expect(csvCell('two\r\nlines')).toBe('"two\r\nlines"');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
  });
});

it('writes an event as one record of as many cells as the header has', () => {
  expect(csvHeader.endsWith('\r\n')).toBe(true);
  expect(csvLines([event])).toBe(
    `2026-03-01T12:00:00.000Z,deployment,frontend,production,,v2,deploy,"Ada ""the first"" Vale, O’Neill",` +
      `"'=HYPERLINK(""http://evil.invalid"")","Dploie\r\nfrontend",${'a'.repeat(40)},,,,,,,\r\n`,
  );
  const run = { name: 'frontend 7', url: 'https://ci.example/runs/7' };
  const startedBy = { name: '=Ada', source: 'record', route: 'actions', run, override: ['a', 'b'] } as const;
  const started = csvLines([{ ...event, startedBy: { ...startedBy, override: [...startedBy.override] } }]);
  expect(started.endsWith(`,,,"'=Ada",actions,https://ci.example/runs/7,"a, b"\r\n`)).toBe(true);
  expect(csvLines([{ ...event, startedBy: { possibly: ['Ada', 'Grace'] } }])).toBe(csvLines([event]));
});
