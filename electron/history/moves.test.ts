/** Files that move: nothing is deployed by that, and an app's history goes on through it where that can be known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate';
import type {
  DeploymentEvent,
  FeedPage,
  FiguresRow,
  HistoricBoard,
  HistoryEvent,
  VersionRun,
} from '../../shared/domain/history';
import { runGit } from '../systems/git/run-git';
import { type ModelCommit, modelFolder, writeModel } from './model-repo';
import { HistoryService } from './service';

let scratch = '';
let count = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-moves-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Files = Record<string, string | null>;
const app = (name: string, environment = 'production') => `${modelFolder}/${environment}/${name}`;
const old = (name: string, environment = 'production') =>
  `charts/argocd-apps/image-tags/${environment}/${name}`;
const tag = (version: string, more = '') => `image_tag: ${version}\n${more}`;

/** Commits that each change some files; `null` removes one. */
function line(...steps: Files[]): ModelCommit[] {
  const tree = new Map<string, string>();
  return steps.map((files, index) => {
    for (const [path, text] of Object.entries(files))
      if (text === null) tree.delete(path);
      else tree.set(path, text);
    return {
      parents: index ? [index - 1] : [],
      tree: new Map(tree),
      at: 1_700_000_000 + index * 3600,
      author: 'Ada',
      message: `Step ${index}\n`,
    };
  });
}

interface Read {
  service: HistoryService;
  told: string[];
  events: HistoryEvent[];
  /** Versions of a cell's deployments, newest first. */
  deployed(name: string, environment?: string): string[];
  previous(name: string, environment?: string): string[];
}

function opened(repo: string, template = defaultImageTagPath): HistoryService {
  count += 1;
  const indexFile = join(scratch, `${count}.db`);
  return new HistoryService({ repo, branch: 'main', indexFile, template }, () => {});
}

function view(service: HistoryService): Read {
  const events = (service.ask('feed', { limit: 1000 }) as FeedPage).events.reverse();
  return {
    service,
    events,
    told: events.map((event) => {
      const place = `${event.app}@${event.environment}`;
      if (event.type === 'deployment') return `${place} ${event.from ?? '-'} > ${event.to}`;
      return 'otherPath' in event ? `${place} ${event.type} ${event.otherPath}` : `${place} ${event.type}`;
    }),
    deployed: (name, environment = 'production') =>
      (service.ask('deployments', { app: name, environment, limit: 50 }) as DeploymentEvent[]).map(
        ({ to }) => to,
      ),
    previous: (name, environment = 'production') =>
      (service.ask('previousVersions', { app: name, environment, limit: 50 }) as VersionRun[]).map(
        ({ version }) => version,
      ),
  };
}

/** The same history, read at once and commit by commit: both must tell the same. */
async function read(commits: readonly ModelCommit[], template?: string): Promise<Read> {
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  const oids = await writeModel(gitDir, commits);
  const whole = opened(gitDir, template);
  await whole.update();
  const steps = opened(gitDir, template);
  for (const oid of oids) {
    await runGit(['update-ref', 'refs/heads/main', oid], { gitDir });
    await steps.update();
  }
  const plain = (one: Read) => one.events.map(({ id: _, ...event }) => event);
  expect(plain(view(steps))).toEqual(plain(view(whole)));
  const newest = (service: HistoryService) =>
    (service.ask('lastDeployments', null) as DeploymentEvent[]).map(({ id: _, ...event }) => event);
  expect(newest(steps)).toEqual(newest(whole));
  steps.close();
  return view(whole);
}

const last = ({ service }: Read) =>
  (service.ask('lastDeployments', null) as DeploymentEvent[])
    .map((one) => `${one.app}@${one.environment} ${one.to} ${one.at}`)
    .sort();

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
    count += 1;
    const gitDir = join(scratch, `${count}.git`);
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

describe('an app or an environment gets another name', () => {
  it('an app: nothing is deployed, its earlier versions stay its own, and a new app of the old name starts anew', async () => {
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
    const way = one.service.ask('versionWay', { app: 'b', version: 'v2' }) as VersionRun[];
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

it('goes on after a kill where the files lay before', async () => {
  const steps: Files[] = [{ [old('a')]: tag('v0'), [old('b')]: tag('v0') }];
  for (let version = 1; version < 600; version += 1) steps.push({ [old('a')]: tag(`v${version}`) });
  steps.push({ [old('a')]: null, [old('b')]: null, [app('a')]: tag('v599'), [app('b')]: tag('v0') });
  for (let version = 600; version < 700; version += 1) steps.push({ [app('a')]: tag(`v${version}`) });
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  await writeModel(gitDir, line(...steps));
  const whole = opened(gitDir);
  await whole.update();
  expect(view(whole).deployed('a')).toHaveLength(50);
  expect(view(whole).events.filter(({ type }) => type === 'deployment')).toHaveLength(701);
  // Stopped as soon as something is written, again and again, and opened anew each time.
  const indexFile = join(scratch, 'stopped.db');
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

it('is indexed anew when the estate says another place or branch', async () => {
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  await writeModel(gitDir, line({ [app('a')]: tag('v1'), 'other/production/b': tag('v2') }));
  const indexFile = join(scratch, 'template.db');
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
