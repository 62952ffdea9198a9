import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnnouncementEvent } from '../../../shared/domain/announcement/announcement';
import type { AppIntent, Intent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { openJournal } from '../../engine/journal';
import { accessTo, ended, openRig, type Rig, unwrap } from '../../engine/testing/rig';
import { noLog } from '../../log/log';
import { type Receivers, startReceivers } from '../../practice/receivers/receivers-server';
import { receiverSecrets } from '../../systems/practice/receivers';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { passingAnnouncements } from './announcement-store';
import { type Announcements, createAnnouncements } from './announcements';
import { tellOperations } from './tell-operations';

/** Three consoles on one estate, which all tell one Slack channel and one webhook whatever happens. */
let folder: string;
let practice: PracticeProcess;
let receivers: Receivers;
const rigs: Rig[] = [];
const ends: (() => Promise<void> | void)[] = [];

async function openConsole(index: number, name: string): Promise<Rig> {
  const journal = openJournal(path.join(folder, `told-${index}.sqlite`));
  const announcements: Announcements = createAnnouncements({
    estate: {
      name: 'Harbour',
      announce: {
        slack: {
          apiUrl: `${receivers.url}/slack/api/`,
          channels: [{ channel: '#deploys' }],
          appChannels: false,
        },
        webhook: { url: `${receivers.url}/webhook` },
      },
    },
    tables: journal.beside,
    store: passingAnnouncements({
      slack: receiverSecrets.slackToken,
      release: receiverSecrets.release,
      webhook: receiverSecrets.webhook,
    }),
    appChannels: () => [],
    fetch,
    now: Date.now,
    log: noLog,
  });
  for (const destination of ['slack', 'webhook'] as const)
    announcements.switch(destination, true, receivers.url);
  const rig = await openRig(accessTo(practice), path.join(folder, `console-${index}`), {
    name,
    // They all go to work on what the clock ends at the very moment: the commit alone decides.
    limits: { settle: 200, look: 60_000, stagger: 0, rollout: 60_000 },
    announce: announcements.announce,
  });
  const stop = tellOperations(rig.engine, rig.estate, announcements.announce);
  ends.push(async () => {
    stop();
    await rig.close();
    await announcements.close();
    journal.close();
  });
  rigs.push(rig);
  await rig.engine.recover();
  return rig;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-three-tell-'));
  receivers = await startReceivers();
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  for (const [index, name] of ['Ada Morrow', 'Grace Okafor', 'Tom Baker'].entries())
    await openConsole(index, name);
  await until(() => {
    for (const { engine } of rigs)
      for (const { cluster } of engine.board().environments) expect(cluster.state).toBe('live');
  });
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  await practice?.stop();
  await receivers?.close();
  await rm(folder, { recursive: true, force: true });
});

const [ada, grace, tom] = [0, 1, 2].map((index) => () => rigs[index] as Rig) as [
  () => Rig,
  () => Rig,
  () => Rig,
];

async function carriedOut(rig: Rig, intent: Intent): Promise<Operation> {
  unwrap(await rig.ledger.refresh());
  return ended(rig.engine, unwrap(await started(rig, intent)).operationId);
}
async function started(rig: Rig, intent: Intent) {
  const previewed = 'version' in intent && 'app' in intent;
  const findings = previewed ? unwrap(await rig.engine.preview(intent as AppIntent)).findings : [];
  return rig.engine.start(intent, findings);
}
const versionIn = (app: string, environment: string): string =>
  ada()
    .engine.board()
    .cells.find((one) => one.app === app && one.environment === environment)?.ledger?.version ?? '';
const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;
const override = [
  'behind-running',
  'migration',
  'migrations-unknown',
  'not-tested-before',
  'never-healthy-here',
  'hold',
  'checks',
  'environment-unhealthy',
  'version-unpublished-check-failed',
  'freeze',
];
const bringing = (kind: 'deploy' | 'rollback' | 'emergency-rollback', app: string) => {
  const expected = versionIn(app, 'production');
  const version = older(expected);
  return { kind, app, environment: 'production', version, expected, reason: 'rehearsal', override } as const;
};
const scope = { app: null, environment: 'production', pipeline: null };
const events = (): string[] =>
  receivers.received.webhook.map(({ body }) => (JSON.parse(body) as { type: AnnouncementEvent }).type);

it('tell each thing that happens once, whichever of them did it, and in one message of Slack’s', async () => {
  // Done, by one; failed, by another; rolled back, by the third.
  expect((await carriedOut(ada(), bringing('deploy', 'frontend'))).state).toBe('succeeded');
  const broken = bringing('deploy', 'collections');
  await practice.control.makeVersionCrashLoop({ app: 'collections', version: broken.version });
  expect((await carriedOut(grace(), broken)).state).toBe('failed');
  const back = await carriedOut(tom(), bringing('rollback', 'static'));
  expect(back.failure).toBeNull();

  // A freeze that one sets, and the clock ends on all three at once.
  const freeze = await carriedOut(ada(), {
    kind: 'freeze',
    scope,
    from: null,
    until: new Date(Date.now() + 15_000).toISOString(),
    automatic: true,
    manual: 'warn',
    reason: 'Budget day',
  });
  expect(freeze.failure).toBeNull();
  await until(async () => {
    for (const { ledger } of rigs) {
      unwrap(await ledger.refresh());
      expect(
        ledger
          .snapshot()
          .list('.signalbox/freezes/')
          .filter((one) => one.split('/').length === 3),
      ).toEqual([]);
    }
  });

  // Somebody's lock is taken away by force.
  await practice.control.lockAsSomeoneElse({ environment: 'notify-preview' });
  unwrap(await grace().ledger.refresh());
  const token = await until(() => {
    const stage = grace()
      .engine.bags.pipeline('notify')
      .stages.find((one) => one.environment === 'notify-preview');
    expect(stage?.lock).toBeTruthy();
    return stage?.lock?.token ?? 0;
  });
  const freed = await carriedOut(grace(), {
    kind: 'force-unlock',
    pipeline: 'notify',
    environment: 'notify-preview',
    token,
    reason: 'rehearsal',
    override: [],
  });
  expect(freed.failure).toBeNull();

  // The release repo goes away: one goes past Git.
  await practice.control.gitDown();
  const past = bringing('emergency-rollback', 'government-frontend');
  const emergency = await ended(tom().engine, unwrap(await started(tom(), past)).operationId);
  expect(emergency.failure).toBeNull();
  await practice.control.gitUp();

  const expected = [
    'deploy-started',
    'deploy-done',
    'deploy-started',
    'deploy-failed',
    'rollback-started',
    'rolled-back',
    'freeze-set',
    'freeze-lifted',
    'force-unlock',
    'emergency-rollback-started',
    'emergency-rollback-done',
  ];
  await until(() => expect(events().sort()).toEqual([...expected].sort()));
  const ids = receivers.received.webhook.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  // One message each, which is updated; that a freeze is over is said anew, since an edit would notify nobody.
  const said = () =>
    receivers.received.slack.map(({ texts }) => texts.map((text) => text.split('\n')[0] ?? ''));
  await until(() => expect(said().flatMap((texts) => texts.at(-1) ?? '')).toHaveLength(7));
  expect(said().map((texts) => texts.at(-1))).toEqual([
    expect.stringMatching(/^\*Deployed frontend v\d+ to production\*$/),
    expect.stringMatching(/^\*Deploy failed: collections v\d+ to production\*$/),
    expect.stringMatching(/^\*Rolled back static to v\d+ in production\*$/),
    '*Freeze: production*',
    '*Freeze lifted: production*',
    '*Lock removed by force: notify in notify-preview*',
    expect.stringMatching(/^\*Emergency rollback done: government-frontend to v\d+ in production\*$/),
  ]);
  // Nobody has anything left to tell.
  for (const { engine } of rigs)
    expect(engine.list({ limit: 50 }).every(({ state }) => state !== 'running')).toBe(true);
});
