import type { z } from 'zod';
import type { ClusterAction } from '../estate/cluster-access';
import type { DeploymentKind } from '../history/deployment';
import type { RouteNeed } from '../route/route';
import { type Routine, routines, type StepName } from './steps';
import type { About, Subject, SubjectRule } from './subject';

/** Anything that was asked for, as far as all of it is alike. */
interface Asked {
  readonly kind: string;
}

/** A step of an operation: what is done, and beside which others. */
interface StepSpec<R extends Routine> {
  readonly routine: R;
  /**
   * Steps without a lane come first, run in order and must succeed. Then the lanes run side by side, each in order; one
   * ends at its first step that fails or is unknown, and the others go on.
   */
  readonly lane?: string;
}

/** A step in its place in the list. */
export interface PlannedStep<R extends Routine = Routine> {
  readonly name: StepName;
  readonly routine: R;
  readonly lane: string | null;
}

/** The side effect from whose intention on an operation cannot be cancelled, and why not, by how it stands. */
interface PointOfNoReturn {
  readonly effect: string;
  readonly onTheWay: string;
  readonly done: string;
  /** It turned out that nothing had to be written. */
  readonly nothingWritten: string;
}

export const untilCommit: PointOfNoReturn = {
  effect: 'commit',
  onTheWay: 'Its commit is being pushed to the release repo and may already be there.',
  done: 'Already committed, so it can’t be cancelled. Roll back to undo.',
  nothingWritten: 'No commit was needed; the operation is only watching now.',
};

const lockTaken = 'It holds the lock. You can abort running tests.';
export const untilLock: PointOfNoReturn = {
  effect: 'lock',
  onTheWay: lockTaken,
  done: lockTaken,
  nothingWritten: lockTaken,
};

/** What is asked: its literal kind, why (it goes into the commit and the history), and all else that the kind needs. */
type IntentSchema = z.ZodObject<{
  kind: z.ZodLiteral<string>;
  reason: z.ZodType<string | undefined>;
}>;

/** What one kind of operation says of itself. */
interface Spec<S extends IntentSchema, A extends About, R extends Routine> {
  /** As the window sends it and the journal keeps it. */
  intent: S;
  subject: SubjectRule<z.infer<S>, A>;
  /** The button that says it, and the heading of the operation. */
  title: (intent: z.infer<S>) => string;
  /** The same in one word, where the subject is named beside it: "Rollback", and "Rolling back" while it runs. */
  short?: { noun: string; doing: string };
  /** What it does and does not do, where that is not plain from its title. */
  meaning?: string;
  /** Whether a reason must be typed, whatever the checks find. */
  needsReason?: (intent: z.infer<S>) => boolean;
  /** Whether the window goes to the operation's own screen when it begins, since it takes a while. */
  opensScreen?: boolean;
  /** In the order in which they are shown. */
  steps: readonly StepSpec<R>[];
  /** `null`: it may be cancelled at any time. */
  pointOfNoReturn: PointOfNoReturn | null;
  /** The side effect whose commit is the operation's own: the one that changes what it is about. */
  commit: 'commit' | 'tags' | null;
  /**
   * How it recovers. Each step that had not ended runs again and finds out by the journal, the ledger and the cluster
   * what was done. Where none of these side effects had begun, it is only carried on while it is young
   * (`limits.resume`): the world has moved on since somebody decided. Empty: it is carried on at any age. One that ends
   * in a colon stands for all that begin so.
   */
  begunBy: readonly string[];
  /** What its commit is made of, for the choice of the route that carries it; left out: files. */
  lands?: readonly RouteNeed[];
  /** What history calls a deployment that it makes; left out: it makes none, or says so itself with each commit. */
  deployment?: DeploymentKind;
  /** What it asks of the clusters of its environment and of the one before, for the check of permissions. */
  access?: { here?: readonly ClusterAction[]; before?: readonly ClusterAction[] };
}

/** One kind of operation, ready to be asked about any intent of its kind. */
export interface Declaration<
  S extends IntentSchema = IntentSchema,
  A extends About = About,
  R extends Routine = Routine,
> {
  readonly kind: string;
  readonly intent: S;
  readonly about: A;
  readonly subject: (intent: Asked) => Subject;
  readonly title: (intent: Asked) => string;
  readonly short: { noun: string; doing: string } | null;
  readonly meaning: string | null;
  readonly needsReason: (intent: Asked) => boolean;
  readonly opensScreen: boolean;
  readonly steps: readonly PlannedStep<R>[];
  readonly pointOfNoReturn: PointOfNoReturn | null;
  readonly commit: 'commit' | 'tags' | null;
  readonly begunBy: readonly string[];
  readonly lands: readonly RouteNeed[];
  readonly deployment: DeploymentKind | null;
  readonly access: { here: readonly ClusterAction[]; before: readonly ClusterAction[] };
}

/** Declares a kind of operation; see {@link Spec}, and `registry.ts` for the line that makes it one. */
export function declare<S extends IntentSchema, A extends About, const R extends Routine>(
  spec: Spec<S, A, R>,
): Declaration<S, A, R> {
  const { value: kind } = spec.intent.shape.kind;
  const isMine = (asked: Asked): asked is Asked & z.infer<S> => asked.kind === kind;
  const asking =
    <T>(answer: (intent: z.infer<S>) => T) =>
    (asked: Asked): T => {
      if (isMine(asked)) return answer(asked);
      throw new Error(`${asked.kind} is no ${kind}.`);
    };
  return {
    kind,
    intent: spec.intent,
    about: spec.subject.about,
    subject: asking<Subject>(spec.subject.of),
    title: asking(spec.title),
    short: spec.short ?? null,
    meaning: spec.meaning ?? null,
    needsReason: asking(spec.needsReason ?? (() => false)),
    opensScreen: spec.opensScreen ?? false,
    steps: spec.steps.map(({ routine, lane = null }) => ({ name: routines[routine], routine, lane })),
    pointOfNoReturn: spec.pointOfNoReturn,
    commit: spec.commit,
    begunBy: spec.begunBy,
    lands: spec.lands ?? (spec.commit === null ? [] : ['files']),
    deployment: spec.deployment ?? null,
    access: { here: spec.access?.here ?? [], before: spec.access?.before ?? [] },
  };
}
