import { setTimeout as pause } from 'node:timers/promises';
import { practiceConcourseUser } from '../../systems/practice/environments';
import type { GatewayServer } from '../argo-servers/gateway-server';
import type { PracticeClock } from '../ports';
import { type ConcourseAccounts, concourseAccounts } from './accounts';
import { createConcourse, type PracticeConcourse } from './concourse';
import {
  type ConcourseFaults,
  concourseTeams,
  noFaults,
  notifyPipelines,
  notifyServices,
} from './notify-pipelines';
import { startConcourseServer } from './server';

/** The Concourse of the practice estate, with its server, while time goes on by the practice clock. */
export interface PracticeConcourseServer extends Pick<GatewayServer, 'port' | 'url' | 'faults'> {
  readonly concourse: PracticeConcourse;
  readonly accounts: ConcourseAccounts;
  readonly misbehaviour: ConcourseFaults;
  /** A new image of a service appears: a bag is packed by itself. */
  publish(service: (typeof notifyServices)[number]): string;
  close(): Promise<void>;
}

/** Begins anew at each start, with three bags that went to production. */
export async function startPracticeConcourse(options: {
  clock: PracticeClock;
  secret: string;
  port?: number;
}): Promise<PracticeConcourseServer> {
  const { clock } = options;
  const misbehaviour = noFaults();
  /** What happened before the start took a while. */
  let past = -3 * 3_600_000;
  const now = () => clock.now().getTime() + past;
  const concourse = createConcourse(notifyPipelines(misbehaviour), now);
  const teams = Object.fromEntries(concourseTeams.map((team) => [team, ['pipeline-operator']]));
  const accounts = concourseAccounts(
    {
      [practiceConcourseUser]: {
        name: practiceConcourseUser,
        isAdmin: false,
        teams,
        password: options.secret,
      },
    },
    () => clock.now().getTime(),
  );
  const tags = new Map<string, number>();
  const publish: PracticeConcourseServer['publish'] = (service) => {
    const next = (tags.get(service) ?? 40) + 1;
    tags.set(service, next);
    const tag = `v${next}`;
    concourse.publish(`${service}-image`, { tag });
    return tag;
  };
  for (const service of notifyServices) publish(service);
  concourse.settle();
  for (const service of ['api', 'admin'] as const) {
    past += 3_600_000;
    publish(service);
    concourse.settle();
  }
  past = 0;
  for (const team of concourseTeams) concourse.publish(`time-${team}`, { time: clock.now().toISOString() });
  const server = await startConcourseServer({ concourse, accounts, port: options.port });
  const closing = new AbortController();
  const { signal } = closing;
  const running = (async () => {
    for (let second = 1; !signal.aborted; second += 1) {
      // Whatever is thrown here is the abort.
      await clock.wait(1, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (second % 600 === 0)
        for (const team of concourseTeams)
          concourse.publish(`time-${team}`, { time: clock.now().toISOString() });
      concourse.second();
      // However fast the clock: others have their turn.
      await pause(0, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    port: server.port,
    url: server.url,
    faults: server.faults,
    concourse,
    accounts,
    misbehaviour,
    publish,
    async close() {
      closing.abort();
      await running;
      await server.close();
    },
  };
}
