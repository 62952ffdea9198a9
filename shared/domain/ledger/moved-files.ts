/**
 * Which of the image-tag files that a commit adds are files that it removes elsewhere: the folder of all of them got
 * another name, an app or an environment did. Nothing is deployed by that, and the history goes on through it. Pure rules.
 *
 * Contents alone prove little: dozens of apps say `image_tag: release`, byte for byte. So names have to agree, too, or
 * there must be no other file that could be meant; what stays open is told as open.
 */
import { imageTagLayout, type Target } from './layout';

/** A file that a commit adds or removes, with its blob's id. */
export interface MovedSide {
  path: string;
  blob: string;
}
export interface PlacedSide extends MovedSide, Target {}

/** A file that went from one place to another in one commit. */
export interface MovedFile {
  from: MovedSide & Target;
  to: PlacedSide;
}

/** An older template of paths, with the files that say so. */
export interface OlderLayout {
  template: string;
  moves: MovedFile[];
}

/** Files with the same content that are looked through for one that is added. */
const mostAlike = 300;

const grouped = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

/**
 * The template that a path outside of the present one follows, if it was the place of an app: its folders name the
 * environment and the app as they are now, or it ends as the present template does and names the same app.
 */
function templateOf(
  path: string,
  target: Target,
  present: string,
): { template: string; environment: string } | null {
  const segments = path.split('/');
  if (path.includes('{')) return null;
  const named = (segment: string, name: string) => segment === name || segment.startsWith(`${name}.`);
  const appAt = segments.findLastIndex((segment) => named(segment, target.app));
  if (appAt < 0) return null;
  const environmentAt = segments.findLastIndex(
    (segment, at) => at !== appAt && named(segment, target.environment),
  );
  if (environmentAt >= 0) {
    const variable = segments.map((segment, at) => {
      if (at === appAt) return `{app}${segment.slice(target.app.length)}`;
      return at === environmentAt ? `{environment}${segment.slice(target.environment.length)}` : segment;
    });
    return { template: variable.join('/'), environment: target.environment };
  }
  const layout = imageTagLayout(present);
  const tail = present.split('/').slice(present.split('/').findIndex((_, depth) => layout.isVariable(depth)));
  if (segments.length < tail.length) return null;
  const found = imageTagLayout(tail.join('/')).match(segments.slice(-tail.length).join('/'));
  if (found?.app !== target.app) return null;
  return {
    template: [...segments.slice(0, -tail.length), ...tail].join('/'),
    environment: found.environment,
  };
}

/**
 * Files that came from outside of every known template, by the templates that they followed there. A template is believed
 * where a file of the same content, or none better being there a file of that name, was removed from it; then every file
 * that it had and that the commit adds again was moved, whatever else changed in it.
 * @param present the template of today.
 */
export function movesFromOutside(
  removed: readonly MovedSide[],
  added: readonly PlacedSide[],
  present: string,
): OlderLayout[] {
  const layouts: OlderLayout[] = [];
  const byBlob = grouped(removed, ({ blob }) => blob);
  const byPath = new Map(removed.map((side) => [side.path, side]));
  const taken = new Set<string>();
  const evidence = (of: (side: PlacedSide) => readonly MovedSide[], sameEnvironment = false) => {
    /** Per template: files that speak for it, and what each environment was called. */
    const templates = new Map<string, { count: number; names: Map<string, string> }>();
    for (const side of added) {
      if (taken.has(side.path)) continue;
      for (const { path } of of(side).slice(0, mostAlike)) {
        const found = templateOf(path, side, present);
        if (!found || (sameEnvironment && found.environment !== side.environment)) continue;
        const known = templates.get(found.template) ?? { count: 0, names: new Map<string, string>() };
        templates.set(found.template, known);
        known.count += 1;
        if (known.names.get(side.environment) !== side.environment)
          known.names.set(side.environment, found.environment);
      }
    }
    return [...templates].sort(([, a], [, b]) => b.count - a.count);
  };
  const take = (found: ReturnType<typeof evidence>) => {
    for (const [template, { names }] of found) {
      const layout = imageTagLayout(template);
      const moves: MovedFile[] = [];
      for (const to of added) {
        if (taken.has(to.path)) continue;
        const target = { app: to.app, environment: names.get(to.environment) ?? to.environment };
        const from = byPath.get(layout.path(target));
        if (!from) continue;
        taken.add(to.path);
        moves.push({ from: { ...from, ...target }, to });
      }
      if (moves.length > 0) layouts.push({ template, moves });
    }
  };
  take(evidence((side) => byBlob.get(side.blob) ?? []));
  if (layouts.length === 0) {
    const byName = grouped(removed, ({ path }) => path.split('/').at(-1)?.split('.')[0] ?? '');
    take(evidence((side) => byName.get(side.app.split('.')[0] ?? '') ?? [], true));
  }
  return layouts;
}

/** Which environments have files, before and after a commit. */
export interface EnvironmentsAround {
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
}

/** What a commit moved inside of the known templates, and what it may have moved. */
export interface MovesInside {
  moves: MovedFile[];
  /** Added files by path, with the one file that may be the same app under another name: nothing proves it. */
  open: Map<string, string>;
}

/**
 * Files that went from one app or environment to another.
 * - The same app in the same environment: it moved, whatever else changed (it lies by another of the known templates).
 * - An environment whose last file goes, and another whose first file comes in the same commit, with the same apps, one
 *   of them unchanged: it has another name. From one environment to another that stays, nothing is moved: there it is
 *   deployed.
 * - In one environment, one file that goes and one that comes with the same content and no other like them: the app has
 *   another name. So has it in other environments where it changed by the same commit.
 */
export function movesInside(
  removed: readonly PlacedSide[],
  added: readonly PlacedSide[],
  around: EnvironmentsAround,
): MovesInside {
  const moves: MovedFile[] = [];
  const gone = new Set<PlacedSide>(removed);
  const come = new Set<PlacedSide>(added);
  const pair = (from: PlacedSide, to: PlacedSide) => {
    gone.delete(from);
    come.delete(to);
    moves.push({ from, to });
  };
  const keyOf = ({ app, environment }: Target) => `${environment}\0${app}`;
  const byPlace = new Map(removed.map((side) => [keyOf(side), side]));
  for (const to of added) {
    const from = byPlace.get(keyOf(to));
    if (from && gone.has(from)) pair(from, to);
  }
  for (const [before, after] of renamedEnvironments([...gone], [...come], around))
    for (const to of [...come]) {
      const from =
        to.environment === after ? byPlace.get(keyOf({ app: to.app, environment: before })) : undefined;
      if (from && gone.has(from)) pair(from, to);
    }
  const likeness = ({ environment, blob }: PlacedSide) => `${environment}\0${blob}`;
  const [alikeGone, alikeCome] = [grouped([...gone], likeness), grouped([...come], likeness)];
  const names = new Map<string, Set<string>>();
  for (const [key, [to, second]] of alikeCome) {
    const [from, other] = alikeGone.get(key) ?? [];
    if (!to || !from || second || other) continue;
    pair(from, to);
    names.set(to.app, (names.get(to.app) ?? new Set()).add(from.app));
  }
  for (const to of [...come]) {
    const [name, another] = names.get(to.app) ?? [];
    const from =
      name && !another ? byPlace.get(keyOf({ app: name, environment: to.environment })) : undefined;
    if (from && gone.has(from)) pair(from, to);
  }
  const open = new Map<string, string>();
  const left = grouped([...gone], ({ environment }) => environment);
  for (const [environment, [to, second]] of grouped([...come], (side) => side.environment)) {
    const [from, other] = left.get(environment) ?? [];
    if (to && from && !second && !other) open.set(to.path, from.path);
  }
  return { moves, open };
}

/** Environments that have another name since: before and after. */
function renamedEnvironments(
  gone: readonly PlacedSide[],
  come: readonly PlacedSide[],
  { before, after }: EnvironmentsAround,
): [before: string, after: string][] {
  const went = [...grouped(gone, ({ environment }) => environment)].filter(([name]) => !after.has(name));
  const came = [...grouped(come, ({ environment }) => environment)].filter(([name]) => !before.has(name));
  const contents = (sides: readonly PlacedSide[]) => new Map(sides.map(({ app, blob }) => [app, blob]));
  return came.flatMap(([name, sides]) => {
    const own = contents(sides);
    const like = went.filter(([, others]) => {
      const theirs = contents(others);
      return [...own].some(([app, blob]) => theirs.get(app) === blob);
    });
    const [only, second] = like;
    return only && !second ? [[only[0], name] as [string, string]] : [];
  });
}
