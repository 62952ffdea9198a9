import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noLog } from '../../log/log';
import { type HolidayLists, type HolidayTiming, openHolidayLists } from './holiday-list';

const list = {
  'england-and-wales': {
    division: 'england-and-wales',
    events: [
      { title: 'New Year’s Day', date: '2026-01-01', notes: '', bunting: true },
      { title: 'Christmas Day', date: '2027-12-27', notes: 'Substitute day', bunting: true },
    ],
  },
  scotland: { division: 'scotland', events: [] },
};
let folder: string;
let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;
let asked: number;
let now: number;
let opened: HolidayLists[];
const json = (body: unknown) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-holidays-'));
  asked = 0;
  now = Date.parse('2026-11-30T12:00:00Z');
  opened = [];
  answer = json(list);
  server = createServer((_, response) => {
    asked += 1;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bank-holidays.json`;
});
afterEach(async () => {
  for (const one of opened) one.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

function open(timing: Partial<HolidayTiming> = {}): (division?: string) => ReturnType<HolidayLists['of']> {
  const file = path.join(folder, 'holidays.json');
  const lists = openHolidayLists({ urls: [url], file, fetch, now: () => now, log: noLog, timing });
  opened.push(lists);
  return (division = 'england-and-wales') => lists.of({ url, division });
}
const known = {
  state: 'known',
  names: new Map([
    ['2026-01-01', 'New Year’s Day'],
    ['2027-12-27', 'Christmas Day'],
  ]),
  from: '2026-01-01',
  until: '2027-12-31',
};

it('reads the list of a division, for the whole years that it has', async () => {
  const of = open();
  expect(of()).toMatchObject({ state: 'unknown', because: expect.stringContaining('has not been read yet') });
  await expect.poll(() => of()).toEqual(known);
  expect(of('scotland')).toMatchObject({ because: expect.stringContaining('no days off of “scotland”') });
  expect(of('wales')).toMatchObject({ state: 'unknown' });
});

it('is known at the next start without a network, and read again after a day', async () => {
  const of = open();
  await expect.poll(() => of().state).toBe('known');
  answer = (response) => response.writeHead(503).end();
  expect(open()()).toEqual(known);
  expect(asked).toBe(1);
  now += 25 * 3_600_000;
  const later = open();
  await expect.poll(() => asked).toBe(2);
  expect(later()).toEqual(known);
});

it('tries again after a failure, and says what was wrong meanwhile', async () => {
  answer = (response) => response.writeHead(503).end();
  const of = open({ retryAfter: 20 });
  await expect.poll(() => of()).toMatchObject({ because: expect.stringContaining('HTTP 503') });
  answer = json(list);
  await expect.poll(() => of()).toEqual(known);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['a login page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['another JSON', json(['2026-12-25'])],
  ['a day that is none', json({ x: { events: [{ title: 'x', date: '2026-13-40' }] } })],
  ['an endless answer', (response) => response.writeHead(200).end(Buffer.alloc(2 * 1024 * 1024, 32))],
  ['no answer at all', (response) => response.destroy()],
])('takes nothing from %s', async (_, wrong) => {
  answer = wrong;
  const of = open();
  await expect.poll(() => of()).toMatchObject({ because: expect.stringContaining('could not be read') });
  await expect(readFile(path.join(folder, 'holidays.json'))).rejects.toThrow();
});

it.each(['', '{', '[]', '{"x":{"readAt":1,"lists":{"y":{}}}}', '\0\0\0'])(
  'reads anew what stands in a damaged file: %j',
  async (text) => {
    await writeFile(path.join(folder, 'holidays.json'), text);
    const of = open();
    await expect.poll(() => of()).toEqual(known);
  },
);
