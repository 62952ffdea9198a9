import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Claim } from '../../shared/domain/attribution/claims';
import type { FeedPage } from '../../shared/domain/history/history-event';
import { commitsOf, tagPath } from '../ledger/testing/release-repo';
import { runGit } from '../systems/git/run-git';
import type { HistoryService } from './service';
import { AttributionRepo, dawn, isoOf, operationId } from './testing/attribution-repo';

/** More of them by hand: `SIGNALBOX_HISTORY_RUNS=500 npx vitest run electron/history/attribution.walk.test.ts`. */
const runs = Number(process.env.SIGNALBOX_HISTORY_RUNS || 12);

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-attribution-walk-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const version = fc.constantFrom('v1', 'v2', 'a'.repeat(40), 'b'.repeat(40));
const person = fc.constantFrom('Ada', 'Grace', 'govuk-ci');
/** A commit of the line, by how far below the tip. */
const place = fc.nat({ max: 6 });
const claim = fc.record({
  number: fc.nat({ max: 4 }),
  version,
  by: person,
  /** `null`: none is claimed. */
  commit: fc.option(place, { nil: null, freq: 6 }),
  base: place,
  /** Seconds between the beginning of the run and the newest commit; `null`: no run is known. */
  began: fc.option(fc.integer({ min: -60, max: 400 }), { nil: null }),
  kind: fc.constantFrom('deploy', 'rollback', 'nonsense'),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('deploy' as const), version, promote: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('record' as const), claim }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('tell' as const), claims: fc.array(claim, { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('both' as const), version }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('drop' as const), number: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rewrite' as const), to: place }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('update' as const) }) },
);

/** All that an index says, without the places of events, which a rebuild changes. */
function saidBy(service: HistoryService): unknown {
  const ask = (question: Parameters<HistoryService['ask']>[0], input: unknown) =>
    service.ask(question, input as never);
  const feedOf = (filter: object): unknown =>
    (ask('feed', { limit: 500, ...filter }) as FeedPage).events.map(({ id: _, ...event }) => event);
  const period = { environments: ['staging', 'production'], since: '2020-01-01', until: '2030-01-01' };
  return {
    feed: feedOf({}),
    by: ['Ada', 'Grace', 'govuk-ci'].map((actor) => feedOf({ actors: [actor] })),
    words: ['Ada', 'Grace', 'govuk-ci', 'why'].map((text) => feedOf({ text })),
    rollbacks: feedOf({ kinds: ['rollback'], text: 'frontend' }),
    names: ask('names', null),
    figures: (['actor', 'all'] as const).map((by) => ask('figures', { ...period, by })),
    outline: ask('outline', { pageSize: 20, actors: ['Ada'] }),
  };
}

it('an index that is kept up says of people what one says that is built anew', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      round += 1;
      const folder = join(scratch, String(round));
      const repo = await AttributionRepo.make(`${folder}.git`);
      await repo.deploy('v0');
      const line = await commitsOf(repo.gitDir);
      const service = repo.history(`${folder}.db`);
      let told: Claim[] = [];
      const at = (below: number): string => line[Math.min(below, line.length - 1)] ?? '';
      for (const one of steps) {
        if (one.does === 'deploy') await repo.deploy(one.version, { promote: one.promote });
        if (one.does === 'both')
          await repo.commit(
            Object.fromEntries(
              ['staging', 'production'].map((environment) => [
                tagPath(environment, 'frontend'),
                `image_tag: ${one.version}\n`,
              ]),
            ),
            { author: 'govuk-ci' },
          );
        if (one.does === 'drop')
          await repo.commit({ [`.signalbox/operations/2025-11/${operationId(one.number)}.yaml`]: null });
        if (one.does === 'record') {
          const { number, version: imageTag, by, commit, base, began, kind } = one.claim;
          const startedAt = began === null ? null : isoOf(repo.now - began);
          await repo.record(number, {
            imageTag,
            by,
            kind: kind as 'deploy',
            base: at(base),
            commit: commit === null ? null : at(commit),
            reason: number % 2 ? 'why' : '',
            run: startedAt === null ? null : { name: 'run', url: null, startedAt, finishedAt: null },
          });
        }
        if (one.does === 'tell') {
          told = one.claims.flatMap(({ number, version: wanted, by, commit, base, began }) =>
            commit === null
              ? []
              : [
                  {
                    source: number % 2 ? ('journal' as const) : ('run' as const),
                    operation: number % 2 ? operationId(number) : null,
                    kind: 'deploy' as const,
                    app: 'frontend',
                    environment: 'production',
                    version: wanted,
                    by,
                    reason: null,
                    override: [],
                    route: 'actions' as const,
                    run: { name: String(number), url: null },
                    base: at(base),
                    commit: at(commit),
                    earliest: began === null ? null : isoOf(dawn + began),
                    latest: null,
                  },
                ],
          );
          service.tell(told);
        }
        if (one.does === 'rewrite') {
          const to = at(one.to);
          await runGit(['update-ref', 'refs/heads/main', to], { gitDir: repo.gitDir });
        }
        if (one.does === 'update') await service.update();
        line.splice(0, line.length, ...(await commitsOf(repo.gitDir)));
      }
      await service.update();
      const anew = repo.history(`${folder}-anew.db`);
      anew.tell(told);
      await anew.update();
      expect(saidBy(service)).toEqual(saidBy(anew));
      service.close();
      anew.close();
    }),
    { numRuns: runs },
  );
});
