import type { WatchedPipeline } from '../../../../shared/domain/concourse/pipeline-names';
import { concourseAccounts } from '../../../practice/concourse/accounts';
import { createConcourse, type PracticeConcourse } from '../../../practice/concourse/concourse';
import { type Job, jobOf, type Pipeline, type Resource, resourceOf } from '../../../practice/concourse/model';
import { concourseTeams, noFaults, notifyPipelines } from '../../../practice/concourse/notify-pipelines';
import { startConcourseServer } from '../../../practice/concourse/server';
import { createConcourseClient } from '../concourse-client';
import { type ConcourseSecret, concourseSession } from '../concourse-session';

const roles = (role: string) => Object.fromEntries(concourseTeams.map((team) => [team, [role]]));

/** What a console watches of the practice pipelines. */
export const watchedPipelines: WatchedPipeline[] = concourseTeams.map((team) => ({
  environment: team,
  place: { team, pipeline: 'deploy-notify' },
  jobs: {
    packBag: team === 'preview' ? 'pack-bag' : null,
    startDeploy: 'start-deploy',
    deploy: ['deploy'],
    tests: ['test'],
    completion: 'signal-deploy-completion',
    forceUnlock: 'force-unlock-pipeline',
    periodic: ['periodic-smoke-test'],
  },
  bagResource: 'deployment-bag',
  lockResource: 'environment-lock',
}));

const must = <T>(found: T | undefined, what: string): T => {
  if (found === undefined) throw new Error(`there is no ${what}`);
  return found;
};

/** A practice Concourse with its server and a client of it. Bag 1 has gone to production. @param offset of its clock, in milliseconds */
export async function practiceForClient(
  secret: ConcourseSecret = { account: 'pip', secret: 'pip' },
  offset = 0,
) {
  const faults = noFaults();
  const time = { offset };
  const now = () => Date.now() + time.offset;
  const concourse: PracticeConcourse = createConcourse(notifyPipelines(faults), now);
  const accounts = concourseAccounts(
    {
      pip: { name: 'pip', isAdmin: false, teams: roles('pipeline-operator'), password: 'pip' },
      vic: { name: 'vic', isAdmin: false, teams: roles('viewer'), password: 'vic' },
    },
    now,
  );
  const server = await startConcourseServer({ concourse, accounts });
  const requests: string[] = [];
  const kept = { secret: secret as ConcourseSecret | null };
  const session = concourseSession({ url: server.url, secret: async () => kept.secret, now });
  const client = createConcourseClient({
    url: `${server.url}/`,
    session,
    onRequest: (path) => requests.push(path),
  });
  const pipeline = (team: string): Pipeline =>
    must(
      concourse.pipelines.find(({ config }) => config.team === team),
      team,
    );
  let images = 0;
  const publish = (): void => {
    images += 1;
    concourse.publish('api-image', { tag: `a${images}` });
  };
  for (const image of ['admin-image', 'template-preview-image']) concourse.publish(image, { tag: 'one' });
  publish();
  concourse.settle();
  return {
    concourse,
    accounts,
    server,
    client,
    faults,
    requests,
    kept,
    time,
    publish,
    job: (team: string, name: string): Job => must(jobOf(pipeline(team), name), name),
    resource: (team: string, name: string): Resource => must(resourceOf(pipeline(team), name), name),
    close: () => server.close(),
  };
}
export type PracticeForClient = Awaited<ReturnType<typeof practiceForClient>>;
