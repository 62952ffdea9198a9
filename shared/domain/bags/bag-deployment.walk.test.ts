import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walk } from './testing/walk';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
let folder: string;

beforeAll(async () => {
  const cache = path.join(root, 'node_modules', '.cache', 'signalbox');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(path.join(cache, 'mutants-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One rule broken in its source, the walk built with it, and what must then be found broken. */
interface Mutant {
  name: string;
  file: string;
  from: string;
  to: string;
  breaks: RegExp;
}

const mutants: readonly Mutant[] = [
  {
    name: 'the pass check is dropped',
    file: 'next.ts',
    from: 'if (before === null) return',
    to: 'if (before !== "") return',
    breaks: /has not passed before/,
  },
  {
    name: 'a bad mark is not asked about',
    file: 'next.ts',
    from: 'if (mark?.ok) continue;',
    to: 'if (mark?.ok) return bag;',
    breaks: /bad there/,
  },
  {
    name: 'the order is that in which bags passed, and not that of their numbers',
    file: 'next.ts',
    from: 'sort((a, b) => b - a)',
    to: 'reverse()',
    breaks: /order is that of the numbers/,
  },
  {
    name: 'a pin that cannot be kept falls back to the newest',
    file: 'next.ts',
    from: 'if (pin) {',
    to: 'if (pin && candidates.has(pin.ok ? pin.value.bag : 0)) {',
    breaks: /pin is kept/,
  },
  {
    name: 'an older bag may replace a newer one by itself',
    file: 'next.ts',
    from: "if (running !== null && bag < running)\n      return {\n        state: 'needs-person'",
    to: "if (running === -1)\n      return {\n        state: 'needs-person'",
    breaks: /older bag never replaces/,
  },
  {
    name: 'what was started before is started again by itself',
    file: 'next.ts',
    from: 'if (earlier.length > 0)',
    to: 'if (earlier.length > 99)',
    breaks: /nothing is started twice by itself/,
  },
  {
    name: 'the token is forgotten',
    file: 'decisions.ts',
    from: 'held.operation !== hold.operation || lock.value.token !== hold.token',
    to: 'hold.token < 0',
    breaks: /lock|holder|deployment/,
  },
  {
    name: 'a lock is taken whoever holds it',
    file: 'locks.ts',
    from: '  if (held && !byHand)\n    return refuse(',
    to: '  if (held && held.by === "nobody")\n    return refuse(',
    breaks: /at most one lock holder|lock is kept/,
  },
  {
    name: 'the token does not rise',
    file: 'locks.ts',
    from: 'const token = Math.max(lock?.value.token ?? 0, last) + 1;',
    to: 'const token = Math.max(lock?.value.token ?? 0, last, 1);',
    breaks: /higher token|never falls|at most/,
  },
  {
    name: 'the lock is released after a failure',
    file: 'deploying.ts',
    from: "changes: [put('deployment', value)],\n    subject: `Bag",
    to: "changes: [put('deployment', value), ...(state === 'deploy-failed' ? [put('lock', { ...fenced.lock, held: null })] : [])],\n    subject: `Bag",
    breaks: /lock is kept/,
  },
  {
    name: 'the choice is not asked again under the lock',
    file: 'deploying.ts',
    from: 'const bag = chooseAgain(records, chain, environment, wish, images);',
    to: 'const bag: number | ReturnType<typeof refuse> = wish.bag; void chooseAgain; void images;',
    breaks: /passed before|bad there|a pin is kept|order is that|started twice|changed policy/,
  },
  {
    name: 'a bag that is marked bad while it is tested passes',
    file: 'deploying.ts',
    from: 'const mark = bad.get(done.bag);',
    to: 'const mark = bad.get(-1);',
    breaks: /bad gets no pass/,
  },
  {
    name: 'a pass does not release the lock',
    file: 'deploying.ts',
    from: "put('deployment', { ...after, state, failure: null }),\n      put('lock', lockAfter(fenced.lock)),",
    to: "put('deployment', { ...after, state, failure: null }),",
    breaks: /releases the lock/,
  },
  {
    name: 'a lock by hand is ignored by bags',
    file: 'locks.ts',
    from: '  if (held && !byHand)\n    return refuse(',
    to: '  if (held && !byHand && held.kind === "bag")\n    return refuse(',
    breaks: /at most one lock holder|by hand/,
  },
  {
    name: 'an autopilot deploys under a lock by hand',
    file: 'locks.ts',
    from: 'const byHand = held && overOwn && isOwnByHand(held, actor) ? held : null;',
    to: 'void overOwn; const byHand = held && isOwnByHand(held, actor) ? held : null;',
    breaks: /by hand/,
  },
  {
    name: 'a lock by hand does not come back after a deployment under it',
    file: 'decisions.ts',
    from: 'return byHand\n    ?',
    to: 'return byHand && lock.token < 0\n    ?',
    breaks: /by hand stays/,
  },
  {
    name: 'somebody else gives a lock by hand back',
    file: 'locks.ts',
    from: 'if (held && !isOwnByHand(held, actor))',
    to: 'if (held?.kind === "bag")',
    breaks: /only the holder releases|by hand stays/,
  },
  {
    name: 'the token of a lock that was released is used again',
    file: 'locks.ts',
    from: 'const token = Math.max(lock?.value.token ?? 0, last) + 1;',
    to: 'const token = Math.max(lock?.value.token ?? 0, last) + (lock && !held ? 0 : 1);',
    breaks: /higher token/,
  },
  {
    name: 'a changed policy deploys',
    file: 'next.ts',
    from: 'bag <= cutoff.value.bag',
    to: 'bag < 0',
    breaks: /changed policy/,
  },
  {
    name: 'a bag goes on although it was marked bad where it passed',
    file: 'next.ts',
    from: 'if (markedBad)\n      return {',
    to: 'if (markedBad && bag < 0)\n      return {',
    breaks: /bad where it passed/,
  },
  {
    name: 'an intent without a result is repeated after a crash',
    file: 'testing/run.ts',
    from: "again.at = model.deploys.has(again.id) ? 'deploy' : 'lost';",
    to: "again.at = 'submit';",
    breaks: /never started twice/,
  },
];

async function walkOf({ file, from, to }: Mutant, index: number): Promise<typeof walk> {
  const wanted = path.join(import.meta.dirname, file);
  const source = await readFile(wanted, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
  const out = `mutant-${index}.mjs`;
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (code, id) => (path.resolve(id) === wanted ? code.replace(from, () => to) : null),
      },
    ],
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      lib: {
        entry: path.join(import.meta.dirname, 'testing', 'walk.ts'),
        formats: ['es'],
        fileName: () => out,
      },
      rollupOptions: { external: ['fast-check', 'yaml', 'zod'] },
    },
  });
  const built = (await import(/* @vite-ignore */ pathToFileURL(path.join(folder, out)).href)) as {
    walk: typeof walk;
  };
  return built.walk;
}

describe('random histories of three consoles with kills', { timeout: 300_000 }, () => {
  it('break none of the rules', () => {
    const walked = walk(1_500, 20_261_127);
    console.log(
      `walked ${walked.histories} histories: ${walked.deployments} deployments, ${walked.delivered} bags in production`,
    );
    expect(walked.broken).toBeNull();
    // Or it would prove nothing.
    expect(walked.delivered).toBeGreaterThan(20);
  });

  it.each(mutants.map((mutant, index) => ({ ...mutant, index })))('notice when $name', async (mutant) => {
    const mutated = await walkOf(mutant, mutant.index);
    const { broken, histories } = mutated(4_000, 7);
    expect(broken, `not noticed in ${histories} histories`).not.toBeNull();
    expect(broken?.rule).toMatch(mutant.breaks);
  });
});
