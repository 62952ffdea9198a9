import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../practice/cluster/certificates';
import { writeKubeconfig } from '../../practice/cluster/write-kubeconfig';
import { connect } from './connection';
import { parseLogLine } from './log-lines';
import { streamLogs } from './stream-logs';
import type { Connection, LogLine } from './types';

/** Where a stream is cut, in bytes from its begin: broken, or ended in good order as a proxy ends it. */
interface Cut {
  after: number;
  how: 'broken' | 'ended';
}

const lineLimit = 128;

/**
 * An API server that knows one pod and its log. It answers as a kubelet does: everything from a whole second on, each
 * line with its stamp; and it cuts its streams as it is told, one cut a stream, before it serves one to the end.
 */
describe('a log over a connection that is cut', () => {
  let server: Server;
  let folder: string;
  let connection: Connection;
  let log: Buffer[] = [];
  let cuts: Cut[] = [];
  let streams = 0;

  const pod = () => ({
    metadata: { name: 'a', namespace: 'apps', resourceVersion: '1' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'app' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          restartCount: 0,
          state: streams > cuts.length ? { terminated: { exitCode: 0 } } : { running: {} },
        },
      ],
    },
  });

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    if (!url.pathname.endsWith('/log')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(pod()));
      return;
    }
    const since = url.searchParams.get('sinceTime');
    const from = since === null ? 0 : Math.floor(Date.parse(since) / 1000) * 1000;
    const seen = log.filter((line) => Date.parse(line.toString().slice(0, 30)) >= from);
    const bytes = Buffer.concat(seen.flatMap((line) => [line, Buffer.from('\n')]));
    const cut = cuts[streams];
    streams += 1;
    response.writeHead(200, { 'content-type': 'text/plain' });
    if (!cut) response.end(bytes);
    else if (cut.how === 'ended') response.end(bytes.subarray(0, cut.after));
    else response.write(bytes.subarray(0, cut.after), () => response.destroy());
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-log-cuts-'));
    const { ca, cert, key } = await makeCertificates();
    server = createServer({ cert, key }, serve);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const kubeconfig = join(folder, 'kubeconfig.yaml');
    await writeKubeconfig(kubeconfig, [
      { name: 'test', server: `https://127.0.0.1:${port}`, ca, token: 'token' },
    ]);
    connection = await connect({ kubeconfig: [kubeconfig], requestTimeout: 5000 });
  });
  afterAll(async () => {
    connection.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function follow(lines: Buffer[], wantedCuts: Cut[]): Promise<LogLine[]> {
    log = lines;
    cuts = wantedCuts;
    streams = 0;
    const got: LogLine[] = [];
    await streamLogs(
      {
        connection,
        namespace: 'apps',
        pod: 'a',
        container: 'app',
        follow: true,
        lineLimit,
        timing: { batchDelay: 1, backoffBase: 1, backoffLimit: 2, lookEvery: 1 },
      },
      (batch) => got.push(...batch),
      () => undefined,
      AbortSignal.timeout(20_000),
    );
    return got;
  }

  /** Stamps in hundredths of a second, many of them equal. */
  const stamp = (hundredths: number): string =>
    `${new Date(1_767_225_600_000 + hundredths * 10).toISOString().slice(0, -1)}000000Z`;
  /** Pieces of a long line are one line again. */
  const whole = (lines: readonly LogLine[]): string =>
    lines.map(({ at, text }) => `${at} ${text}`).join('\n');
  const joined = (lines: readonly LogLine[]): string => lines.map(({ text }) => text).join('|');

  const hostile = [
    'plain',
    'é😀 ünï שלום e\u0301',
    '\u001b[31mred\u001b[0m',
    '\u001b]52;c;cm0gLXJmIC8=\u0007after',
    '\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\',
    '10%\r100%',
    '',
  ];

  /**
   * Places in a line, in bytes, where a cut tells: at both ends, in the stamp and right after it, in the text's middle,
   * in every character of several bytes and in every escape sequence.
   */
  const tellingPlaces = (line: Buffer): number[] => {
    const stampEnd = line.indexOf(' ') + 1;
    const places = [0, 12, stampEnd - 1, stampEnd, (stampEnd + line.length) >> 1, line.length];
    line.forEach((byte, index) => {
      if (byte >= 0xc0 || byte === 0x1b) places.push(index + 1);
      if (byte === 0x1b) places.push(index + 3);
    });
    return [...new Set(places.filter((place) => place <= line.length))].sort((a, b) => a - b);
  };

  it.each(['broken', 'ended'] as const)(
    'neither repeats nor loses a line, wherever it is cut (%s)',
    async (how) => {
      const lines = hostile.flatMap((text, index) =>
        // Twins to the byte: their stamps do not tell them apart.
        [stamp(index * 30), stamp(index * 30)].map((at) => Buffer.from(`${at} ${text}`)),
      );
      const expected = whole(lines.map((line) => parseLogLine(line)));
      let begin = 0;
      for (const line of lines) {
        const places = tellingPlaces(line).map((place) => ({ after: begin + place, how }));
        begin += line.length + 1;
        expect(whole(await follow(lines, places)), `cuts at ${places.map(({ after }) => after)}`).toBe(
          expected,
        );
        expect(streams).toBe(places.length + 1);
      }
    },
    60_000,
  );

  it('neither repeats nor loses a line over any number of cuts (property)', async () => {
    const line = fc.record({
      step: fc.nat(80),
      text: fc.oneof(
        fc.constantFrom(...hostile),
        fc.constantFrom('x', 'x'),
        fc
          .string({ unit: 'grapheme', minLength: 60, maxLength: 200 })
          .map((text) => text.replace(/\p{C}/gu, '')),
      ),
    });
    const cut = fc.record({ after: fc.nat(1500), how: fc.constantFrom('broken' as const, 'ended' as const) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        fc.array(cut, { maxLength: 5 }),
        async (steps, wanted) => {
          let now = 0;
          const lines = steps.map(({ step, text }) => {
            now += step;
            return Buffer.from(`${stamp(now)} ${text}`);
          });
          const got = await follow(lines, wanted);
          const uncut = await follow(lines, []);
          expect(whole(got)).toBe(whole(uncut));
          expect(joined(uncut).replaceAll('|', '')).toBe(
            joined(lines.map((one) => parseLogLine(one))).replaceAll('|', ''),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});
