import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doneBy } from '../../shared/domain/attribution/done-by';
import { type Estate, estateSchema } from '../../shared/domain/estate/estate';
import type { Intent } from '../../shared/domain/operation/intent';
import { entryText } from '../log/entry-text';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { readEstateFile } from './choose-estate';
import { openSession, type Session } from './open-session';

describe('an estate that is opened', () => {
  let folder: string;
  let practice: PracticeProcess;
  const faults: string[] = [];
  /** Node's own, by their stacks: eleven listeners on one signal are one for each environment or app that nobody counted. */
  const warnings: (string | undefined)[] = [];
  const onWarning = (warning: Error): void => {
    if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning.stack);
  };

  const open = async (change: (estate: Estate) => Estate = (estate) => estate): Promise<Session> =>
    openSession({
      estate: change(await readEstateFile(practice.ready.estateFile)),
      mode: 'practice',
      dir: folder,
      inPlace: false,
      identity: () => ({ name: 'A Release Manager', email: 'release@example.org' }),
      ledgerCredentials: async () => practice.credentials.ledger,
      githubToken: async () => practice.credentials.github.token,
      log: (level, event, data) => {
        if (level === 'warn' || level === 'error') faults.push(entryText(event, data));
      },
    });

  beforeAll(async () => {
    process.on('warning', onWarning);
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-session-'));
    practice = await startPracticeProcess(['--dir', path.join(folder, 'practice'), '--speed', '20']);
  });
  afterAll(async () => {
    await practice.stop();
    process.off('warning', onWarning);
    await rm(folder, { recursive: true, force: true });
  });

  it('says what runs where, since when, and where each cell would go back to', async () => {
    const session = await open();
    try {
      await until(() => {
        const board = session.engine.board();
        expect(board.apps).toHaveLength(20);
        expect(board.ledger.state).toBe('live');
        expect(board.history.ready).toBe(true);
        expect(board.cells.every(({ health }) => health === 'Healthy')).toBe(true);
        expect(board.cells.every(({ deployed }) => deployed !== null)).toBe(true);
        expect(board.cells.every(({ rollbackTarget }) => rollbackTarget !== null)).toBe(true);
      });
    } finally {
      await session.close();
    }
    expect(faults).toEqual([]);
    expect(warnings).toEqual([]);
    expect(practice.errors()).not.toContain('MaxListenersExceededWarning');
  });

  it('tells what the bot commits for this console as the person’s, on the board and in the history', async () => {
    const session = await open((estate) =>
      estateSchema.parse({
        ...estate,
        ledger: { ...estate.ledger, routes: [{ kind: 'workflow' }, { kind: 'push' }] },
      }),
    );
    const [app, environment] = ['frontend', 'staging'];
    const cell = () =>
      session.engine.board().cells.find((one) => one.app === app && one.environment === environment);
    try {
      await until(() => {
        expect(session.engine.board().history.ready).toBe(true);
        for (const { cluster } of session.engine.board().environments) expect(cluster.state).toBe('live');
        expect(cell()?.deployed).toBeTruthy();
      });
      const expected = cell()?.ledger?.version ?? '';
      const intent: Intent = {
        kind: 'deploy',
        app,
        environment,
        version: `v${Number(expected.slice(1)) - 1}`,
        expected,
        reason: 'rehearsal',
        override: ['behind-running', 'migration', 'not-tested-before', 'hold'],
      };
      const preview = await session.engine.preview(intent);
      if (!preview.ok) throw new Error(preview.failure.message);
      expect(session.engine.start(intent, preview.value.findings)).toMatchObject({ ok: true });
      await until(() => {
        expect(cell()?.ledger?.version).toBe(intent.version);
        const deployed = cell()?.deployed;
        expect(deployed && doneBy(deployed)).toBe('A Release Manager, through Argo Workflows');
        expect(deployed?.reason).toBe('rehearsal');
      });
      const { events } = await session.history.feed({ actors: ['A Release Manager'], limit: 5 });
      expect(events.filter(({ type }) => type === 'deployment')).toMatchObject([
        { app, environment, to: intent.version, startedBy: { source: 'journal' } },
      ]);
      expect(events[0]?.author).not.toBe('A Release Manager');
    } finally {
      await session.close();
    }
  });

  it('shows a cluster that the kubeconfig does not know as unreachable, with the reason', async () => {
    const session = await open((estate) => ({
      ...estate,
      environments: estate.environments.map((one) =>
        one.name === 'staging' && one.cluster
          ? { ...one, cluster: { ...one.cluster, context: 'nowhere' } }
          : one,
      ),
    }));
    const clusterOf = (name: string) =>
      session.engine.board().environments.find((one) => one.name === name)?.cluster;
    try {
      await until(() => {
        expect(clusterOf('staging')).toMatchObject({
          state: 'unreachable',
          failure: { message: expect.stringContaining('no context "nowhere"') },
        });
        expect(clusterOf('production')?.state).toBe('live');
      });
    } finally {
      await session.close();
    }
  });

  it('shows the whole board from its cache when everything is away', async () => {
    await practice.control.gitDown();
    for (const environment of ['integration', 'staging', 'production'] as const)
      await practice.control.clusterDown({ environment });
    const session = await open();
    try {
      const board = session.engine.board();
      expect(board.apps).toHaveLength(20);
      expect(board.commit).not.toBeNull();
      await expect.poll(() => session.engine.board().ledger.state).toBe('unreachable');
      await expect
        .poll(() => session.history.deployments({ app: 'publishing-api', limit: 5 }))
        .toHaveLength(5);
    } finally {
      await session.close();
      await practice.control.gitUp();
    }
  });
});
