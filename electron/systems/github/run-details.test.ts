import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createRunDetails, type RunDetails } from './run-details';

/** GitHub's API, and the storage beside it where logs lie. */
let servers: Server[];
let urls: string[];
let answer: (request: IncomingMessage, response: ServerResponse, server: number) => void;
let asked: { server: number; path: string; authorization: string | undefined }[];
let details: RunDetails;
const place = { owner: 'alphagov', repo: 'frontend' };
const signal = new AbortController().signal;

beforeEach(async () => {
  asked = [];
  urls = [];
  servers = [0, 1].map((index) =>
    createServer((request, response) => {
      asked.push({ server: index, path: request.url ?? '', authorization: request.headers.authorization });
      answer(request, response, index);
    }),
  );
  for (const server of servers) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  details = createRunDetails(createGitHub({ apiUrl: urls[0] ?? '', token: async () => 'secret' }));
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});
const json = (body: unknown, status = 200): void => {
  answer = (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

describe('the jobs of a run', () => {
  it('with their steps, as GitHub lists them', async () => {
    json({
      total_count: 2,
      jobs: [
        {
          id: 1,
          name: 'Build',
          status: 'completed',
          conclusion: 'success',
          started_at: '2026-03-01T10:00:00Z',
          completed_at: '2026-03-01T10:01:00Z',
          html_url: 'https://github.example/alphagov/frontend/actions/runs/7/job/1',
          steps: [
            {
              number: 1,
              name: 'Set up job',
              status: 'completed',
              conclusion: 'success',
              started_at: '2026-03-01T10:00:00Z',
              completed_at: '2026-03-01T10:00:02Z',
            },
          ],
        },
        { id: 2, name: 'Deploy', status: 'waiting', conclusion: null, started_at: '2026-03-01T10:01:00Z' },
      ],
    });
    expect(await details.jobs(place, 7, signal)).toEqual({
      ok: true,
      value: {
        more: 0,
        jobs: [
          {
            id: 1,
            name: 'Build',
            state: 'succeeded',
            startedAt: '2026-03-01T10:00:00Z',
            finishedAt: '2026-03-01T10:01:00Z',
            url: 'https://github.example/alphagov/frontend/actions/runs/7/job/1',
            steps: [
              {
                number: 1,
                name: 'Set up job',
                state: 'succeeded',
                startedAt: '2026-03-01T10:00:00Z',
                finishedAt: '2026-03-01T10:00:02Z',
              },
            ],
          },
          {
            id: 2,
            name: 'Deploy',
            state: 'waiting',
            startedAt: null,
            finishedAt: null,
            url: null,
            steps: [],
          },
        ],
      },
    });
  });

  it('hostile ones: long, hidden, many, of odd kinds', async () => {
    const odd = {
      id: 1,
      name: `a\u202eb\n${'x'.repeat(10_000)}`,
      status: 'in_progress',
      conclusion: 7,
      started_at: 'yesterday',
      html_url: 'javascript:alert(1)',
      steps: Array.from({ length: 500 }, (_, number) => ({ number, name: '', status: 'nothing' })),
    };
    json({ total_count: 90, jobs: Array.from({ length: 90 }, () => odd) });
    const answered = await details.jobs(place, 7, signal);
    const { jobs, more } = answered.ok ? answered.value : { jobs: [], more: 0 };
    expect([jobs.length, more]).toEqual([50, 40]);
    expect(jobs[0]).toMatchObject({ state: 'running', startedAt: null, url: null });
    expect(jobs[0]?.name).toMatch(/^a\\u202Eb x+$/);
    expect(jobs[0]?.name.length).toBeLessThanOrEqual(200);
    expect(jobs[0]?.steps).toHaveLength(60);
    expect(jobs[0]?.steps[1]).toMatchObject({ name: 'step 1', state: 'unknown' });
  });

  it.each([
    [{ jobs: [] }, 'bad-data'],
    [{ total_count: 1, jobs: [{ id: 'seven', name: 'x' }] }, 'bad-data'],
  ])('that are none: %j', async (body, code) => {
    json(body);
    expect(await details.jobs(place, 7, signal)).toMatchObject({ ok: false, failure: { code } });
  });
});

it('approvals that are waited for, with whoever may give them', async () => {
  json([
    {
      environment: { id: 1, name: 'production' },
      wait_timer: 30,
      wait_timer_started_at: null,
      current_user_can_approve: true,
      reviewers: [
        { type: 'User', reviewer: { login: 'ada' } },
        { type: 'Team', reviewer: { name: 'Platform engineers', slug: 'platform' } },
        { type: 'User', reviewer: null },
      ],
    },
    { environment: {}, wait_timer: -1, reviewers: 'nobody' },
  ]);
  expect(await details.approvals(place, 7, signal)).toEqual({
    ok: true,
    value: [
      {
        environment: 'production',
        reviewers: ['ada', 'platform (team)', 'somebody'],
        mayApprove: true,
        timer: 30,
      },
      { environment: 'unknown', reviewers: [], mayApprove: false, timer: 0 },
    ],
  });
});

describe('the log of a job', () => {
  const stored = (write: (response: ServerResponse) => void, type = 'text/plain; charset=utf-8'): void => {
    answer = (_, response, server) => {
      if (server === 0) return void response.writeHead(302, { location: `${urls[1]}/log?sig=x` }).end();
      response.writeHead(200, { 'content-type': type });
      write(response);
    };
  };

  it('comes from the storage that GitHub names, which is not given the token', async () => {
    stored((response) => response.end('2026-03-01T10:00:00.0000000Z one\n'));
    expect(await details.log(place, 9, signal)).toEqual({
      ok: true,
      value: { text: '2026-03-01T10:00:00.0000000Z one\n', cut: false },
    });
    expect(asked).toEqual([
      { server: 0, path: '/repos/alphagov/frontend/actions/jobs/9/logs', authorization: 'token secret' },
      { server: 1, path: '/log?sig=x', authorization: undefined },
    ]);
  });

  it('of a long one the end', async () => {
    const line = `${'x'.repeat(1023)}\n`;
    stored((response) => response.end(`first\n${line.repeat(5 * 1024)}the end\n`));
    const log = await details.log(place, 9, signal);
    expect(log).toMatchObject({ ok: true, value: { cut: true } });
    const { text } = log.ok ? log.value : { text: '' };
    expect(text).toHaveLength(4 * 1024 * 1024);
    expect(text.endsWith('x\nthe end\n')).toBe(true);
  });

  it('a page in its place is none', async () => {
    stored((response) => response.end('<html>sign in</html>'), 'text/html');
    expect(await details.log(place, 9, signal)).toMatchObject({ ok: false, failure: { code: 'bad-data' } });
  });

  it('is not there while the job runs', async () => {
    json({ message: 'Not Found' }, 404);
    expect(await details.log(place, 9, signal)).toMatchObject({ ok: false, failure: { code: 'not-found' } });
  });

  it('is the one plain text that is believed', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('{"jobs":[]}');
    expect(await details.jobs(place, 7, signal)).toMatchObject({ ok: false, failure: { code: 'bad-data' } });
  });
});
