/** The log worker as a thread that really dies. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogLines, type LogView, wholeLog } from '../../shared/contract/logs';
import type { FailureError } from '../../shared/domain/failure/failure';
import { builtProgram } from '../testing/programs';
import { type LogKeeper, openLogKeeper, type SavedLog } from './log-keeper';
import type { StoreLimits } from './protocol';

let scratch: string;
let keeper: LogKeeper;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-log-keeper-'));
});
afterEach(async () => {
  await keeper.close();
  rmSync(scratch, { recursive: true, force: true });
});

/**
 * The real worker, which dies at a line or a search that holds `killer`, while it draws one that holds `drawn`, and at
 * its first breath so many times.
 */
function mortalWorker(atOnce = 0): string {
  const file = join(scratch, 'worker.mjs');
  const real = builtProgram('log-worker') ?? '';
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs';
const starts = ${JSON.stringify(join(scratch, 'starts'))};
appendFileSync(starts, 'x');
if (readFileSync(starts, 'utf8').length <= ${atOnce}) process.exit(70);
const { test } = RegExp.prototype;
RegExp.prototype.test = function (text) {
  if (text.includes('killer') || this.source.includes('killer')) process.exit(70);
  return test.call(this, text);
};
const { slice } = String.prototype;
String.prototype.slice = function (...by) {
  if (by[1] === 10 && this.includes('drawn')) process.exit(70);
  return slice.apply(this, by);
};
await import(${JSON.stringify(pathToFileURL(real).href)});
`,
  );
  return file;
}

interface Watched {
  kept: SavedLog;
  /** What the window was told last. */
  told: () => LogLines | null;
  ended: () => FailureError | null;
}
async function open(name: string, view: Partial<LogView> = {}): Promise<Watched> {
  let told: LogLines | null = null;
  let ended: FailureError | null = null;
  const kept = keeper.open(
    name,
    { ...wholeLog, ...view },
    (lines) => {
      told = lines;
    },
    (error) => {
      ended = error;
    },
  );
  kept.source(0, '[pod app]');
  return { kept, told: () => told, ended: () => ended };
}
const start = async (worker: string | undefined, limits: Partial<StoreLimits> = {}): Promise<void> => {
  keeper = await openLogKeeper({ folder: join(scratch, 'logs'), builtWorker: worker, limits });
};
const lines = (...texts: string[]) => texts.map((text) => ({ at: null, text }));
const shown = async ({ kept }: Watched): Promise<string[]> => {
  await kept.ask('settled', null);
  return (await kept.ask('window', { from: 0, count: 1000 })).lines.map(({ text }) => text);
};
const again = expect.stringMatching(
  /^The log reader crashed and was restarted at \d{4}-\d\d-\d\d \d\d:\d\d UTC\./,
);

describe('a log worker that dies', () => {
  it('of a line is started again without that line; every open session goes on and says what it lost', async () => {
    await start(mortalWorker());
    const [one, other] = [await open('one'), await open('other')];
    other.kept.append(0, lines('from before'));
    one.kept.append(0, lines('first', 'second'));
    await expect.poll(() => one.told()?.kept).toBe(2);
    await expect.poll(() => other.told()?.kept).toBe(1);
    const generation = one.told()?.generation ?? 0;
    one.kept.append(0, lines('third', 'the killer', 'fourth'));
    one.kept.append(0, lines('fifth'));
    other.kept.append(0, lines('sixth'));
    expect(await shown(one)).toEqual([
      again,
      'third',
      'A line is left out here, since the reader ended over it',
      'fourth',
      'fifth',
    ]);
    expect(await shown(other)).toEqual([again, 'sixth']);
    await expect.poll(() => one.told()?.notice).toContain('2 earlier lines are no longer here');
    await expect.poll(() => other.told()?.notice).toContain('1 earlier line is no longer here');
    // The window must not take the new lines for those that it has.
    expect(one.told()?.generation).toBeGreaterThan(generation);
    expect([one.ended(), other.ended()]).toEqual([null, null]);
    // Sources keep their names, and later deaths are as good as the first.
    one.kept.append(0, lines('killer again', 'seventh'));
    expect((await shown(one)).at(-1)).toBe('seventh');
  });

  it.each([true, false])(
    'of what is looked for is started again without the search (in lines that are there: %s)',
    async (before) => {
      await start(mortalWorker());
      const one = await open('one');
      if (before) {
        one.kept.append(0, lines('first'));
        await expect.poll(() => one.told()?.kept).toBe(1);
      }
      const find = { text: 'killer', regex: true, matchCase: false, filter: true };
      const asked = one.kept
        .ask('view', { ...wholeLog, find })
        .catch((error: FailureError) => error.failure.code);
      if (!before) one.kept.append(0, lines('second'));
      await asked;
      await expect.poll(() => one.told()?.notice).toContain('What you looked for is switched off');
      one.kept.append(0, lines('third'));
      expect((await shown(one)).slice(-1)).toEqual(['third']);
      expect(await shown(one)).toEqual(before ? [again, 'third'] : [again, 'second', 'third']);
      expect(one.ended()).toBeNull();
    },
  );

  it('answers no question about lines that are gone, and writes no file without them', async () => {
    await start(mortalWorker());
    const one = await open('one');
    one.kept.append(0, lines('first'));
    await expect.poll(() => one.told()?.kept).toBe(1);
    const file = join(scratch, 'saved.log');
    one.kept.append(0, lines('killer'));
    await expect(one.kept.ask('save', { file, what: 'all', stamps: false })).rejects.toMatchObject({
      failure: { code: 'conflict', message: 'The log view was started again meanwhile.' },
    });
    await shown(one);
    expect(readdirSync(scratch)).not.toContain('saved.log');
  });

  it('at once, again and again, is given up: sessions end, and the next one tries again', async () => {
    await start(mortalWorker(3));
    const one = await open('one');
    const asked = shown(one);
    await expect(asked).rejects.toMatchObject({ failure: { message: 'The log view stopped.' } });
    expect(one.ended()?.failure.code).toBe('internal');
    expect(readFileSync(join(scratch, 'starts'), 'utf8')).toBe('xxx');
    const two = await open('two');
    two.kept.append(0, lines('fine'));
    expect(await shown(two)).toEqual(['fine']);
  });

  it('at once, but not always, costs nothing', async () => {
    await start(mortalWorker(2));
    const one = await open('one');
    one.kept.append(0, lines('fine'));
    expect((await shown(one)).at(-1)).toBe('fine');
    expect(one.ended()).toBeNull();
  });
});

describe('a file of kept lines that is damaged while the log is open', () => {
  const limits = { spill: { pageLines: 10 } };
  const files = (): string[] =>
    readdirSync(join(scratch, 'logs', 'one')).map((name) => join(scratch, 'logs', 'one', name));

  it.each([
    ['truncated', (file: string) => truncateSync(file, 700)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['random', (file: string) => writeFileSync(file, Buffer.alloc(5000, 7))],
    ['of other JSON', (file: string) => writeFileSync(file, '[]'.padEnd(9000, ' '))],
  ])('%s costs its lines, says so, and nothing else', async (_, damage) => {
    await start(builtProgram('log-worker'), limits);
    const one = await open('one');
    const numbers = Array.from({ length: 995 }, (_, n) => `line ${n}`);
    for (let n = 0; n < numbers.length; n += 5) one.kept.append(0, lines(...numbers.slice(n, n + 5)));
    await one.kept.ask('settled', null);
    for (const file of files()) damage(file);
    one.kept.append(0, lines('and more'));
    const all = await shown(one);
    expect(all).toHaveLength(996);
    expect(all[0]).toMatch(/line 0|can’t be read back/);
    expect(all[500]).toContain('can’t be read back from the disk');
    expect(all.at(-1)).toBe('and more');
    // A search over what is gone finds nothing there, and ends.
    const find = { text: 'and more', regex: false, matchCase: false, filter: false };
    await one.kept.ask('view', { ...wholeLog, find });
    await expect.poll(() => one.told()?.found).toEqual({ count: 1, complete: true });
    expect(one.told()?.notice).toMatch(/can’t be read back from the disk.*: \d+\. Open the log again/);
    expect(one.ended()).toBeNull();
  });

  it('a folder that is taken away costs nothing', async () => {
    await start(builtProgram('log-worker'), { spill: { pageLines: 10, segmentBytes: 500 } });
    const one = await open('one');
    one.kept.append(0, lines(...Array.from({ length: 95 }, (_, n) => `line ${n}`)));
    await one.kept.ask('settled', null);
    rmSync(join(scratch, 'logs'), { recursive: true });
    one.kept.append(0, lines(...Array.from({ length: 95 }, (_, n) => `later ${n}`)));
    const all = await shown(one);
    expect([all[0], all[94], all[189]]).toEqual(['line 0', 'line 94', 'later 94']);
    await expect.poll(() => one.told()?.kept).toBe(190);
    expect(one.told()?.notice).toBeNull();
  });
});
