/** For tests: what a commit moved, by the rules of shared/domain/ledger/moved-files.ts, written again in the slow and obvious way. */

type Tree = ReadonlyMap<string, string>;

/** Environment and app of a path, `null` where it is no image-tag file. */
export function placeOf(path: string, folder: string): { environment: string; app: string } | null {
  const [environment, app, deeper] = path.slice(folder.length + 1).split('/');
  return path.startsWith(`${folder}/`) && app && environment && deeper === undefined
    ? { environment, app }
    : null;
}

/** Paths after a commit, with the paths that their files had before. */
export function movedBy(before: Tree, after: Tree, folder: string): Map<string, string> {
  const place = (path: string) => placeOf(path, folder) ?? { environment: '', app: '' };
  const files = (tree: Tree) => [...tree.keys()].filter((path) => placeOf(path, folder)).sort();
  const environments = (tree: Tree) => new Set(files(tree).map((path) => place(path).environment));
  const moved = new Map<string, string>();
  const gone = () => files(before).filter((path) => !after.has(path) && ![...moved.values()].includes(path));
  const come = () => files(after).filter((path) => !before.has(path) && !moved.has(path));
  const firstGone = gone();
  const firstCome = come();
  const renamed: [string, string][] = [];
  for (const now of new Set(firstCome.map((path) => place(path).environment))) {
    if (environments(before).has(now)) continue;
    const like = [...environments(before)].filter(
      (old) =>
        !environments(after).has(old) &&
        firstCome.some(
          (path) =>
            place(path).environment === now &&
            firstGone.some(
              (one) =>
                place(one).environment === old &&
                place(one).app === place(path).app &&
                before.get(one) === after.get(path),
            ),
        ),
    );
    if (like.length === 1) renamed.push([like[0] ?? '', now]);
  }
  for (const [old, now] of renamed)
    for (const path of come()) {
      const from = gone().find((one) => place(one).environment === old && place(one).app === place(path).app);
      if (place(path).environment === now && from) moved.set(path, from);
    }
  const [leftGone, leftCome] = [gone(), come()];
  const like = (path: string, content: string | undefined, paths: string[], tree: Tree) =>
    paths.filter((one) => place(one).environment === place(path).environment && tree.get(one) === content);
  const names = new Map<string, Set<string>>();
  for (const path of leftCome) {
    const content = after.get(path);
    const [from, ...others] = like(path, content, leftGone, before);
    if (!from || others.length > 0 || like(path, content, leftCome, after).length > 1) continue;
    moved.set(path, from);
    const { app } = place(path);
    names.set(app, (names.get(app) ?? new Set()).add(place(from).app));
  }
  for (const path of come()) {
    const [name, ...others] = names.get(place(path).app) ?? [];
    const from = gone().find(
      (one) => place(one).environment === place(path).environment && place(one).app === name,
    );
    if (name && others.length === 0 && from) moved.set(path, from);
  }
  return moved;
}
