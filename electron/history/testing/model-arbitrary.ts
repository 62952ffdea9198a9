import fc from 'fast-check';
import { type ModelCommit, modelFolder } from './model-repo';

const apps = ['alpha', 'beta-api', 'draft-alpha'];
const environments = ['integration', 'production', 'staging'];
const authors = ['Ada', 'Grace Hpper', 'ci-bot'];

const cell = fc
  .tuple(fc.constantFrom(...environments), fc.constantFrom(...apps))
  .map(([environment, app]) => `${modelFolder}/${environment}/${app}`);

const content = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        tag: fc.constantFrom('v1', 'v2', 'v3', 'v10', `release-${'a'.repeat(40)}`, 'b'.repeat(40)),
        auto: fc.constantFrom('', 'automatic_deploys_enabled: true\n', 'automatic_deploys_enabled: false\n'),
        promote: fc.constantFrom('', 'promote_deployment: true\n', 'promote_deployment: false\n'),
        form: fc.constantFrom('plain', 'quoted', 'comment', 'last'),
      })
      .map(({ tag, auto, promote, form }) => {
        if (form === 'quoted') return `image_tag: "${tag}"\r\n${auto}${promote}`;
        if (form === 'comment') return `# why\nimage_tag: ${tag} # because\n${auto}${promote}`;
        return form === 'last'
          ? `${auto}${promote}image_tag: ${tag}`
          : `image_tag: ${tag}\n${auto}${promote}`;
      }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'image_tag:\n',
      'automatic_deploys_enabled: false\n',
      '# nothing\n',
      'other: 1\n',
    ),
  },
);

const step = fc.record({
  what: fc.constantFrom(
    'change',
    'change',
    'change',
    'change',
    'side',
    'side',
    'side',
    'side',
    'side',
    'merge',
    'merge',
    'octopus',
    'octopus',
    'octopus',
    'foxtrot',
    'delete',
    'delete',
    'rename',
    'revert',
    'revert',
    'elsewhere',
  ),
  cell,
  other: cell,
  content,
  evil: fc.boolean(),
  side: fc.nat({ max: 1 }),
  skew: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -5000, max: 5000 }) },
  ),
  author: fc.constantFrom(...authors),
  message: fc.oneof(
    fc.constant('pipeline'),
    fc.constant('Tidy up\n\nBecause = of\nthings'),
    fc.constant(
      'Deploy it\n\nSignalbox-Operation: 0192f0c1\nSignalbox-Kind: deploy\nSignalbox-Reason: it was time',
    ),
  ),
});

/** A history with branches, merges of one or two of them, merges the wrong way round, conflicts resolved in a merge, reverts, renames, deletions, and clocks that go back. */
export const modelHistory: fc.Arbitrary<ModelCommit[]> = fc
  .array(step, { minLength: 10, maxLength: 60, size: 'max' })
  .map((steps) => {
    const commits: ModelCommit[] = [];
    let main = -1;
    const sides: { tip: number; base: number }[] = [];
    const treeOf = (at: number) => new Map(commits[at]?.tree ?? []);
    const add = (
      parents: number[],
      tree: Map<string, string>,
      { skew, author }: (typeof steps)[number],
      message: string,
    ) => {
      const at = 1_700_000_000 + commits.length * 600 + skew;
      commits.push({ parents: parents.filter((one) => one >= 0), tree, at, author, message });
      return commits.length - 1;
    };
    for (const one of steps) {
      const text = one.message === 'pipeline' ? 'Update alpha image tag to x for y\n' : one.message;
      const branch = one.what === 'side' && main >= 0 ? one.side : -1;
      if (one.what === 'merge' || one.what === 'octopus' || one.what === 'foxtrot') {
        const merged = (one.what === 'octopus' ? [0, 1] : [one.side]).filter((nth) => sides[nth]);
        if (merged.length < (one.what === 'octopus' ? 2 : 1)) continue;
        const tree = treeOf(main);
        for (const nth of merged) {
          const side = sides[nth];
          if (!side) continue;
          const [tip, base] = [treeOf(side.tip), treeOf(side.base)];
          for (const path of new Set([...tip.keys(), ...base.keys()])) {
            const now = tip.get(path);
            if (now === base.get(path)) continue;
            if (now === undefined) tree.delete(path);
            else tree.set(path, now);
          }
        }
        if (one.evil) tree.set(one.cell, one.content);
        const tips = merged.map((nth) => sides[nth]?.tip ?? -1);
        main = add(one.what === 'foxtrot' ? [...tips, main] : [main, ...tips], tree, one, 'Merge a branch');
        for (const nth of merged) delete sides[nth];
        continue;
      }
      const from = branch < 0 ? main : (sides[branch]?.tip ?? main);
      const tree = treeOf(from);
      // Of the files that are there, the one that comes next: so that something goes indeed.
      const there = [...tree.keys()].sort();
      const victim = there.find((path) => path >= one.cell) ?? there[0] ?? one.cell;
      if (one.what === 'revert') {
        const back = treeOf(commits[from]?.parents[0] ?? -1);
        tree.clear();
        for (const [path, text] of back) tree.set(path, text);
      } else if (one.what === 'delete') tree.delete(victim);
      else if (one.what === 'rename') {
        const moved = tree.get(victim);
        tree.delete(victim);
        if (moved !== undefined) tree.set(one.other, moved);
      } else if (one.what === 'elsewhere')
        tree.set(one.evil ? 'README.md' : `${modelFolder}/test/deep/file`, one.content);
      else tree.set(one.cell, one.content);
      const made = add([from], tree, one, text);
      if (branch < 0) main = made;
      else sides[branch] = { tip: made, base: sides[branch]?.base ?? main };
    }
    return commits;
  })
  .filter((commits) => commits.length > 0);
