import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockSchema } from '../../shared/domain/bags/records';
import { readRecord } from '../../shared/domain/records/read-record';
import { oneUnheardOf, type Racer, raceRounds, startRacers } from './testing/racers';
import { commitsOf, fileAt, makeEstate, type TestEstate, tagFile, tagPath } from './testing/release-repo';

const consoles = 20;
/** Each lock is raced for once per lap and given back at its end. */
const environments = Array.from({ length: 10 }, (_, index) => `production-${index}`);
const laps = Math.max(2, Math.ceil(raceRounds / environments.length));
const races = laps * environments.length;

describe('twenty processes race for a lock, answers dropped', { timeout: 3_600_000 }, () => {
  let estate: TestEstate;
  let racers: Racer[] = [];
  let pushes = 0;

  beforeAll(async () => {
    estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1') });
    estate.onPush = () => pushes++;
    racers = await startRacers(estate, consoles);
    estate.server.setFaults({ unheardEvery: oneUnheardOf });
  }, 600_000);

  afterAll(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await estate.close();
  });

  /** All want it at once. @returns who has it, and by which operation. */
  async function race(environment: string, token: number): Promise<{ winner: Racer; operationId: string }> {
    const wishes = racers.map((racer) => ({ racer, operationId: uuidv7() }));
    const outcomes = await Promise.all(
      wishes.map(async ({ racer, operationId }) => ({
        racer,
        operationId,
        outcome: await racer.lock({ environment, operationId }),
      })),
    );
    const won = outcomes.filter(({ outcome }) => outcome.ok);
    expect(won, JSON.stringify(outcomes.map(({ outcome }) => outcome))).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome.code === 'busy')).toHaveLength(consoles - 1);
    const [{ racer: winner, operationId } = { racer: null, operationId: '' }] = won;
    if (!winner) throw new Error('nobody has it');
    const lock = readRecord(
      { schema: lockSchema },
      await fileAt(estate.gitDir, `.signalbox/locks/race/${environment}.yaml`),
    );
    expect(lock).toMatchObject({ ok: true, value: { token, held: { operation: operationId } } });
    return { winner, operationId };
  }

  it('has exactly one holder each time, and tokens that only rise', async () => {
    for (let lap = 1; lap <= laps; lap++) {
      const held: { environment: string; winner: Racer; operationId: string }[] = [];
      for (const environment of environments) held.push({ environment, ...(await race(environment, lap)) });
      for (const { environment, winner, operationId } of held) {
        // Only its own token gives it back: one that is older does not.
        if (lap > 1)
          expect(await winner.lock({ environment, operationId, release: lap - 1 })).toMatchObject({
            ok: false,
            code: 'conflict',
          });
        expect(await winner.lock({ environment, operationId, release: lap })).toMatchObject({ ok: true });
      }
    }
    // One commit to take it and one to give it back, each time, and nothing else.
    expect(await commitsOf(estate.gitDir)).toHaveLength(1 + 2 * races);
    // Or it was no race: many pushed for what one got. Git itself sends nothing once it has seen that the branch moved.
    expect(pushes).toBeGreaterThan(2 * 2 * races);
  });
});
