import { z } from 'zod';
import { shortVersion } from '../ledger/version';
import type { Declaration } from './declaration';
import * as registry from './registry';
import type { StepName } from './steps';
import type { About, Subject } from './subject';

/** All kinds of operations that there are. */
export type Declared = (typeof registry)[keyof typeof registry];
type Of<A extends About> = Extract<Declared, { about: A }>;

export const declarations: readonly Declared[] = Object.values(registry);
const byKind: ReadonlyMap<string, Declaration> = new Map(declarations.map((one) => [one.kind, one]));

const isAbout =
  <A extends About>(about: A) =>
  (one: Declared): one is Of<A> =>
    one.about === about;

function anyOf<D extends Declared>(
  some: readonly D[],
): z.ZodDiscriminatedUnion<[D['intent'], ...D['intent'][]]> {
  const [first, ...rest] = some.map(({ intent }) => intent);
  if (!first) throw new Error('No such operation is registered.');
  return z.discriminatedUnion('kind', [first, ...rest]);
}

/** What a release manager asks for. */
export const intentSchema = anyOf(declarations);
export type Intent = z.infer<Declared['intent']>;
export type OperationKind = Intent['kind'];

/** What is asked for one app in one environment. */
export const appIntentSchema = anyOf(declarations.filter(isAbout('app')));
export type AppIntent = z.infer<Of<'app'>['intent']>;

/** What is asked of a pipeline of bags, or of an environment's lock. */
export const bagIntentSchema = anyOf(declarations.filter(isAbout('pipeline')));
export type BagIntent = z.infer<Of<'pipeline'>['intent']>;

/** What is asked of an app in all environments, or of the estate. */
export type EstateIntent = z.infer<Of<'estate'>['intent']>;

/** What is asked of freezes. */
export const freezeIntentSchema = anyOf(declarations.filter(isAbout('freeze')));
export type FreezeIntent = z.infer<Of<'freeze'>['intent']>;

/** What the kind of an intent, or of an operation, says of itself. @throws where no such kind is registered */
export function declarationOf({ kind }: { readonly kind: string }): Declaration {
  const found = byKind.get(kind);
  if (!found) throw new Error(`There is no operation of the kind ${kind}.`);
  return found;
}

/** What an intent is about. */
export const subjectOf = (intent: Intent): Subject => declarationOf(intent).subject(intent);

/** The button that says it, and the heading of the operation. */
export const titleOf = (intent: Intent): string => declarationOf(intent).title(intent);

/** {@link titleOf} as a button and a list have room for it: of a version that is a commit, the first digits. */
export const shortTitleOf = (intent: Intent): string => titleOf(withShortVersion(intent));

function withShortVersion(intent: Intent): Intent {
  if ('version' in intent) return { ...intent, version: shortVersion(intent.version) };
  if (intent.kind !== 'change-policy' || !('version' in intent.change)) return intent;
  return { ...intent, change: { ...intent.change, version: shortVersion(intent.change.version) } };
}

/** Whether an operation of this kind has a step. */
export const hasStep = (intent: Intent, step: StepName): boolean =>
  declarationOf(intent).steps.some(({ name }) => name === step);

/** Whether an intent is about a freeze. */
export const isFreezeIntent = (intent: Intent): intent is FreezeIntent =>
  declarationOf(intent).about === 'freeze';

/** Whether an intent is about one app in one environment. */
export const isAppIntent = (intent: Intent): intent is AppIntent => declarationOf(intent).about === 'app';
