/** Apps and environments get other names: their history goes on where that can be known, and nothing else is told as a move. */
import { describe, expect, it } from 'vitest';
import type { FiguresRow, HistoricBoard, VersionRun } from '../../shared/domain/history/history-event';
import { app, type Files, last, line, read, tag } from './testing/moves-view';

describe('an app or an environment gets another name', () => {
  it('an app: nothing is deployed, its earlier versions stay its own, and a new app of the old name starts again', async () => {
    const one = await read(
      line(
        { [app('a')]: tag('v1'), [app('a', 'staging')]: tag('v1'), [app('x')]: tag('v9') },
        { [app('a')]: tag('v2') },
        {
          [app('a')]: null,
          [app('b')]: tag('v2'),
          [app('a', 'staging')]: null,
          [app('b', 'staging')]: tag('v1'),
        },
        { [app('b')]: tag('v1') },
        { [app('a')]: tag('v1') },
      ),
    );
    expect(one.told.slice(7)).toEqual([
      `a@production gone ${app('b')}`,
      `b@production moved ${app('a')}`,
      `a@staging gone ${app('b', 'staging')}`,
      `b@staging moved ${app('a', 'staging')}`,
      'b@production v2 > v1',
      'a@production appeared',
      'a@production - > v1',
    ]);
    const back = one.events.find((event) => event.type === 'deployment' && event.app === 'b');
    expect(back).toMatchObject({ returns: true, kind: 'rollback' });
    expect(one.events.at(-1)).toMatchObject({ returns: false, kind: 'manual' });
    expect(one.deployed('b')).toEqual(['v1', 'v2', 'v1']);
    expect(one.previous('b')).toEqual(['v2']);
    expect(last(one)).toEqual([
      'a@production v1 2023-11-15T02:13:20.000Z',
      'b@production v1 2023-11-15T01:13:20.000Z',
      'b@staging v1 2023-11-14T22:13:20.000Z',
      'x@production v9 2023-11-14T22:13:20.000Z',
    ]);
    const way = one.service.ask('versionHistory', { app: 'b', version: 'v2' }) as VersionRun[];
    expect(way).toMatchObject([{ until: '2023-11-15T01:13:20.000Z', replacedBy: 'v1', rolledBack: true }]);
    const board = one.service.ask('board', { id: Number.MAX_SAFE_INTEGER }) as HistoricBoard;
    expect(board.cells.find((cell) => cell.app === 'b' && cell.environment === 'staging')).toMatchObject({
      version: 'v1',
      deployment: { app: 'a', to: 'v1' },
    });
    const figures = one.service.ask('figures', {
      environments: ['staging', 'production'],
      since: '2023-01-01T00:00:00Z',
      until: '2024-01-01T00:00:00Z',
      by: 'app',
    }) as FiguresRow[];
    expect(figures.map(({ key, deployments }) => [key, deployments])).toEqual([
      ['a', 1],
      ['b', 3],
      ['x', 1],
    ]);
    one.service.close();
  });

  it('an app, and back', async () => {
    const one = await read(
      line(
        { [app('a')]: tag('v1') },
        { [app('a')]: null, [app('b')]: tag('v1') },
        { [app('b')]: tag('v2') },
        { [app('b')]: null, [app('a')]: tag('v2') },
        { [app('a')]: tag('v3') },
      ),
    );
    expect(one.deployed('a')).toEqual(['v3', 'v2', 'v1']);
    expect(one.previous('a')).toEqual(['v2', 'v1']);
    one.service.close();
  });

  it('an app in all environments, in one of which its version changes, too', async () => {
    const one = await read(
      line(
        { [app('a')]: tag('v1'), [app('a', 'staging')]: tag('v1') },
        {
          [app('a')]: null,
          [app('b')]: tag('v1'),
          [app('a', 'staging')]: null,
          [app('b', 'staging')]: tag('v2'),
        },
      ),
    );
    expect(one.told.slice(-3)).toEqual([
      `a@staging gone ${app('b', 'staging')}`,
      `b@staging moved ${app('a', 'staging')}`,
      'b@staging v1 > v2',
    ]);
    one.service.close();
  });

  it('an environment', async () => {
    const one = await read(
      line(
        { [app('a', 'test')]: tag('v1'), [app('b', 'test')]: tag('v1'), [app('a')]: tag('v1') },
        { [app('a', 'test')]: tag('v2') },
        {
          [app('a', 'test')]: null,
          [app('b', 'test')]: null,
          [app('a', 'qa')]: tag('v2'),
          [app('b', 'qa')]: tag('v3'),
        },
      ),
    );
    expect(one.told.slice(-5)).toEqual([
      `a@test gone ${app('a', 'qa')}`,
      `a@qa moved ${app('a', 'test')}`,
      `b@test gone ${app('b', 'qa')}`,
      `b@qa moved ${app('b', 'test')}`,
      'b@qa v1 > v3',
    ]);
    expect(one.deployed('a', 'qa')).toEqual(['v2', 'v1']);
    one.service.close();
  });
});

describe('what is no move, or not known to be one, is told as it is', () => {
  const toldAfter = async (before: Files, change: Files) => {
    const one = await read(line(before, change));
    one.service.close();
    return one.told.slice(Object.keys(before).length * 2);
  };

  it('a file that goes from one environment to another that stays is deployed there', async () => {
    expect(
      await toldAfter(
        { [app('a', 'staging')]: tag('v1'), [app('b', 'staging')]: tag('v2'), [app('b')]: tag('v2') },
        { [app('a', 'staging')]: null, [app('a')]: tag('v1') },
      ),
    ).toEqual(['a@production appeared', 'a@production - > v1', 'a@staging gone']);
  });

  it('files of the same content, of which either may be the one', async () => {
    expect(
      await toldAfter(
        { [app('a')]: tag('release'), [app('b')]: tag('release') },
        { [app('a')]: null, [app('b')]: null, [app('c')]: tag('release'), [app('d')]: tag('release') },
      ),
    ).toEqual([
      'a@production gone',
      'b@production gone',
      'c@production appeared',
      'c@production - > release',
      'd@production appeared',
      'd@production - > release',
    ]);
  });

  it('one app goes and one comes with another version', async () => {
    expect(await toldAfter({ [app('a')]: tag('v1') }, { [app('a')]: null, [app('b')]: tag('v2') })).toEqual([
      'a@production gone',
      `b@production appeared ${app('a')}`,
      'b@production - > v2',
    ]);
  });

  it('a copy, and a file of the same content that says nothing of an app', async () => {
    expect(await toldAfter({ [app('a')]: tag('v1') }, { [app('b')]: tag('v1') })).toEqual([
      'b@production appeared',
      'b@production - > v1',
    ]);
    expect(
      await toldAfter({ [app('z')]: tag('v1') }, { [app('a')]: tag('v1'), 'docs/production/a.md': null }),
    ).toEqual(['a@production appeared', 'a@production - > v1']);
  });
});
