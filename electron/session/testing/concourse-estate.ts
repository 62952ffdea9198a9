import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { noLog } from '../../log/log';
import { startReceivers } from '../../practice/receivers/receivers-server';
import { practiceForClient } from '../../systems/concourse/testing/practice';
import { receiverSecrets } from '../../systems/practice/receivers';
import { passingAnnouncements } from '../announcements/announcement-store';
import { estateFolder, openSession, type Session } from '../open-session';

export const concoursePipelineName = 'notify';

/** An estate whose only pipeline of bags a practice Concourse runs, beside a release repo of one app. Bag 1 is everywhere. */
export async function concourseEstate(offset = 0) {
  const receivers = await startReceivers();
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-concourse-'));
  const repo = path.join(folder, 'release');
  const tags = path.join(repo, 'charts', 'app-config', 'image-tags', 'integration');
  await mkdir(tags, { recursive: true });
  await writeFile(path.join(tags, 'frontend'), 'image_tag: v1\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('config', 'receive.denyCurrentBranch', 'ignore');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  // A repo on this computer takes no commits on the branch that it has checked out.
  git('checkout', '--detach');
  const practice = await practiceForClient(undefined, offset);
  const estate = estateSchema.parse({
    name: 'Small',
    ledger: { url: repo },
    announce: { webhook: { url: `${receivers.url}/webhook` } },
    environments: [
      { name: 'integration' },
      { name: 'preview' },
      { name: 'staging' },
      { name: 'production', tier: 'production' },
    ],
    pipelines: [
      { name: 'govuk', kind: 'apps', environments: ['integration'] },
      {
        name: concoursePipelineName,
        kind: 'concourse',
        url: practice.server.url,
        environments: ['preview', 'staging', 'production'],
        stages: Object.fromEntries(['preview', 'staging', 'production'].map((team) => [team, { team }])),
        jobs: { periodic: ['periodic-smoke-test'] },
      },
    ],
  });
  const told = passingAnnouncements({ webhook: receiverSecrets.webhook });
  told.setSwitched('webhook', { on: true, host: receivers.url, since: new Date().toISOString() });
  /** Time passes at the practice Concourse, and the console looks, until it is stopped. */
  const pump = (session: Session) => {
    let isOn = true;
    const view = session.concourses.views.get(concoursePipelineName);
    const done = (async () => {
      while (isOn) {
        for (let second = 0; second < 4; second += 1) practice.concourse.second();
        await view?.look();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    return async () => {
      isOn = false;
      await done;
    };
  };
  return {
    practice,
    receivers,
    pump,
    /** Where its own files are. */
    data: estateFolder(path.join(folder, 'data'), estate.ledger),
    open: async (): Promise<Session> =>
      openSession({
        estate,
        mode: 'real',
        dir: path.join(folder, 'data'),
        inPlace: false,
        identity: () => ({ name: 'Ada', email: 'ada@example.org' }),
        ledgerCredentials: async () => null,
        githubToken: async () => null,
        announcements: told,
        concourseSecret: async () => practice.kept.secret,
        log: noLog,
      }),
    close: async () => {
      await receivers.close();
      await practice.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
