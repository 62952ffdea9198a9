import { type FlagClaim, flagOfPeople } from './flag-claims';
import type { HoldRecord } from './hold-record';

/** `automatic_deploys_enabled` of the app's file in an environment: `undefined` when there is no such file. */
export type FlagOf = (environment: string) => boolean | null | undefined;

/**
 * Which files a hold of `environment` covers, with what people want each to say.
 * @param before the environment before it in the chain, whose file is the real gate; `null` for the first.
 * @param claims all that want flags of the app off.
 */
export function holdPlan(
  environment: string,
  before: string | null,
  flag: FlagOf,
  claims: readonly FlagClaim[],
): HoldRecord['changed'] {
  return [environment, ...(before === null ? [] : [before])].flatMap((name) => {
    const now = flag(name);
    if (now === undefined) return [];
    return [{ environment: name, automatic_deploys_enabled: flagOfPeople(name, now, claims) }];
  });
}

/** A gate that is shut without a hold of the environment itself. */
export interface ShutGate {
  /** The environment whose file says so. */
  before: string;
  /** The environment whose recorded hold shuts it in passing; `null`: none does. */
  heldBy: string | null;
  /** The freeze that shuts it, in words: "the freeze of production". With both `null` somebody switched it outside Signalbox. */
  frozenBy: string | null;
}

/**
 * Whether automatic deploys into an environment are off although nobody holds it: the file of the environment before
 * says `automatic_deploys_enabled: false`.
 * @param before `null` for the first environment of a chain, which nothing gates.
 * @param claims all that want flags of the app off.
 */
export function shutGate(before: string | null, flag: FlagOf, claims: readonly FlagClaim[]): ShutGate | null {
  if (before === null || flag(before) !== false) return null;
  const there = claims.filter(({ environment }) => environment === before);
  const frozen = there.find(({ freeze }) => freeze !== null);
  const held = there.find(({ hold }) => hold !== null);
  return { before, heldBy: held?.hold?.environment ?? null, frozenBy: frozen?.by ?? null };
}

/**
 * An image-tag file without its `automatic_deploys_enabled: false` line: for files that had no such key before the
 * hold added it. `null` when the line is not there in the plain form in which it was added.
 */
export function withoutFlag(text: string): string | null {
  const line = /^[ \t]*automatic_deploys_enabled:[ \t]*false[ \t]*(?:\r?\n|$)/m.exec(text);
  if (!line) return null;
  const rest = text.slice(0, line.index) + text.slice(line.index + line[0].length);
  // Added after a last line without an end: that line had none before.
  return line[0].endsWith('\n') ? rest : rest.replace(/\r?\n$/, '');
}
