import type { InputConfig, JobConfig, PipelineConfig, StepConfig, StepContext } from './model';

/** How the practice pipelines misbehave on purpose, by team; a count goes down with each run. */
export interface ConcourseFaults {
  failDeploys: Record<string, number>;
  failTests: Record<string, number>;
  /** Lines that the next test prints, for the log viewer. */
  testLines: Record<string, number>;
  /** Seconds that a deploy takes. */
  deploySeconds: number;
}
export const noFaults = (): ConcourseFaults => ({
  failDeploys: {},
  failTests: {},
  testLines: {},
  deploySeconds: 20,
});

export const concourseTeams = ['preview', 'staging', 'production'] as const;
const concoursePipeline = 'deploy-notify';
export const notifyServices = ['api', 'admin', 'template-preview'] as const;

const runs = (counts: Record<string, number>, team: string): boolean => {
  const left = counts[team] ?? 0;
  if (left > 0) counts[team] = left - 1;
  return left > 0;
};

/**
 * Notify's pipelines in small: a team per environment, each with its `deploy-notify`. The first packs bags; the others take
 * what passed the environment before. A later environment's bag has no `passed`: it is another resource there.
 */
export function notifyPipelines(faults: ConcourseFaults): PipelineConfig[] {
  let bags = 0;
  const tagOf = ({ input }: StepContext) => input('deployment-bag')?.tag ?? 'no bag';
  const task = (
    name: string,
    seconds: number,
    prints: (context: StepContext) => { first: string; last: string },
    fails: (context: StepContext) => boolean = () => false,
  ): StepConfig => ({
    kind: 'task',
    name,
    seconds,
    prints,
    exitStatus: (context) => (fails(context) ? 1 : 0),
  });
  const input = (resource: string, passed: string[], trigger: boolean): InputConfig => ({
    resource,
    passed,
    trigger,
  });
  const job = (
    name: string,
    inputs: InputConfig[],
    steps: StepConfig[],
    more: Partial<JobConfig> = {},
  ): JobConfig => ({
    name,
    group: 'deploy',
    inputs,
    steps,
    serial: false,
    noManualTrigger: false,
    ...more,
  });
  const lock = (does: 'acquire' | 'release'): StepConfig => ({
    kind: 'lock',
    resource: 'environment-lock',
    does,
  });
  const failing = new Map<string, boolean>();

  return concourseTeams.map((team, index) => {
    const isFirst = index === 0;
    const after = (passed: string): InputConfig[] => [
      input('deployment-bag', [passed], true),
      input('environment-lock', [passed], false),
    ];
    const deploy = job('deploy', after('start-deploy'), [
      {
        kind: 'task',
        name: 'deploy',
        get seconds() {
          return faults.deploySeconds;
        },
        prints: (context) => ({
          first: `deploying ${tagOf(context)} to ${team}\r\nterraform: no changes\r\n`,
          last: `\u001b[32mservices are up\u001b[0m\r\n`,
        }),
        exitStatus: () => (runs(faults.failDeploys, team) ? 1 : 0),
      },
    ]);
    const test = job('test', after('deploy'), [
      task(
        'test',
        8,
        (context) => {
          const fails = runs(faults.failTests, team);
          failing.set(`${team}/${context.build.id}`, fails);
          const lines = faults.testLines[team] ?? 4;
          delete faults.testLines[team];
          const printed = Array.from({ length: lines }, (_, line) => `test ${line + 1} ... ok\r\n`);
          return {
            first: `testing ${tagOf(context)} in ${team}\r\n${printed.join('')}`,
            last: fails ? 'test_send_letter ... FAILED\r\n1 failed\r\n' : 'all passed\r\n',
          };
        },
        ({ build }) => failing.get(`${team}/${build.id}`) ?? false,
      ),
    ]);
    const completion = job('signal-deploy-completion', after('test'), [
      {
        kind: 'put',
        resource: 'passed-bag',
        makes: ({ input }) => input('deployment-bag') ?? {},
      },
      lock('release'),
    ]);
    const startDeploy = job(
      'start-deploy',
      [input('deployment-bag', isFirst ? ['pack-bag'] : [], true)],
      [lock('acquire')],
    );
    const unlock = job('force-unlock-pipeline', [], [lock('release')], { group: 'operator' });
    const periodic = job(
      'periodic-smoke-test',
      [input('every-hour', [], true)],
      [task('smoke', 3, () => ({ first: `smoke testing ${team}\r\n`, last: 'all passed\r\n' }))],
    );
    const images = notifyServices.map((service) => `${service}-image`);
    const pack = job(
      'pack-bag',
      images.map((image) => input(image, [], true)),
      [
        task('make-bag', 2, () => ({ first: `${images.join(' ')}\r\n`, last: '' })),
        {
          kind: 'put',
          resource: 'deployment-bag',
          makes: ({ input: taken }) => {
            bags += 1;
            const tags = images.map((image) => [image, taken(image)?.tag ?? '']);
            return {
              ...Object.fromEntries(tags),
              number: String(bags),
              tag: `bag-${String(bags).padStart(4, '0')}`,
            };
          },
        },
      ],
    );
    const before = concourseTeams[index - 1];
    const bagStore = isFirst ? 'bags' : `passed-${before}`;
    const resource = (name: string, icon: string, store: string) => ({
      name,
      icon,
      store,
      source: { repository: `example/${store}`, password: `s3cret-of-${store}` },
    });
    return {
      team,
      name: concoursePipeline,
      resources: [
        ...(isFirst ? images.map((image) => resource(image, 'docker', image)) : []),
        resource('deployment-bag', 'bag-personal', bagStore),
        resource('environment-lock', 'lock', `lock-${team}`),
        resource('passed-bag', 'tag', `passed-${team}`),
        resource('every-hour', 'clock', `time-${team}`),
      ],
      jobs: [...(isFirst ? [pack] : []), startDeploy, deploy, test, completion, unlock, periodic],
    };
  });
}
