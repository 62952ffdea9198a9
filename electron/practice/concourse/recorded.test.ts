import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readBuild,
  readBuildResources,
  readJob,
  readPipeline,
  readPreparation,
  readResource,
  readUser,
  readVersion,
} from '../../../shared/domain/concourse/answers';
import type { GatewayServer } from '../argo-servers/gateway-server';
import { concourseAccounts } from './accounts';
import { createConcourse, type PracticeConcourse } from './concourse';
import { noFaults, notifyPipelines } from './notify-pipelines';
import { startConcourseServer } from './server';
import { eventsIn, recordedJson, recordedMissing, recordedText, type SentEvent } from './testing/recorded';
import { type Shape, shapeOf } from './testing/shape-of';

/** Shapes of the recorded answers of a real Concourse 8.2.5; the answers themselves lie outside of this repo. */
const recordedShapes = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testing/recorded-shapes.json'), 'utf8'),
) as { answers: Record<string, Shape>; events: Record<string, { version: string; data: Shape }> };

const answers = [
  'info',
  'user',
  'jobs',
  'job',
  'job-builds',
  'build',
  'build-resources',
  'pipelines',
  'plan',
  'preparation-idle',
  'resource',
  'resources',
  'versions',
  'lock-versions',
] as const;
const streams = ['succeeded', 'failed', 'aborted', 'aborted-waiting-lock', 'waited-for-lock'] as const;

/** Events that belong to the image of a task, which practice tasks have none of. */
const isOfImage = ({ event, data }: SentEvent): boolean =>
  event.startsWith('image-') || String((data as { origin?: { id?: string } }).origin?.id).includes('/image-');

const eventShapes = (events: readonly SentEvent[]): Record<string, { version: string; data: Shape }> =>
  Object.fromEntries(
    [...new Set(events.map(({ event }) => event))].sort().map((event) => {
      const of = events.filter((one) => one.event === event);
      return [event, { version: of[0]?.version ?? '', data: shapeOf(of.map(({ data }) => data)) }];
    }),
  );

let concourse: PracticeConcourse;
let server: GatewayServer;
let faults: ReturnType<typeof noFaults>;
let token: string;
const pip = {
  name: 'pip',
  isAdmin: false,
  teams: Object.fromEntries(
    ['preview', 'staging', 'production'].map((team) => [team, ['pipeline-operator']]),
  ),
  password: 'pip',
};

beforeEach(async () => {
  faults = noFaults();
  concourse = createConcourse(notifyPipelines(faults), Date.now);
  const accounts = concourseAccounts({ pip }, Date.now);
  token = accounts.signIn('pip', 'pip')?.token ?? '';
  server = await startConcourseServer({ concourse, accounts });
  for (const image of ['api-image', 'admin-image', 'template-preview-image'])
    concourse.publish(image, { tag: 'a1', digest: `sha256:${image}` }, [{ name: 'commit', value: 'a1beef' }]);
  concourse.settle();
});
afterEach(() => server.close());

const ask = (path: string, method = 'GET') =>
  fetch(`${server.url}/api/v1/${path}`, { method, headers: { authorization: `Bearer ${token}` } });
const get = async (path: string): Promise<unknown> => (await ask(path)).json();
const preview = 'teams/preview/pipelines/deploy-notify';
const buildOf = (job: string, name: string): number => {
  const found = concourse
    .builds()
    .find(
      (one) => one.job.pipeline.config.team === 'preview' && one.job.config.name === job && one.name === name,
    );
  if (!found) throw new Error(`no ${job} ${name}`);
  return found.id;
};
async function events(build: number): Promise<SentEvent[]> {
  const answer = await ask(`builds/${build}/events`);
  expect(answer.headers.get('x-atc-stream-version')).toBe('2.0');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('event: end')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  const read = eventsIn(text);
  if (!read) throw new Error('the stream has no end');
  return read;
}

/** Fails tests, has them tried again, pins and waits for the lock, so that every shape comes to be. */
async function live(): Promise<void> {
  faults.failTests.preview = 1;
  concourse.publish('api-image', { tag: 'a2', digest: 'sha256:a2' }, [{ name: 'commit', value: 'a2beef' }]);
  concourse.settle(150);
  concourse.publish('api-image', { tag: 'a3', digest: 'sha256:a3' }, [{ name: 'commit', value: 'a3beef' }]);
  concourse.settle(150);
  await ask(`${preview}/jobs/test/builds/2`, 'POST');
  concourse.settle();
}

describe('the practice API', () => {
  it('answers in the shapes that a real one was recorded with', async () => {
    await live();
    const tried = buildOf('test', '2.1');
    const paths: Record<(typeof answers)[number], string> = {
      info: 'info',
      user: 'user',
      jobs: `${preview}/jobs`,
      job: `${preview}/jobs/test`,
      'job-builds': `${preview}/jobs/test/builds`,
      build: `builds/${tried}`,
      'build-resources': `builds/${tried}/resources`,
      pipelines: 'pipelines',
      plan: `builds/${buildOf('pack-bag', '1')}/plan`,
      'preparation-idle': `builds/${tried}/preparation`,
      resource: `${preview}/resources/deployment-bag`,
      resources: `${preview}/resources`,
      versions: `${preview}/resources/deployment-bag/versions`,
      'lock-versions': `${preview}/resources/environment-lock/versions`,
    };
    for (const answer of answers) {
      const recorded = recordedShapes.answers[answer] ?? {};
      const ours = shapeOf(await get(paths[answer]));
      const unknown = Object.entries(ours).filter(
        ([path, types]) => !types.every((type) => type === '?' || recorded[path]?.includes(type)),
      );
      // A pause, and who paused: only of an archived pipeline was one recorded.
      // A flag that is false is left out (`omitempty` in `atc/job.go`).
      const always = Object.entries(recorded).filter(
        ([path, types]) => !types.includes('?') && !path.endsWith('.has_new_inputs'),
      );
      const lacking = always.filter(([path]) => !ours[path]);
      expect([answer, unknown, lacking]).toEqual([answer, [], []]);
    }
  });

  it('streams a build’s events in the order and shapes of recorded ones', async () => {
    await live();
    const all = [
      ...(await events(buildOf('pack-bag', '1'))),
      ...(await events(buildOf('test', '2'))),
      ...(await events(buildOf('start-deploy', '3'))),
    ];
    for (const [event, { version, data }] of Object.entries(eventShapes(all))) {
      const recorded = recordedShapes.events[event];
      expect([event, version]).toEqual([event, recorded?.version]);
      const unknown = Object.entries(data).filter(
        ([path, types]) => !types.every((type) => type === '?' || recorded?.data[path]?.includes(type)),
      );
      expect([event, unknown]).toEqual([event, []]);
    }
    const put = ['initialize-put', 'selected-worker', 'start-put', 'log', 'finish-put'];
    const got = ['initialize-get', 'start-get', 'selected-worker', 'log', 'finish-get'];
    expect(squeezed(await events(buildOf('start-deploy', '3')))).toEqual([
      'status',
      ...got,
      ...put,
      ...got,
      'status',
    ]);
  });

  it('goes on after the event that was seen last', async () => {
    const id = buildOf('pack-bag', '1');
    const whole = await events(id);
    const answer = await fetch(`${server.url}/api/v1/builds/${id}/events`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': '3' },
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: end')) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(eventsIn(text)).toEqual(whole.slice(4));
  });

  it('is 500 where there is nothing to change, 401 and 403 in words, and shows nobody anything', async () => {
    const [newest] = (await get(`${preview}/resources/deployment-bag/versions`)) as { id: number }[];
    const version = `${preview}/resources/deployment-bag/versions/${newest?.id}`;
    expect((await ask(`${version}/disable`, 'PUT')).status).toBe(200);
    expect((await ask(`${version}/disable`, 'PUT')).status).toBe(500);
    expect((await ask(`${preview}/resources/deployment-bag/unpin`, 'PUT')).status).toBe(500);
    token = 'nobody';
    expect(await get('jobs')).toEqual([]);
    const refused = await ask(`${preview}/jobs`);
    expect([refused.status, await refused.text()]).toEqual([401, 'not authorized']);
  });
});

/** Kinds of events, each once where it follows itself or repeats a whole line of its kind. */
const squeezed = (events: readonly SentEvent[]): string[] =>
  events.map(({ event }) => event).filter((event, at, list) => event !== list[at - 1]);

describe.skipIf(recordedMissing !== null)(
  `recorded answers${recordedMissing ? `: skipped, ${recordedMissing}` : ''}`,
  () => {
    it('have the shapes that are kept here', async () => {
      const sent = streams
        .flatMap((name) => eventsIn(recordedText(`events-${name}.sse`)) ?? [])
        .filter((one) => !isOfImage(one));
      const shapes = {
        answers: Object.fromEntries(answers.map((name) => [name, shapeOf(recordedJson(name))])),
        events: eventShapes(sent),
      };
      expect(shapes).toEqual(recordedShapes);
    });

    it('are read whole, and nothing of a source with them', () => {
      const list = (name: string, read: (item: unknown) => unknown) => {
        const all = recordedJson(name) as unknown[];
        const found = all.map(read);
        expect([name, found.length > 0, found.every((one) => one !== null)]).toEqual([name, true, true]);
        return found;
      };
      const read = [
        list('all-jobs', readJob),
        list('jobs', readJob),
        list('job-builds', readBuild),
        list('pipelines', readPipeline),
        list('resources', readResource),
        list('versions', readVersion),
        list('lock-versions', readVersion),
        readJob(recordedJson('job')),
        readBuild(recordedJson('build')),
        readUser(recordedJson('user')),
        readPreparation(recordedJson('preparation-idle')),
        readBuildResources(recordedJson('build-resources')),
      ];
      expect(JSON.stringify(recordedJson('job-inputs'))).toContain('"source"');
      expect(JSON.stringify(read)).not.toMatch(/"source"|store/);
      const [inputs] = [readBuildResources(recordedJson('build-resources')).inputs];
      expect(inputs.map(({ name }) => name)).toEqual(['deployment-bag', 'environment-lock']);
    });

    it('stream what waits for the lock as the practice one does', async () => {
      const recorded = eventsIn(recordedText('events-waited-for-lock.sse')) ?? [];
      await live();
      expect(squeezed(await events(buildOf('start-deploy', '3')))).toEqual(squeezed(recorded));
    });
  },
);
