import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImageTagFile } from '../../shared/domain/ledger/image-tag-file';
import { until } from '../testing/until';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { holdPath, takeHold } from './testing/hold';
import { Racer, raceRounds, startRacers } from './testing/racers';
import {
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from './testing/release-repo';

const branch = 'signalbox';
/** Two consoles are soon done: as many as a proof asks for, each time. */
const races = Math.max(100, raceRounds);
let estate: TestEstate;

beforeEach(async () => {
  const apps = ['app', 'web', 'api'].map((app) => [tagPath('production', app), tagFile('v1')]);
  estate = await makeEstate(Object.fromEntries(apps));
  const ledger = await estate.open('first', { records: { branch } });
  await ledger.refresh();
  unwrap((await ledger.recordsApart?.setUp({ operationId: uuidv7(), what: 'set up' })) ?? never());
});
afterEach(() => estate.close());
const never = (): never => {
  throw new Error('records do not lie apart');
};

describe('records apart, several processes', { timeout: 3_600_000 }, () => {
  it('gives a lock to one of two consoles each time, on a main that nobody may push to', async () => {
    estate.server.setFaults({ protectedMain: true });
    const main = await commitsOf(estate.gitDir);
    const racers = await startRacers(estate, 2, branch);
    const environment = 'production';
    try {
      for (let round = 1; round <= races; round++) {
        const wishes = racers.map((racer) => ({ racer, operationId: uuidv7() }));
        const outcomes = await Promise.all(
          wishes.map(async (wish) => ({
            ...wish,
            end: await wish.racer.lock({ environment, operationId: wish.operationId }),
          })),
        );
        const won = outcomes.filter(({ end }) => end.ok);
        expect(
          won.map(({ end }) => end.token),
          JSON.stringify(outcomes.map(({ end }) => end)),
        ).toEqual([round]);
        expect(outcomes.filter(({ end }) => end.code === 'busy')).toHaveLength(1);
        const [winner] = won;
        if (!winner) throw new Error('nobody has it');
        const { racer, operationId } = winner;
        expect(await racer.lock({ environment, operationId, release: round })).toMatchObject({ ok: true });
      }
    } finally {
      await Promise.all(racers.map((racer) => racer.end()));
    }
    expect(await commitsOf(estate.gitDir, branch)).toHaveLength(1 + 2 * races);
    expect(await commitsOf(estate.gitDir)).toEqual(main);
  });

  /** The three pushes of a pair: the intent, the image tags, the records. */
  it.each([
    { push: 1, app: 'app' },
    { push: 2, app: 'web' },
    { push: 3, app: 'api' },
  ])('a console that is killed at push $push of a pair leaves nothing half done', async ({ push, app }) => {
    const operationId = uuidv7();
    const dir = join(estate.folder, 'mirror-killed');
    const racer = new Racer(estate.url, dir, branch);
    expect(await racer.next()).toMatchObject({ ready: true });
    let pushes = 0;
    let killed: Promise<void> | null = null;
    estate.onPush = () => {
      pushes++;
      if (pushes === push) killed = racer.kill();
    };
    // It ends early, or has told that it is done just before it died.
    await racer.hold({ app, operationId }).catch(() => null);
    await until(() => expect(killed).not.toBeNull());
    await killed;
    estate.onPush = () => {};
    const other = await estate.open('other', { records: { branch } });
    unwrap(await other.refresh());
    const half = other.recordsApart?.pending() ?? [];
    expect(half.map(({ operation }) => operation)).toEqual(push < 3 ? [operationId] : []);
    // It starts again, and does what an operation does: asks what became of it, and decides again.
    const again: Ledger = unwrap(await openLedger(estate.config('killed', { records: { branch } })));
    try {
      const found = unwrap(await again.findOperation(operationId, { kind: 'hold' }));
      expect(found !== null).toBe(push >= 2);
      expect(again.recordsApart?.pending()).toHaveLength(push === 1 ? 1 : 0);
      if (!found) unwrap(await again.transact({ operationId, what: 'hold' }, takeHold(app, operationId)));
    } finally {
      await again.close();
    }
    const tags = readImageTagFile(await fileAt(estate.gitDir, tagPath('production', app)));
    expect(tags.automaticDeploys).toBe(false);
    const hold = await fileAt(estate.gitDir, holdPath(app), branch);
    expect(hold).toContain(operationId);
    expect(hold).toContain('automatic_deploys_enabled: true');
    // The image tags were changed once, and no intent stays.
    expect(await commitsOf(estate.gitDir)).toHaveLength(2);
    unwrap(await other.refresh());
    expect(other.recordsApart?.pending()).toEqual([]);
  });
});
