import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import { gitLog } from '../systems/git/git-log';
import { oneUnheardOf, type Racer, raceRounds, startRacers } from './testing/racers';
import { commitsOf, fileAt, makeEstate, type TestEstate, tagFile, tagPath } from './testing/release-repo';

const consoles = 20;
const apps = Array.from({ length: consoles }, (_, index) => `app-${index}`);
const contested = 'contested';

describe('twenty processes on one branch, answers dropped', { timeout: 3_600_000 }, () => {
  let estate: TestEstate;
  const racers: Racer[] = [];

  beforeAll(async () => {
    estate = await makeEstate(
      Object.fromEntries([...apps, contested].map((app) => [tagPath('production', app), tagFile('v1')])),
    );
    racers.push(...(await startRacers(estate, consoles)));
    estate.server.setFaults({ unheardEvery: oneUnheardOf });
  }, 600_000);

  afterAll(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await estate.close();
  });

  it('deploy different apps: twenty commits, none lost', async () => {
    const outcomes = await Promise.all(
      racers.map((racer, index) =>
        racer.deploy({ app: `app-${index}`, version: `v${index + 2}`, expectedFrom: 'v1' }),
      ),
    );
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    const commits = await commitsOf(estate.gitDir);
    expect(commits).toHaveLength(consoles + 1);
    expect(new Set(outcomes.map(({ commit }) => commit))).toEqual(new Set(commits.slice(0, -1)));
    for (const [index, app] of apps.entries())
      expect(await fileAt(estate.gitDir, tagPath('production', app))).toContain(`image_tag: v${index + 2}\n`);
    const log = await gitLog({ ref: 'main', limit: consoles }, { gitDir: estate.gitDir });
    expect(new Set(log.map(({ message }) => parseTrailers(message)?.operation)).size).toBe(consoles);
    // Somebody had to try again, or this was no race.
    expect(Math.max(...outcomes.map(({ attempts }) => attempts ?? 0))).toBeGreaterThan(1);
  });

  it('deploy the same app: one wins per round, the others are told what is there', async () => {
    const before = (await commitsOf(estate.gitDir)).length;
    let current = 'v1';
    for (let round = 1; round <= raceRounds; round++) {
      const outcomes = await Promise.all(
        racers.map((racer, index) =>
          racer.deploy({ app: contested, version: `v${round}-${index}`, expectedFrom: current }),
        ),
      );
      const winners = outcomes.flatMap((outcome, index) => (outcome.ok ? [{ ...outcome, index }] : []));
      expect(winners).toHaveLength(1);
      const won = `v${round}-${winners[0]?.index}`;
      expect(winners[0]?.from).toBe(current);
      for (const outcome of outcomes.filter(({ ok }) => !ok))
        expect(outcome).toMatchObject({
          code: 'conflict',
          message: `${contested} is at ${won}, not at ${current}.`,
        });
      const commits = await commitsOf(estate.gitDir);
      expect(commits).toHaveLength(before + round);
      expect(commits[0]).toBe(winners[0]?.commit);
      expect(await fileAt(estate.gitDir, tagPath('production', contested))).toContain(`image_tag: ${won}\n`);
      current = won;
    }
  });
});
