import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { versionKey } from '../../../shared/domain/concourse/answers';
import {
  type BagInput,
  effectOf,
  needTriggering,
  type PolicyChange,
} from '../../../shared/domain/concourse/scheduling';
import { createConcourse, type PracticeConcourse } from './concourse';
import { type Build, type Job, jobOf, type Pipeline, type Resource, resourceOf } from './model';
import { concourseTeams, noFaults, notifyPipelines } from './notify-pipelines';

const must = <T>(found: T | undefined): T => {
  if (found === undefined) throw new Error('it is not there');
  return found;
};

function practice() {
  let time = Date.parse('2026-11-30T09:00:00Z');
  const faults = noFaults();
  const concourse = createConcourse(notifyPipelines(faults), () => (time += 100));
  const pipeline = (team: string): Pipeline =>
    must(concourse.pipelines.find(({ config }) => config.team === team));
  const job = (team: string, name: string): Job => must(jobOf(pipeline(team), name));
  const bag = (team: string): Resource => must(resourceOf(pipeline(team), 'deployment-bag'));
  let images = 0;
  const publish = () => {
    images += 1;
    concourse.publish('api-image', { tag: `a${images}` });
  };
  for (const image of ['admin-image', 'template-preview-image']) concourse.publish(image, { tag: 'one' });
  return { concourse, faults, pipeline, job, bag, publish };
}

/** What a console sees of the input of `start-deploy` that takes the bag. */
function inputOf(job: Job, resource: Resource): BagInput {
  const config = must(job.config.inputs.find((one) => one.resource === resource.config.name));
  const taken = (builds: readonly Build[]) =>
    builds.flatMap(({ inputs, outputs }) =>
      [...inputs, ...outputs].flatMap(({ version }) =>
        version.resource === resource ? [versionKey(version.value)] : [],
      ),
    );
  const [passed] = config.passed.map((name) => must(jobOf(job.pipeline, name)));
  return {
    versions: resource.versions.map(({ id, value, metadata }) => ({
      id,
      version: value,
      metadata,
      enabled: !resource.disabled.has(id),
    })),
    pin: resource.pin?.version ?? null,
    passed: passed
      ? taken(passed.builds.filter(({ status }) => status === 'succeeded').sort((a, b) => b.id - a.id))
      : null,
    used: new Set(taken(job.builds)),
    trigger: config.trigger,
    paused: null,
    isWaiting: job.builds.some(({ status }) => status === 'pending'),
  };
}

function apply(concourse: PracticeConcourse, resource: Resource, change: PolicyChange): void {
  if (change.kind === 'unpin') concourse.unpin(resource);
  else if (change.kind !== 'resume') {
    const version = must(resource.versions.find(({ id }) => id === change.id));
    if (change.kind === 'pin') concourse.pin(resource, version);
    else concourse.toggle(resource, version, change.kind === 'enable');
  }
}

type Move =
  | { do: 'publish'; count: number }
  | { do: 'fail'; what: 'failDeploys' | 'failTests' }
  | { do: 'unlock' }
  | { do: 'trigger' }
  | { do: 'pack' }
  | { do: 'change'; kind: PolicyChange['kind']; at: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  fc.record({
    do: fc.constant('fail' as const),
    what: fc.constantFrom('failDeploys' as const, 'failTests' as const),
  }),
  fc.constantFrom<Move>({ do: 'unlock' }, { do: 'trigger' }, { do: 'pack' }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      kind: fc.constantFrom<PolicyChange['kind']>('disable', 'disable', 'enable', 'pin', 'unpin'),
      at: fc.integer({ min: 0, max: 5 }),
    }),
  },
);

describe('predictions (rules 1–4) against a scheduler that works as Concourse’s', () => {
  it.each(concourseTeams)('a change of policy in %s starts what was said, and nothing else', (team) => {
    let changes = 0;
    let starts = 0;
    fc.assert(
      fc.property(fc.array(move, { minLength: 4, maxLength: 25 }), (moves) => {
        const { concourse, faults, job, bag, publish } = practice();
        publish();
        concourse.settle();
        for (const one of moves) {
          if (one.do === 'publish')
            for (let round = 0; round < one.count; round += 1) {
              publish();
              // Bags come faster than they are deployed: one waits, and those between are skipped.
              for (let second = 0; second < 25; second += 1) concourse.second();
            }
          else if (one.do === 'fail') faults[one.what][team] = 1;
          else if (one.do === 'unlock') concourse.trigger(job(team, 'force-unlock-pipeline'), 'pip');
          else if (one.do === 'trigger') concourse.trigger(job(team, 'start-deploy'), 'pip');
          else if (one.do === 'pack') concourse.trigger(job('preview', 'pack-bag'), 'pip');
          else {
            const resource = bag(team);
            const startDeploy = job(team, 'start-deploy');
            const meant = resource.versions[one.at];
            if (!meant) continue;
            const change: PolicyChange =
              one.kind === 'unpin' || one.kind === 'resume'
                ? { kind: 'unpin' }
                : { kind: one.kind, id: meant.id };
            const predicted = must(effectOf(inputOf(startDeploy, resource), change) ?? undefined);
            const hasBegun = ({ startedAt }: Build) => startedAt !== null;
            const before = new Set(startDeploy.builds.filter(hasBegun));
            apply(concourse, resource, change);
            // Two looks of the scheduler, with no check between that could bring another bag.
            for (let second = 0; second < 11; second += 1) concourse.second();
            const began = startDeploy.builds.filter((build) => hasBegun(build) && !before.has(build));
            // Several that waited start with the same.
            expect([...new Set(began.map(({ inputs }) => inputs[0]?.version.id))]).toEqual(
              predicted.starts ? [predicted.starts.id] : [],
            );
            changes += 1;
            starts += began.length;
          }
          concourse.settle(300);
        }
      }),
      { numRuns: 150, seed: 16 },
    );
    // The walk is no walk where nothing ever starts.
    expect(changes).toBeGreaterThan(100);
    expect(starts).toBeGreaterThan(5);
  });

  it('rule 2: with bag 2 skipped, disabling bag 3 has bag 2 start by itself', () => {
    const { concourse, job, bag, publish, faults } = practice();
    publish();
    concourse.settle();
    faults.deploySeconds = 200;
    publish();
    const resource = bag('preview');
    const startDeploy = job('preview', 'start-deploy');
    // Bag 2 is packed while nobody may start, and bag 3 comes before anybody may again.
    concourse.pauseJob(startDeploy, 'pip');
    for (let second = 0; second < 60; second += 1) concourse.second();
    publish();
    for (let second = 0; second < 60; second += 1) concourse.second();
    concourse.pauseJob(startDeploy, null);
    concourse.settle();
    expect(startDeploy.builds.map(({ inputs }) => inputs[0]?.version.value.number)).toEqual(['1', '3']);
    const newest = must(resource.versions[0]);
    const effect = effectOf(inputOf(startDeploy, resource), { kind: 'disable', id: newest.id });
    expect(effect).toMatchObject({ starts: { version: { number: '2' } }, wasSkipped: true });
    concourse.toggle(resource, newest, false);
    concourse.settle();
    expect(startDeploy.builds.at(-1)?.inputs[0]?.version.value.number).toBe('2');
  });
});

describe('the practice Concourse', () => {
  const deployed = () => {
    const one = practice();
    one.publish();
    one.concourse.settle();
    return one;
  };
  const names = (job: Job) => job.builds.map(({ name, status }) => `${name} ${status}`);

  it('carries a bag from packing to production by itself', () => {
    const { job } = deployed();
    for (const team of concourseTeams)
      for (const name of ['start-deploy', 'deploy', 'test', 'signal-deploy-completion'])
        expect([team, name, ...names(job(team, name))]).toEqual([team, name, '1 succeeded']);
  });

  it('rule 5: who waits for the lock keeps its bag; a rerun has the old one, and takes no lock', () => {
    const { concourse, faults, job, bag, publish } = deployed();
    faults.failTests.preview = 1;
    publish();
    concourse.settle(200);
    publish();
    concourse.settle(200);
    const [, , waiting] = job('preview', 'start-deploy').builds;
    expect([waiting?.status, waiting?.inputs[0]?.version.value.number]).toEqual(['started', '3']);
    concourse.toggle(bag('preview'), must(bag('preview').versions[0]), false);
    concourse.settle(100);
    expect(waiting?.inputs[0]?.version.value.number).toBe('3');
    concourse.rerun(must(job('preview', 'test').builds[1]), 'pip');
    concourse.settle();
    const retried = must(job('preview', 'test').builds.find(({ name }) => name === '2.1'));
    expect([retried.status, retried.inputs[0]?.version.value.number]).toEqual(['succeeded', '2']);
    expect(waiting?.status).toBe('succeeded');
  });

  it('rule 6: after a start-deploy by hand of a bag that was deployed, only triggering brings the rest', () => {
    const { concourse, job, bag } = deployed();
    const chain = ['deploy', 'test', 'signal-deploy-completion'];
    const started = concourse.trigger(job('preview', 'start-deploy'), 'pip');
    concourse.settle(200);
    expect(started.status).toBe('succeeded');
    expect(chain.map((name) => job('preview', name).builds.length)).toEqual([1, 1, 1]);
    const facts = chain.map((name) => {
      const { config, id, hasNewInputs } = job('preview', name);
      const inputs = config.inputs.map(({ resource, passed, trigger }) => ({
        name: resource,
        resource,
        passed,
        trigger,
      }));
      const place = { team: 'preview', pipeline: 'deploy-notify', paused: null, noManualTrigger: false };
      return {
        job: { ...place, id, name, hasNewInputs, inputs, outputs: [], next: null, finished: null },
        used: inputOf(job('preview', name), bag('preview')).used,
      };
    });
    expect(needTriggering(facts, 'deployment-bag', must(started.inputs[0]).version.value)).toEqual(chain);
    for (const name of chain) {
      concourse.trigger(job('preview', name), 'pip');
      concourse.settle(200);
    }
    expect(chain.map((name) => names(job('preview', name)).at(-1))).toEqual(chain.map(() => '2 succeeded'));
  });

  it('rule 7: an automatic build that is aborted while it waits comes again only when something reschedules', () => {
    const { concourse, job, publish } = deployed();
    const startDeploy = job('preview', 'start-deploy');
    concourse.pauseJob(startDeploy, 'pip');
    publish();
    concourse.settle(200);
    const waiting = must(startDeploy.builds.at(-1));
    expect(waiting.status).toBe('pending');
    concourse.abort(waiting);
    concourse.settle(200);
    concourse.pauseJob(startDeploy, 'pip');
    expect(waiting.status).toBe('aborted');
    expect(startDeploy.builds).toHaveLength(2);
    concourse.pauseJob(startDeploy, null);
    concourse.settle(200);
    expect(startDeploy.builds).toHaveLength(3);
  });

  it('keeps the lock after a failed deploy until it is taken by force', () => {
    const { concourse, faults, job, publish } = deployed();
    faults.failDeploys.preview = 1;
    publish();
    concourse.settle(200);
    publish();
    concourse.settle(200);
    expect(names(job('preview', 'start-deploy')).at(-1)).toBe('3 started');
    concourse.trigger(job('preview', 'force-unlock-pipeline'), 'pip');
    concourse.settle();
    expect(names(job('preview', 'signal-deploy-completion')).at(-1)).toBe('2 succeeded');
  });
});
