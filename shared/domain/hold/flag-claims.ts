import { type Freeze, scopeText } from '../freeze/freeze';
import { put, type RecordChange } from '../records/record-change';
import type { HoldRecord } from './hold-record';

/** Somebody wants `automatic_deploys_enabled` of one of an app's files off: a hold, or a freeze. */
export interface FlagClaim {
  /** The environment whose image-tag file it is. */
  environment: string;
  /** What stood there before anybody of Signalbox switched it off; `null`: the key was missing. */
  was: boolean | null;
  /** "the hold of production", "the freeze of everything". */
  by: string;
  hold: HoldRecord | null;
  freeze: Freeze | null;
}

/** How a freeze names one of the files that it changed. */
export const flagKey = (environment: string, app: string): string => `${environment}/${app}`;

/** The files of an app that holds and freezes want off. */
export function claimsOn(
  app: string,
  holds: readonly HoldRecord[],
  freezes: readonly Freeze[],
): readonly FlagClaim[] {
  const ofHolds = holds
    .filter((hold) => hold.app === app)
    .flatMap((hold) =>
      hold.changed.map(({ environment, automatic_deploys_enabled: was }) => ({
        environment,
        was,
        by: `the hold of ${hold.environment}`,
        hold,
        freeze: null,
      })),
    );
  const ofFreezes = freezes.flatMap((freeze) =>
    Object.entries(freeze.changed).flatMap(([key, was]) => {
      const [environment = '', name = ''] = key.split('/');
      return name === app
        ? [{ environment, was, by: `the freeze of ${scopeText(freeze)}`, hold: null, freeze }]
        : [];
    }),
  );
  return [...ofHolds, ...ofFreezes];
}

/**
 * What people want a flag to say: where it is off and somebody of Signalbox wants it so, what that one recorded; anything
 * else is a person's own newest word.
 */
export function flagOfPeople(
  environment: string,
  now: boolean | null,
  claims: readonly FlagClaim[],
): boolean | null {
  const claim = claims.find((one) => one.environment === environment);
  return now === false && claim ? claim.was : now;
}

/** One of an app's files that is switched off now, and what it says right before that. */
export interface FlagFile {
  app: string;
  environment: string;
  now: boolean | null;
}

/**
 * Records of claims that a person has overruled, by switching a flag on while it was wanted off, as they are to be when
 * the flag is switched off anew: any of them may be the last to give it back, and then gives back what people want.
 * @param others claims on an app's files besides the one that is made now.
 */
export function correctedClaims(
  flags: readonly FlagFile[],
  others: (app: string) => readonly FlagClaim[],
): RecordChange[] {
  const holds = new Map<string, HoldRecord>();
  const freezes = new Map<string, Freeze>();
  for (const { app, environment, now } of flags) {
    if (now === false) continue;
    for (const { environment: name, was, hold, freeze } of others(app)) {
      if (name !== environment || was === now) continue;
      if (hold) {
        const id = flagKey(hold.environment, app);
        const known = holds.get(id) ?? hold;
        holds.set(id, {
          ...known,
          changed: known.changed.map((one) =>
            one.environment === environment ? { ...one, automatic_deploys_enabled: now } : one,
          ),
        });
      }
      if (freeze) {
        const known = freezes.get(freeze.operation) ?? freeze;
        freezes.set(freeze.operation, {
          ...known,
          changed: { ...known.changed, [flagKey(environment, app)]: now },
        });
      }
    }
  }
  return [
    ...[...holds.values()].map((one) => put('hold', one)),
    ...[...freezes.values()].map((one) => put('freeze', one)),
  ];
}

/** What becomes of files that one claim ends on. */
export interface ReleasePlan {
  restore: { environment: string; to: boolean | null }[];
  /** Files that stay as they are, and why. */
  kept: { environment: string; because: string }[];
}

/**
 * What giving flags back changes: every file gets what people want there, except where another claim still needs it off,
 * where somebody switched it already, and where it was off all along.
 * @param others claims on the app's files that stay.
 */
export function releaseFlags(
  ended: readonly Pick<FlagClaim, 'environment' | 'was'>[],
  flag: (environment: string) => boolean | null | undefined,
  others: readonly FlagClaim[],
): ReleasePlan {
  const plan: ReleasePlan = { restore: [], kept: [] };
  for (const { environment, was: to } of ended) {
    const other = others.find((one) => one.environment === environment);
    const now = flag(environment);
    if (now === undefined) plan.kept.push({ environment, because: 'its file is gone' });
    else if (other) plan.kept.push({ environment, because: `${other.by} still needs it off` });
    else if (now !== false) plan.kept.push({ environment, because: 'somebody has already switched it on' });
    else if (to === false) plan.kept.push({ environment, because: 'it was off before' });
    else plan.restore.push({ environment, to });
  }
  return plan;
}
