import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockSchema } from '../../shared/domain/bags/records';
import { readRecord } from '../../shared/domain/yaml-record';
import { type Racer, startRacers } from './testing/racers';
import { commitsOf, fileAt, makeEstate, type TestEstate, tagFile, tagPath } from './testing/release-repo';

const consoles = 20;
const rounds = 100;
const path = '.signalbox/locks/race/production.yaml';

describe('twenty processes race for a lock, a hundred times', { timeout: 1_200_000 }, () => {
  let estate: TestEstate;
  let racers: Racer[] = [];

  beforeAll(async () => {
    estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1') });
    racers = await startRacers(estate, consoles);
  }, 600_000);

  afterAll(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await estate.close();
  });

  it('has exactly one holder each time, and tokens that only rise', async () => {
    const winners = new Set<number>();
    let attempts = 0;
    for (let round = 1; round <= rounds; round++) {
      const wishes = racers.map(() => ({ environment: 'production', operationId: uuidv7() }));
      const outcomes = await Promise.all(
        racers.map((racer, index) => racer.lock(wishes[index] ?? { environment: '', operationId: '' })),
      );
      const won = outcomes.flatMap(({ ok }, index) => (ok ? [index] : []));
      expect(won, `round ${round}: ${JSON.stringify(outcomes)}`).toHaveLength(1);
      const [winner = -1] = won;
      winners.add(winner);
      attempts = Math.max(attempts, ...outcomes.map((one) => one.attempts ?? 0));
      expect(outcomes.filter(({ ok }) => !ok).every(({ code }) => code === 'busy')).toBe(true);
      const lock = readRecord(lockSchema, await fileAt(estate.gitDir, path));
      const operation = wishes[winner]?.operationId ?? '';
      expect(lock).toMatchObject({ ok: true, value: { token: round, held: { operation } } });
      // Only its own token gives it back: one that is older does not.
      if (round > 1)
        expect(
          await racers[winner]?.lock({
            environment: 'production',
            operationId: operation,
            release: round - 1,
          }),
        ).toMatchObject({ ok: false, code: 'conflict' });
      const given = await racers[winner]?.lock({
        environment: 'production',
        operationId: operation,
        release: round,
      });
      expect(given).toMatchObject({ ok: true });
    }
    // One commit to take it and one to give it back, each round, and nothing else.
    expect(await commitsOf(estate.gitDir)).toHaveLength(1 + 2 * rounds);
    // Or it was no race.
    expect(winners.size).toBeGreaterThan(1);
  });
});
