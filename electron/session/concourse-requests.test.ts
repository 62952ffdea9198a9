import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mostRequests } from '../../shared/domain/concourse/polling';
import { estateSchema } from '../../shared/domain/estate/estate';
import { noLog } from '../log/log';
import { type ConcourseView, observeConcourse } from '../systems/concourse/observe-concourse';
import {
  type PracticeForClient,
  practiceForClient,
  watchedPipelines,
} from '../systems/concourse/testing/practice';
import { type ConcoursePast, keepConcoursePast } from './concourse-past';

/** How much faster than by the plan it is looked. */
const speed = 40;
let folder: string;
let practice: PracticeForClient;
let view: ConcourseView;
let past: ConcoursePast;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-requests-'));
  practice = await practiceForClient();
  view = observeConcourse({
    client: practice.client,
    pipelines: watchedPipelines,
    log: noLog,
    now: () => new Date(),
    speed,
  });
  const environments = watchedPipelines.map(({ environment }) => environment);
  const estate = estateSchema.parse({
    name: 'Small',
    ledger: { url: 'https://git.example.test/release' },
    environments: environments.map((name) => ({ name })),
    pipelines: [
      {
        name: 'notify',
        kind: 'concourse',
        url: practice.server.url,
        environments,
        stages: Object.fromEntries(environments.map((team) => [team, { team }])),
        jobs: { periodic: ['periodic-smoke-test'] },
      },
    ],
  });
  past = keepConcoursePast({
    estate,
    views: new Map([['notify', view]]),
    folder,
    log: noLog,
    report: () => undefined,
  });
  await expect.poll(() => view.freshness().state).toBe('live');
});
afterEach(async () => {
  view.close();
  await past.close();
  await practice.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Requests, while `each` happens, until so much of a minute passed as the plan has it. */
async function requestsOf(minutes: number, each: () => void): Promise<number> {
  const before = practice.requests.length;
  const until = performance.now() + (60_000 * minutes) / speed;
  await expect
    .poll(
      () => {
        each();
        return performance.now() > until;
      },
      { interval: 25 },
    )
    .toBe(true);
  return practice.requests.length - before;
}

it('requests of a console that keeps history and logs stay within the plan, idle and with three environments deploying', async () => {
  practice.concourse.settle();
  // Logs that the start has still to read are no requests of an idle minute.
  const ended = practice.concourse
    .builds()
    .filter(({ job, endedAt }) => endedAt !== null && job.config.name !== 'periodic-smoke-test');
  await expect
    .poll(() => practice.requests.filter((asked) => asked.endsWith('/events')).length)
    .toBe(ended.length);
  const idle = await requestsOf(1, () => undefined);
  expect(idle).toBeLessThanOrEqual(mostRequests({ environments: 3, unfinished: 0, events: 0 }) + 2);
  expect(idle).toBeGreaterThan(0);

  const builds = practice.concourse.builds().length;
  practice.publish();
  const busy = await requestsOf(1, () => {
    for (let second = 0; second < 4; second += 1) practice.concourse.second();
  });
  const made = practice.concourse.builds().length - builds;
  expect(made).toBeGreaterThan(4);
  expect(busy).toBeLessThanOrEqual(mostRequests({ environments: 3, unfinished: 3, events: 2 * made }));
  // The bound above grows with what happens; 67 were counted with 13 builds in the minute.
  expect(busy).toBeLessThan(120);
});
