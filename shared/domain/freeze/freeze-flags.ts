import { type Chains, environmentBefore } from '../estate/chain';
import { type FlagClaim, flagKey, flagOfPeople, type ReleasePlan, releaseFlags } from '../hold/flag-claims';
import { covers, type Freeze, type FreezeScope } from './freeze';

/** What image-tag files say of `automatic_deploys_enabled`, by environment, then app. */
export type FlagFiles = ReadonlyMap<string, ReadonlyMap<string, { automaticDeploys: boolean | null }>>;

/** A frozen cell, and the file that gates promotions into it. */
export interface Gate {
  app: string;
  /** What is frozen. */
  environment: string;
  /** The environment before it, whose post-sync workflow reads the flag of its own file: docs/argo.md. */
  before: string;
}

/** The frozen environments, and those of them that nothing in the pipeline gates: the first ones of their chains. */
export function frozenEnvironments(scope: FreezeScope, chains: Chains): { gated: string[]; open: string[] } {
  const inScope = chains.environments
    .map(({ name }) => name)
    .filter((name) => {
      const through = chains.pipelines.filter(
        ({ kind, environments }) => kind === 'apps' && environments.includes(name),
      );
      const pipelines = through.map((one) => one.name);
      const apps = scope.app === null ? [] : [scope.app];
      return through.length > 0 && covers(scope, { environment: name, pipelines, apps });
    });
  const isGated = (name: string): boolean => environmentBefore(chains, name) !== null;
  return { gated: inScope.filter(isGated), open: inScope.filter((name) => !isGated(name)) };
}

/**
 * Where a freeze has to switch automatic deploys off: for every app that could be promoted into a frozen environment, the
 * file of the environment before. An app that is not in the frozen environment yet could come there as well.
 */
export function gatesOf(scope: FreezeScope, chains: Chains, files: FlagFiles): Gate[] {
  return frozenEnvironments(scope, chains).gated.flatMap((environment) => {
    const before = environmentBefore(chains, environment);
    if (before === null) return [];
    const apps = [...(files.get(before)?.keys() ?? [])].filter(
      (app) => scope.app === null || scope.app === app,
    );
    return apps.sort().map((app) => ({ app, environment, before }));
  });
}

/** A file that a freeze is still to switch off. */
export interface Uncovered {
  app: string;
  /** The environment whose file it is. */
  environment: string;
  /** What it says now. */
  now: boolean | null;
  /** What people want it to say. */
  was: boolean | null;
}

/**
 * The files that a freeze in force has yet to switch off: all of them when it begins, those of new apps later on. One that
 * a person switched on again since is theirs, and is left alone.
 * @param claims whatever wants flags of an app off, the freeze itself too.
 * @param merged the pull request that was asked for was merged: what it switched off is the freeze's, and not a person's.
 */
export function uncovered(
  freeze: Freeze,
  chains: Chains,
  files: FlagFiles,
  claims: (app: string) => readonly FlagClaim[],
  merged = false,
): Uncovered[] {
  if (!freeze.automatic) return [];
  const found = new Map<string, Uncovered>();
  for (const { app, before } of gatesOf(freeze, chains, files)) {
    const key = flagKey(before, app);
    const now = files.get(before)?.get(app)?.automaticDeploys;
    if (now === undefined || Object.hasOwn(freeze.changed, key) || found.has(key)) continue;
    const asked = merged && now === false ? freeze.asked?.files[key] : undefined;
    const was = asked === undefined ? flagOfPeople(before, now, claims(app)) : asked;
    found.set(key, { app, environment: before, now, was });
  }
  return [...found.values()];
}

const noted = (files: readonly Uncovered[]): Record<string, boolean | null> =>
  Object.fromEntries(files.map(({ app, environment, was }) => [flagKey(environment, app), was]));

/** The freeze with more files that it switched off; nothing is asked for any more. */
export const covering = ({ asked: _, ...freeze }: Freeze, more: readonly Uncovered[]): Freeze => ({
  ...freeze,
  changed: { ...freeze.changed, ...noted(more) },
});

/** The freeze with files whose switch is asked for; what is off already is its own at once. */
export const asking = (
  freeze: Freeze,
  more: readonly Uncovered[],
  who: Omit<NonNullable<Freeze['asked']>, 'files'>,
): Freeze => ({
  ...freeze,
  changed: { ...freeze.changed, ...noted(more.filter(({ now }) => now === false)) },
  asked: { ...who, files: noted(more.filter(({ now }) => now !== false)) },
});

/**
 * The freeze once its pull request was merged, with what people wanted of each flag just before that: who switched one off
 * by hand while the request waited meant it, and the thaw leaves it off.
 * @param before what image-tag files said just before the merge; `null`: not known, so as they were when it was asked for.
 * @param others claims on an app's files besides the freeze's.
 */
export function askedAtMerge(
  freeze: Freeze,
  before: FlagFiles | null,
  others: (app: string) => readonly FlagClaim[],
): Freeze {
  if (!freeze.asked || before === null) return freeze;
  const files = Object.entries(freeze.asked.files).map(([key, was]) => {
    const [environment = '', app = ''] = key.split('/');
    const then = before.get(environment)?.get(app)?.automaticDeploys;
    return [key, then === undefined ? was : flagOfPeople(environment, then, others(app))] as const;
  });
  return { ...freeze, asked: { ...freeze.asked, files: Object.fromEntries(files) } };
}

/** The freeze without what was asked for: its pull request was closed, or taken back. */
export const askingNothing = ({ asked: _, ...freeze }: Freeze): Freeze => freeze;

/**
 * What thawing changes, by app: exactly what the freeze changed, and nothing that another freeze or a hold still wants.
 * @param others claims on an app's files that stay.
 * @param merged as for {@link uncovered}.
 */
export function thawPlan(
  freeze: Freeze,
  files: FlagFiles,
  others: (app: string) => readonly FlagClaim[],
  merged = false,
): Map<string, ReleasePlan> {
  const ended = new Map<string, { environment: string; was: boolean | null }[]>();
  const all = { ...(merged ? freeze.asked?.files : {}), ...freeze.changed };
  for (const [key, was] of Object.entries(all)) {
    const [environment = '', app = ''] = key.split('/');
    // Whoever can write a record must not switch on by it what the freeze could not have switched off.
    const isOurs = freeze.automatic && (freeze.app ?? app) === app && key === flagKey(environment, app);
    if (!isOurs) continue;
    ended.set(app, [...(ended.get(app) ?? []), { environment, was }]);
  }
  return new Map(
    [...ended].map(([app, of]) => [
      app,
      releaseFlags(of, (name) => files.get(name)?.get(app)?.automaticDeploys, others(app)),
    ]),
  );
}
