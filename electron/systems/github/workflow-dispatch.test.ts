import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createWorkflowRuns } from './workflow-dispatch';

const place = { owner: 'example', repo: 'release', workflow: 'tests.yml' };
const request = { ref: 'main', inputs: { bag: '7' } };
const asked = { ref: 'main', inputs: { bag: '7' } };

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that gives these answers, one after the other, and what it was asked. */
async function answering(...answers: { status: number; body?: unknown }[]) {
  const bodies: unknown[] = [];
  server = createServer(async (incoming, response) => {
    bodies.push(JSON.parse(await text(incoming)));
    const { status, body } = answers[bodies.length - 1] ?? { status: 500 };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const github = createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'token' });
  return { runs: createWorkflowRuns(github), bodies };
}
const signal = new AbortController().signal;

it('tells which run a dispatch made', async () => {
  const { runs, bodies } = await answering({
    status: 200,
    body: {
      workflow_run_id: 42,
      run_url: 'https://api.example/repos/example/release/actions/runs/42',
      html_url: 'https://git.example/example/release/actions/runs/42',
    },
  });
  expect(await runs.dispatch(place, request, signal)).toEqual({
    ok: true,
    value: { id: 42, url: 'https://git.example/example/release/actions/runs/42' },
  });
  expect(bodies).toEqual([{ ...asked, return_run_details: true }]);
});

it('goes without the run where the server does not tell it', async () => {
  const { runs } = await answering({ status: 204 });
  expect(await runs.dispatch(place, request, signal)).toEqual({ ok: true, value: null });
});

it('asks an older server again, without the field that it refused', async () => {
  const { runs, bodies } = await answering(
    { status: 422, body: { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' } },
    { status: 204 },
  );
  expect(await runs.dispatch(place, request, signal)).toEqual({ ok: true, value: null });
  expect(bodies).toEqual([{ ...asked, return_run_details: true }, asked]);
});

it('tells a request that GitHub can’t have got from one whose answer was lost', async () => {
  const { runs } = await answering({ status: 204 });
  server?.close();
  server?.closeAllConnections();
  expect(await runs.dispatch(place, request, signal)).toMatchObject({
    ok: false,
    failure: { code: 'offline' },
  });
  server = createServer((incoming) => incoming.socket.destroy());
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const cut = createWorkflowRuns(
    createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'token' }),
  );
  expect(await cut.dispatch(place, request, signal)).toMatchObject({
    ok: false,
    failure: { code: 'unreachable' },
  });
});

it.each([
  { status: 422, body: { message: "Workflow does not have 'workflow_dispatch' trigger" } },
  { status: 502, body: { message: 'Bad gateway' } },
])('does not ask twice after $status for another reason', async (answer) => {
  const { runs, bodies } = await answering(answer, { status: 204 });
  expect(await runs.dispatch(place, request, signal)).toMatchObject({ ok: false });
  expect(bodies).toHaveLength(1);
});
