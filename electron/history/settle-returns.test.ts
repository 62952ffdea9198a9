import { describe, expect, it } from 'vitest';
import type { FeedPage, FeedQuery } from '../../shared/domain/history/history-event';
import { app, type Files, line, read, tag } from './testing/moves-view';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

/** Deployments of the app `api` to production, as commits of the pipeline that a person began. */
const byPipeline = (versions: readonly string[], more = 'promote_deployment: false\n') =>
  line(...versions.map((version): Files => ({ [app('api')]: tag(version, more) }))).map((commit, index) => ({
    ...commit,
    message: `Update api image tag to ${versions[index]} for production\n`,
  }));
const kindsOf = async (...given: Parameters<typeof byPipeline>) =>
  (await read(byPipeline(...given))).events.flatMap((event) =>
    event.type === 'deployment' ? [event.kind] : [],
  );

describe('a version that comes back, whose name tells no order', () => {
  it.each([
    ['SHAs', a, b, c],
    ['releases by SHA', `release-${a}`, `release-${b}`, `release-${c}`],
    ['other names', 'main-blue', 'main-azure', 'main-cyan'],
  ])(
    'is a rollback to what ran before the one that it replaces, and none the other way (%s)',
    async (_, one, two, three) => {
      expect(await kindsOf([one, two, one, two, one])).toEqual([
        'manual',
        'manual',
        'rollback',
        'manual',
        'rollback',
      ]);
      // Back over two versions, and forward again one by one.
      expect(await kindsOf([one, two, three, one, two, three, two])).toEqual([
        'manual',
        'manual',
        'manual',
        'rollback',
        'manual',
        'manual',
        'rollback',
      ]);
    },
  );

  it('comes through the pipeline again where nobody is said to have begun it', async () => {
    expect(await kindsOf([a, b, a, b], '')).toEqual(['automatic', 'automatic', 'rollback', 'automatic']);
  });

  it('goes by the first time that it ran there, also before its file was moved', async () => {
    const [old, now] = [app('api', 'live'), app('api')];
    const one = await read(
      line(
        { [old]: tag(a) },
        { [old]: tag(b) },
        { [old]: tag(a) },
        { [old]: null, [now]: tag(a) },
        { [now]: tag(b) },
        { [now]: tag(a) },
      ),
    );
    expect(one.events.flatMap((event) => (event.type === 'deployment' ? [event.kind] : []))).toEqual([
      'manual',
      'manual',
      'rollback',
      'manual',
      'rollback',
    ]);
  });

  it('is found by its kind', async () => {
    const { service } = await read(byPipeline([a, b, a, b]));
    const found = (kind: string) =>
      (service.ask('feed', { limit: 10, kinds: [kind] } as FeedQuery) as FeedPage).events.map((event) =>
        event.type === 'deployment' ? event.to : null,
      );
    expect(found('rollback')).toEqual([a]);
    expect(found('manual')).toEqual([b, b, a]);
  });
});
