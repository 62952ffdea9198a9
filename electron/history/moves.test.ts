/** The place of all image tags moves: nothing is deployed by that, and the history goes on through it. */
import { describe, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import type { HistoricBoard } from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import { HistoryService } from './service';
import { writeModel } from './testing/model-repo';
import { app, type Files, fresh, last, line, old, opened, read, tag, view } from './testing/moves-view';

describe('the folder of all image tags gets another name', () => {
  const before: Files[] = [
    {
      [old('a')]: tag('v1'),
      [old('b')]: tag('release'),
      [old('c')]: tag('release'),
      [old('gone')]: tag('v1'),
    },
    { [old('a', 'staging')]: tag('v2'), [old('gone')]: null },
    { [old('a')]: tag('v2') },
  ];
  const move: Files = {
    [old('a')]: null,
    [old('b')]: null,
    [old('c')]: null,
    [old('a', 'staging')]: null,
    [app('a')]: tag('v2'),
    [app('b')]: tag('release'),
    [app('c')]: tag('release'),
    [app('a', 'staging')]: tag('v2'),
  };

  it('nothing is deployed, and the history goes on', async () => {
    const one = await read(line(...before, move, { [app('a')]: tag('v1') }));
    expect(one.told).toEqual([
      'a@production appeared',
      'a@production - > v1',
      'b@production appeared',
      'b@production - > release',
      'c@production appeared',
      'c@production - > release',
      'gone@production appeared',
      'gone@production - > v1',
      'gone@production gone',
      'a@staging appeared',
      'a@staging - > v2',
      'a@production v1 > v2',
      ...['a', 'b', 'c'].map((name) => `${name}@production moved ${old(name)}`),
      `a@staging moved ${old('a', 'staging')}`,
      'a@production v2 > v1',
    ]);
    expect(one.events.at(-1)).toMatchObject({ returns: true, kind: 'rollback' });
    expect(one.deployed('a')).toEqual(['v1', 'v2', 'v1']);
    expect(one.previous('a')).toEqual(['v2']);
    expect(last(one)).toContain('b@production release 2023-11-14T22:13:20.000Z');
    const then = one.service.ask('board', { at: '2023-11-14T23:30:00Z' }) as HistoricBoard;
    expect(then.cells.map((cell) => `${cell.app}@${cell.environment} ${cell.version}`)).toEqual([
      'a@production v1',
      'a@staging v2',
      'b@production release',
      'c@production release',
    ]);
    one.service.close();
  });

  it('with a version that changes in the same commit: that alone is deployed', async () => {
    const one = await read(line(...before, { ...move, [app('a')]: tag('v3') }));
    expect(one.told.slice(-6)).toEqual([
      'a@production v1 > v2',
      `a@production moved ${old('a')}`,
      'a@production v2 > v3',
      `b@production moved ${old('b')}`,
      `c@production moved ${old('c')}`,
      `a@staging moved ${old('a', 'staging')}`,
    ]);
    expect(one.previous('a')).toEqual(['v2', 'v1']);
    one.service.close();
  });

  it('by a merge, told of whoever moved it', async () => {
    const commits = line(...before, move);
    const moved = commits.at(-1);
    if (!moved) throw new Error('no commit');
    const beside = { ...moved, tree: new Map(commits[2]?.tree), message: 'Beside\n' };
    beside.tree.set('README.md', 'x\n');
    const merged = {
      ...moved,
      tree: new Map(moved.tree),
      parents: [4, 3],
      author: 'Grace',
      message: 'Merge\n',
    };
    merged.tree.set('README.md', 'x\n');
    const one = await read([...commits, { ...beside, parents: [2] }, merged]);
    expect(one.told.filter((text) => text.includes(' > '))).toHaveLength(6);
    expect(one.events.at(-1)).toMatchObject({ type: 'moved', author: 'Ada', subject: 'Step 3' });
    expect(one.deployed('a')).toEqual(['v2', 'v1']);
    one.service.close();
  });

  it('one app alone, whose version changes, too', async () => {
    const one = await read(line({ [old('a')]: tag('v1') }, { [old('a')]: null, [app('a')]: tag('v2') }));
    expect(one.told).toEqual([
      'a@production appeared',
      'a@production - > v1',
      `a@production moved ${old('a')}`,
      'a@production v1 > v2',
    ]);
    one.service.close();
  });

  it('there and back, and with another order of its folders', async () => {
    const odd = (name: string) => `tags/${name}/production.yaml`;
    const one = await read(
      line(
        { [odd('a')]: tag('v1'), [odd('b')]: tag('v1'), 'tags/a/values.yaml': 'x: 1\n' },
        { [odd('a')]: tag('v2') },
        { [odd('a')]: null, [odd('b')]: null, [app('a')]: tag('v2'), [app('b')]: tag('v1') },
        { [app('a')]: tag('v3') },
        { [app('a')]: null, [app('b')]: null, [old('a')]: tag('v3'), [old('b')]: tag('v1') },
        { [old('b')]: tag('v2') },
        { [old('a')]: null, [old('b')]: null, [app('a')]: tag('v3'), [app('b')]: tag('v2') },
      ),
    );
    expect(one.deployed('a')).toEqual(['v3', 'v2', 'v1']);
    expect(one.deployed('b')).toEqual(['v2', 'v1']);
    expect(one.told.filter((text) => text.includes('gone'))).toEqual([]);
    one.service.close();
  });

  it('step by step, environment by environment', async () => {
    const one = await read(
      line(
        { [old('a')]: tag('v1'), [old('a', 'staging')]: tag('v1'), [old('b', 'staging')]: tag('v1') },
        { [old('a', 'staging')]: tag('v2') },
        {
          [old('a', 'staging')]: null,
          [app('a', 'staging')]: tag('v2'),
          [old('b', 'staging')]: null,
          [app('b', 'staging')]: tag('v1'),
        },
        { [old('a')]: tag('v2') },
        { [old('a')]: null, [app('a')]: tag('v2') },
      ),
    );
    expect(one.deployed('a', 'staging')).toEqual(['v2', 'v1']);
    expect(one.deployed('a')).toEqual(['v2', 'v1']);
    expect(one.deployed('b', 'staging')).toEqual(['v1']);
    one.service.close();
  });

  it('and the commit that did so goes again when the branch is rewritten', async () => {
    const gitDir = fresh('.git');
    const oids = await writeModel(gitDir, line(...before, move, { [app('a')]: tag('v1') }));
    const service = opened(gitDir);
    await service.update();
    const main = (oid = '') => runGit(['update-ref', 'refs/heads/main', oid], { gitDir });
    await main(oids[2]);
    await service.update();
    // By the estate's template there is nothing.
    expect(view(service).told).toEqual([]);
    await main(oids[4]);
    await service.update();
    expect(view(service).deployed('a')).toEqual(['v1', 'v2', 'v1']);
    service.close();
  });
});

it('goes on after a kill where the files lay before', async () => {
  const steps: Files[] = [{ [old('a')]: tag('v0'), [old('b')]: tag('v0') }];
  for (let version = 1; version < 600; version += 1) steps.push({ [old('a')]: tag(`v${version}`) });
  steps.push({ [old('a')]: null, [old('b')]: null, [app('a')]: tag('v599'), [app('b')]: tag('v0') });
  for (let version = 600; version < 700; version += 1) steps.push({ [app('a')]: tag(`v${version}`) });
  const gitDir = fresh('.git');
  await writeModel(gitDir, line(...steps));
  const whole = opened(gitDir);
  await whole.update();
  expect(view(whole).deployed('a')).toHaveLength(50);
  expect(view(whole).events.filter(({ type }) => type === 'deployment')).toHaveLength(701);
  // Stopped as soon as something is written, again and again, and opened again each time.
  const indexFile = fresh('.db');
  const options = { repo: gitDir, branch: 'main', indexFile, template: defaultImageTagPath };
  let rounds = 0;
  for (let done = false; !done; rounds += 1) {
    const stop = new AbortController();
    const one = new HistoryService(options, ({ progress }) => progress && stop.abort());
    done = await one.update(stop.signal).then(
      () => true,
      () => false,
    );
    one.close();
  }
  const one = new HistoryService(options, () => {});
  await one.update();
  const plain = (service: HistoryService) => view(service).events.map(({ id: _, ...event }) => event);
  expect(plain(one)).toEqual(plain(whole));
  expect(rounds).toBeGreaterThan(1);
  one.close();
  whole.close();
});

it('is indexed again when the estate says another place or branch', async () => {
  const gitDir = fresh('.git');
  await writeModel(gitDir, line({ [app('a')]: tag('v1'), 'other/production/b': tag('v2') }));
  const indexFile = fresh('.db');
  const options = { repo: gitDir, branch: 'main', indexFile };
  const first = new HistoryService({ ...options, template: defaultImageTagPath }, () => {});
  await first.update();
  expect(view(first).told).toContain('a@production - > v1');
  first.close();
  const second = new HistoryService({ ...options, template: 'other/{environment}/{app}' }, () => {});
  await second.update();
  expect(view(second).told).toEqual(['b@production appeared', 'b@production - > v2']);
  second.close();
});
