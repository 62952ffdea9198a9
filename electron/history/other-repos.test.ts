/**
 * Repos that look different from GOV.UK's: odd files, odd names, odd Git. Each is made by Git itself; what the history
 * must say of it is written down by hand.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import type { FeedPage, HistoricBoard, HistoryEvent } from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import { HistoryService } from './service';
import { modelFolder } from './testing/model-repo';

let scratch = '';
let count = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-other-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const app = (name: string, environment = 'production') => `${modelFolder}/${environment}/${name}`;
const data = (bytes: string | Buffer): Buffer => {
  const content = Buffer.from(bytes as string);
  return Buffer.concat([Buffer.from(`data ${content.length}\n`), content, Buffer.from('\n')]);
};

/** One commit in the words of `git fast-import`; `files` maps paths to contents, `null` removes, a list gives a mode. */
interface Step {
  files?: Record<string, string | Buffer | null | readonly [mode: string, content: string]>;
  author?: string | Buffer;
  message?: string | Buffer;
  at?: number;
  /** Marks (1-based) of parents: the commit before by default; none begins a new line. */
  parents?: number[];
}

/** A new bare repo with commits on main. */
async function repoOf(steps: readonly Step[], init: readonly string[] = []): Promise<string> {
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  mkdirSync(gitDir);
  await runGit(['init', '--quiet', '--bare', ...init, gitDir]);
  const parts: Buffer[] = [];
  steps.forEach((step, index) => {
    const { at = 1_700_000_000 + index * 60, author = 'Ada <ada@example.invalid>', parents } = step;
    if (parents?.length === 0) parts.push(Buffer.from('reset refs/heads/main\n'));
    parts.push(
      Buffer.from(`commit refs/heads/main\nmark :${index + 1}\nauthor `),
      Buffer.from(author as string),
      Buffer.from(` ${at} +0000\ncommitter C <c@example.invalid> ${at} +0000\n`),
      data(step.message ?? `Step ${index + 1}\n`),
    );
    (parents ?? (index ? [index] : [])).forEach((mark, nth) => {
      parts.push(Buffer.from(`${nth ? 'merge' : 'from'} :${mark}\n`));
    });
    for (const [path, content] of Object.entries(step.files ?? {})) {
      const name = JSON.stringify(path);
      if (content === null) parts.push(Buffer.from(`D ${name}\n`));
      else if (Array.isArray(content) && content[0] === '160000')
        parts.push(Buffer.from(`M 160000 ${content[1]} ${name}\n`));
      else {
        const [mode, text] = Array.isArray(content) ? content : ['100644', content];
        parts.push(Buffer.from(`M ${mode} inline ${name}\n`), data(text as string | Buffer));
      }
    }
    parts.push(Buffer.from('\n'));
  });
  await runGit(['fast-import', '--quiet', '--force', '--date-format=raw-permissive'], {
    gitDir,
    input: Buffer.concat(parts),
  });
  return gitDir;
}

interface Read {
  /** Oldest first. */
  events: HistoryEvent[];
  board: HistoricBoard;
  service: HistoryService;
}

async function read(repo: string, branch = 'main', template = defaultImageTagPath): Promise<Read> {
  const indexFile = join(scratch, `${count}-${Math.trunc(performance.now() * 1000)}.db`);
  const service = new HistoryService({ repo, branch, indexFile, template }, () => {});
  await service.update();
  const page = service.ask('feed', { limit: 1000 }) as FeedPage;
  const board = service.ask('board', { id: Number.MAX_SAFE_INTEGER }) as HistoricBoard;
  return { events: page.events.reverse(), board, service };
}

const told = ({ events }: Read): string[] =>
  events.map((event) =>
    event.type === 'deployment'
      ? `${event.app} ${event.from ?? '-'} > ${event.to}`
      : `${event.app} ${event.type}`,
  );
const deployed = (one: Read): string[] => told(one).filter((line) => line.includes(' > '));

it('reads a tag in whatever form YAML has for it', async () => {
  const forms = [
    'image_tag: v1\r\nautomatic_deploys_enabled: true\r\n',
    '\ufeffimage_tag: v2\n',
    "image_tag: 'v3'\n",
    'image_tag: "v4" # quoted\n',
    '---\n# a comment\nother_key: [1, 2]\nimage_tag: v5\nnested: { image_tag: no }\n',
    'image_tag: 6\n',
    'image_tag: 007\n',
    'image_tag: 1.10\n',
    '{image_tag: v9, promote_deployment: true}\n',
    'image_tag: v10',
    'image_tag:\n',
    'image_tag: null\n',
    'image_tag: ~\n',
    'image_tag: v11\n',
  ];
  const one = await read(await repoOf(forms.map((text) => ({ files: { [app('a')]: text } }))));
  expect(deployed(one)).toEqual([
    'a - > v1',
    'a v1 > v2',
    'a v2 > v3',
    'a v3 > v4',
    'a v4 > v5',
    'a v5 > 6',
    'a 6 > 007',
    'a 007 > 1.10',
    'a 1.10 > v9',
    'a v9 > v10',
    'a v10 > ',
    'a  > v11',
  ]);
});

it('takes no symlink, submodule, folder or hidden file for an app, and no rubbish for a version', async () => {
  const submodule = 'a'.repeat(40);
  const one = await read(
    await repoOf([
      {
        files: {
          [app('real')]: 'image_tag: v1\n',
          [app('link')]: ['120000', 'real'],
          [app('module')]: ['160000', submodule],
          [app('folder/file')]: 'image_tag: v1\n',
          [app('.gitkeep')]: 'image_tag: v1\n',
          [app('binary')]: Buffer.from([0, 255, 254, 10, 0, 1]),
          [app('latin')]: Buffer.from('image_tag: v1\nnote: caf\u00e9\n', 'latin1'),
          [app('large')]: `image_tag: v1\n#${'x'.repeat(400_000)}\n`,
          [app('huge')]: `image_tag: v1\n#${'x'.repeat(1_100_000)}\n`,
        },
      },
      // The link becomes a file, the file a link, and only a mode changes.
      { files: { [app('link')]: 'image_tag: v2\n', [app('real')]: ['120000', 'link'] } },
      { files: { [app('link')]: ['100755', 'image_tag: v2\n'] } },
    ]),
  );
  expect(told(one)).toEqual([
    'large appeared',
    'large - > v1',
    'latin appeared',
    'latin - > v1',
    'real appeared',
    'real - > v1',
    'link appeared',
    'link - > v2',
    'real gone',
  ]);
  expect(one.board.cells.map((cell) => cell.app)).toEqual(['large', 'latin', 'link']);
});

it('shows names and messages in any script or none', async () => {
  const latin1 = Buffer.from('Jos\u00e9 <j@example.invalid>', 'latin1');
  const one = await read(
    await repoOf([
      { files: { [app('caf\u00e9 "x"\t1')]: 'image_tag: v1\n' }, author: '\u6f22\u5b57 <k@example.invalid>' },
      { files: { [app('b')]: 'image_tag: v1\n' }, author: latin1, message: Buffer.from([0xff, 0xfe, 0x0a]) },
      { files: { [app('c')]: 'image_tag: v1\n' }, author: '<nobody@example.invalid>', message: '' },
    ]),
  );
  const deployments = one.events.filter(({ type }) => type === 'deployment');
  expect(deployments.map((event) => event.app)).toEqual(['caf\u00e9 "x"\t1', 'b', 'c']);
  expect(deployments[0]?.author).toBe('\u6f22\u5b57');
  expect(deployments[1]?.author).toMatch(/^Jos/);
  expect([deployments[2]?.author, deployments[2]?.subject]).toEqual(['', '']);
  expect((one.service.ask('feed', { limit: 9, text: '\u6f22\u5b57' }) as FeedPage).events).toHaveLength(2);
});

it('follows an app and an environment that go and come back', async () => {
  const one = await read(
    await repoOf([
      { files: { [app('a', 'test')]: 'image_tag: v1\n', [app('b', 'test')]: 'image_tag: v1\n' } },
      { files: { [`${modelFolder}/test`]: null } },
      {},
      { files: { [app('a', 'test')]: 'image_tag: v1\n' } },
    ]),
  );
  expect(told(one)).toEqual([
    'a appeared',
    'a - > v1',
    'b appeared',
    'b - > v1',
    'a gone',
    'b gone',
    'a appeared',
    'a - > v1',
  ]);
  expect(one.events.at(-1)).toMatchObject({ returns: true, kind: 'manual' });
});

it('reads files in UTF-16 as Helm does, by their mark', async () => {
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const contents = [
    utf16('image_tag: v1\r\n'),
    utf16('image_tag: v2 # grer\n').swap16(),
    // Half a character more: Helm reads nothing, and the history what there is.
    Buffer.concat([utf16('image_tag: v3\n'), Buffer.from('x')]),
    'image_tag: v4\n',
  ];
  const one = await read(await repoOf(contents.map((content) => ({ files: { [app('a')]: content } }))));
  expect(deployed(one)).toEqual(['a - > v1', 'a v1 > v2', 'a - > v4']);
});

it('reads another path template, also at the root of the repo', async () => {
  const steps: readonly Step[] = [
    { files: { 'prod/a.yaml': 'image_tag: v1\n', 'prod/a.txt': 'image_tag: v9\n', 'README.md': 'x\n' } },
    { files: { 'prod/a.yaml': 'image_tag: v2\n', '.signalbox/freezes/prod/a.yaml': 'reason: why\n' } },
  ];
  const one = await read(await repoOf(steps), 'main', '{environment}/{app}.yaml');
  expect(told(one)).toEqual(['a appeared', 'a - > v1', 'a frozen', 'a v1 > v2']);
});

it('follows a merge of a history without a common ancestor, and an octopus', async () => {
  const one = await read(
    await repoOf([
      { files: { [app('a')]: 'image_tag: v1\n' } },
      { files: { [app('b')]: 'image_tag: v1\n' }, parents: [], author: 'Grace <g@example.invalid>' },
      { files: { [app('b')]: 'image_tag: v1\n' }, parents: [1, 2] },
      { files: { [app('c')]: 'image_tag: v1\n' }, parents: [1], author: 'Joan <j@example.invalid>' },
      { files: { [app('d')]: 'image_tag: v1\n' }, parents: [1], author: 'Edith <e@example.invalid>' },
      {
        files: { [app('c')]: 'image_tag: v1\n', [app('d')]: 'image_tag: v1\n' },
        parents: [3, 4, 5],
      },
    ]),
  );
  const by = one.events.filter(({ type }) => type === 'deployment').map((event) => [event.app, event.author]);
  expect(by).toEqual([
    ['a', 'Ada'],
    ['b', 'Grace'],
    ['c', 'Joan'],
    ['d', 'Edith'],
  ]);
});

it('reads SHA-256 repos, packed refs, alternates, work trees of their own, and ignores replacements', async () => {
  const steps = [1, 2, 3].map((n) => ({ files: { [app('a')]: `image_tag: v${n}\n` } }));
  const expected = ['a - > v1', 'a v1 > v2', 'a v2 > v3'];
  const sha256 = await repoOf(steps, ['--object-format=sha256']);
  const one = await read(sha256);
  expect(deployed(one)).toEqual(expected);
  expect(one.events.at(-1)?.commit).toMatch(/^[0-9a-f]{64}$/);

  const gitDir = await repoOf(steps);
  await runGit(['pack-refs', '--all'], { gitDir });
  await runGit(['gc', '--quiet'], { gitDir });
  expect(deployed(await read(gitDir))).toEqual(expected);

  const borrowed = join(scratch, 'borrowed.git');
  await runGit(['clone', '--quiet', '--bare', '--shared', gitDir, borrowed]);
  expect(deployed(await read(borrowed))).toEqual(expected);

  const workTree = join(scratch, 'work-tree');
  await runGit(['worktree', 'add', '--quiet', workTree, 'main'], { gitDir });
  expect(deployed(await read(workTree))).toEqual(expected);

  await runGit(['replace', 'main', 'main~2'], { gitDir });
  writeFileSync(join(gitDir, 'info', 'grafts'), '');
  expect(deployed(await read(gitDir))).toEqual(expected);
});

it('has nothing to tell of a repo without such files, and says so of one without commits', async () => {
  const none = await read(await repoOf([{ files: { 'README.md': 'x\n' } }, {}]));
  expect([none.events, none.board.cells]).toEqual([[], []]);
  expect(none.service.status.phase).toBe('ready');
  await expect(read(await repoOf([]))).rejects.toMatchObject({ failure: { code: 'not-found' } });
});

it('keeps odd clocks in the order of the line', async () => {
  const one = await read(
    await repoOf([
      { files: { [app('a')]: 'image_tag: v1\n' }, at: 1_900_000_000 },
      { files: { [app('a')]: 'image_tag: v2\n' }, at: 0 },
      { files: { [app('a')]: 'image_tag: v3\n' }, at: 1_700_000_000 },
    ]),
  );
  expect(deployed(one)).toEqual(['a - > v1', 'a v1 > v2', 'a v2 > v3']);
  const then = one.service.ask('board', { at: '1970-01-02T00:00:00Z' }) as HistoricBoard;
  expect(then.cells.map(({ version }) => version)).toEqual(['v2']);
});

it('tells what happens under .signalbox/, with reason and operation, and what stands at any moment', async () => {
  const trailers = 'Signalbox-Operation: op-1\nSignalbox-Kind: freeze\nSignalbox-Reason: on fire\n';
  const freeze = '.signalbox/freezes/production/a.yaml';
  const lock = '.signalbox/locks/notify/staging.yaml';
  const one = await read(
    await repoOf([
      { files: { [app('a')]: 'image_tag: v1\n' } },
      { files: { [freeze]: 'by: Ada\nreason: says the file\n' }, message: `Freeze a\n\n${trailers}` },
      {
        files: { [lock]: 'token: 1\nheld: { by: Grace, operation: op-2, reason: release day, bag: 7 }\n' },
        author: 'Grace <g@example.invalid>',
      },
      { files: { [freeze]: null }, message: 'Release a\n' },
      { files: { [lock]: 'token: 1\nheld: null\n' } },
      { files: { '.signalbox/new-thing/x.json': '{}\n' } },
    ]),
  );
  const ledger = one.events.filter((event) => 'path' in event);
  expect(ledger).toMatchObject([
    {
      type: 'frozen',
      app: 'a',
      environment: 'production',
      reason: 'on fire',
      operationId: 'op-1',
      path: freeze,
    },
    {
      type: 'locked',
      app: '',
      environment: 'staging',
      pipeline: 'notify',
      author: 'Grace',
      reason: 'release day',
      operationId: 'op-2',
      version: '7',
    },
    { type: 'unfrozen', app: 'a', reason: null },
    { type: 'unlocked', environment: 'staging', pipeline: 'notify', version: '7' },
    { type: 'ledger-changed', path: '.signalbox/new-thing/x.json' },
  ]);
  const standing = (id: number | undefined) =>
    (one.service.ask('board', { id: id ?? 0 }) as HistoricBoard).standing.map(({ type }) => type);
  expect(standing(ledger[0]?.id)).toEqual(['frozen']);
  expect(standing(ledger[1]?.id)).toEqual(['locked', 'frozen']);
  expect(standing(ledger[2]?.id)).toEqual(['locked']);
  expect(one.board.standing).toEqual([]);
  // No lock is an app on the board, and the search and the filters know them.
  expect(one.board.cells).toHaveLength(1);
  const find = (more: object) => (one.service.ask('feed', { limit: 9, ...more }) as FeedPage).events.length;
  expect([find({ text: 'release day' }), find({ text: 'on fire' })]).toEqual([1, 1]);
  expect([find({ apps: ['a'] }), find({ types: ['locked', 'unlocked'] })]).toEqual([4, 2]);
  expect(one.service.ask('names', null)).toMatchObject({
    apps: ['a'],
    environments: ['production', 'staging'],
  });
  expect(one.service.ask('previousVersions', { app: 'a', environment: 'production', limit: 5 })).toEqual([]);
});
