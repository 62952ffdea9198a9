import { describe, expect, it } from 'vitest';
import { environmentsInOrder } from './chain';
import { watchedOf } from './concourse-pipeline';
import { estateSchema } from './estate';

const estate = (pipeline: object) =>
  estateSchema.safeParse({
    name: 'Notify',
    ledger: { url: 'https://git.example.org/notify.git' },
    environments: [{ name: 'integration' }, { name: 'preview' }, { name: 'live' }],
    pipelines: [
      {
        name: 'notify',
        kind: 'concourse',
        url: 'https://ci.example.org',
        environments: ['preview', 'live'],
        stages: { preview: { team: 'preview' }, live: { team: 'production', tests: ['smoke'] } },
        ...pipeline,
      },
    ],
  });

describe('a pipeline of kind `concourse`', () => {
  it('is as Notify calls it where nothing is said', () => {
    const { data } = estate({});
    const [pipeline] = data?.pipelines ?? [];
    if (pipeline?.kind !== 'concourse') throw new Error('no Concourse');
    const [preview, live] = watchedOf(pipeline);
    expect(preview).toEqual({
      environment: 'preview',
      place: { team: 'preview', pipeline: 'deploy-notify' },
      jobs: {
        packBag: 'pack-bag',
        startDeploy: 'start-deploy',
        deploy: ['deploy'],
        tests: ['test'],
        completion: 'signal-deploy-completion',
        forceUnlock: 'force-unlock-pipeline',
        periodic: [],
      },
      bagResource: 'deployment-bag',
      lockResource: 'environment-lock',
    });
    expect(live?.jobs).toMatchObject({ packBag: null, tests: ['smoke'] });
    // What only a Concourse deploys to has no image tags: it is no column of the board.
    expect(data && environmentsInOrder(data)).toEqual(['integration']);
  });
  it.each([
    [{ url: 'ftp://ci.example.org' }, 'must be an http(s) URL'],
    [{ url: 'https://pip:secret@ci.example.org' }, 'must not contain a user or password'],
    [{ stages: { preview: { team: 'preview' } } }, 'lacks the environment "live"'],
    [
      { stages: { preview: { team: 'a' }, live: { team: 'b' }, other: { team: 'c' } } },
      'is not in this pipeline',
    ],
    [{ jobs: { deploy: [] } }, 'Too small'],
    [{ bag: { resource: '../x' } }, 'must be a name as Concourse takes it'],
  ])('is refused: %j', (wrong, message) => {
    const { error } = estate(wrong);
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});
