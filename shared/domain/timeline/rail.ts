import { type Operation, type Step, stepsInPlay } from '../operation/operation';
import { spentOf } from '../operation/spent';
import { type StepName, steps as stepWords } from '../operation/steps';
import { type MomentOf, type Stage, type StageName, spanOf, type Timeline } from './timeline';

type LineName = StepName | StageName;

/**
 * One line of the rail: a step of an operation, a stage of its deployment, or both where they are the same thing. Every
 * screen that shows how a deployment went shows these lines, with these words and these times.
 */
export interface RailLine {
  name: LineName;
  label: string;
  state: Step['state'];
  startedAt: MomentOf | null;
  finishedAt: MomentOf | null;
  /** Milliseconds from start to end; `null` while it runs, and where it can't be told. */
  tookMs: number | null;
  /** Why there is no time although both ends are known: two clocks that disagree. */
  clocks: string | null;
  /** What it waits for, or what was seen of it last, in a sentence. */
  text: string | null;
  /** Whether the text says what it waits for. */
  waits: boolean;
  /** What the operation saw of it, oldest first. */
  saw: Step['saw'];
  /** Its parts in the cluster: Applications, hooks, Deployments, workflows. */
  parts: Stage['parts'];
  /** When it was last seen, where the cluster has forgotten it or is away. */
  asOf: string | null;
  url: string | null;
  /** It is at this line: it runs, broke here, or goes on here next. */
  current: boolean;
}

/** Words of the stages that are no step of an operation. */
const stageWords: Readonly<Record<StageName, string>> = {
  run: 'GitHub run',
  commit: stepWords.commit.label,
  refresh: stepWords.nudge.label,
  sync: stepWords.sync.label,
  hooks: 'Hooks',
  rollout: stepWords.rollout.label,
  tests: stepWords.tests.label,
  promotion: 'Promotion',
};

/** What a line is called. */
export const lineWord = (name: LineName): string =>
  name in stageWords ? stageWords[name as StageName] : stepWords[name as StepName].label;

/** The stage that a step brings about and watches. The commit is left to the step: it is not what the cluster tells. */
const stageOf: Partial<Record<StepName, StageName>> = {
  nudge: 'refresh',
  sync: 'sync',
  rollout: 'rollout',
  tests: 'tests',
};

/** What is told of a stage only where it says something. */
const tells = ({ name, state }: Stage): boolean => {
  if (name === 'run' || name === 'promotion') return state !== 'unknown';
  if (name === 'hooks') return state === 'running' || state === 'succeeded' || state === 'failed';
  return true;
};

/** The console's own clock. */
const here = (at: string | null): MomentOf | null => (at === null ? null : { at, source: 'this computer' });

function ofStage(stage: Stage, current: boolean): RailLine {
  const { name, state, startedAt, finishedAt, tookMs, clocks, text, parts, asOf, url } = stage;
  return {
    name,
    label: stageWords[name],
    state,
    startedAt,
    finishedAt,
    tookMs,
    clocks,
    text,
    waits: state === 'running',
    saw: [],
    parts,
    asOf,
    url,
    current,
  };
}

/** What a step says where the operation can't say any more: it stopped watching, and the cluster went on. */
const isOpenEnd = ({ state }: Step): boolean => state === 'skipped' || state === 'unknown';
const isSettled = ({ state }: Stage): boolean => state === 'succeeded' || state === 'failed';

/**
 * The times of a step that is also a stage: those of the system that did it, where it tells of the same end; else those
 * of the console that watched. Never a start by one and an end by the other.
 */
function timesOf(
  step: Step,
  stage: Stage | undefined,
): Pick<RailLine, 'startedAt' | 'finishedAt' | 'tookMs' | 'clocks'> {
  const told =
    stage?.state === step.state &&
    stage.startedAt !== null &&
    (step.state === 'running' || stage.finishedAt !== null);
  if (stage && told) {
    const { startedAt, finishedAt, tookMs, clocks } = stage;
    return { startedAt, finishedAt, tookMs, clocks };
  }
  if (step.state === 'skipped') return { startedAt: null, finishedAt: null, tookMs: null, clocks: null };
  const [startedAt, finishedAt] = [here(step.startedAt), here(step.finishedAt)];
  return { startedAt, finishedAt, ...spanOf(startedAt, finishedAt) };
}

function ofStep(step: Step, stage: Stage | undefined, current: boolean): RailLine {
  if (stage && isOpenEnd(step) && isSettled(stage))
    return { ...ofStage(stage, current), name: step.name, saw: step.saw };
  return {
    name: step.name,
    label: stepWords[step.name].label,
    state: step.state,
    ...timesOf(step, stage),
    text: step.waitingFor ?? step.saw.at(-1)?.text ?? null,
    waits: step.waitingFor !== null,
    saw: step.saw,
    parts: stage?.parts ?? [],
    asOf: stage?.state === step.state ? stage.asOf : null,
    url: stage?.url ?? null,
    current,
  };
}

/**
 * The lines of a deployment: the steps of the operation that made it, where this console knows it, and the stages that
 * the cluster tells, each thing once. An operation says how its own steps ended; the cluster says when, and what came of
 * what the operation did not see to its end.
 * @param operation `null`: somebody else made it, or it is not known here.
 * @param timeline `null`: nothing was deployed, or it is not known yet.
 */
export function railOf(operation: Operation | null, timeline: Timeline | null): RailLine[] {
  const stages = timeline?.stages ?? [];
  const isAt = (stage: Stage): boolean => stage.name === timeline?.at?.stage;
  if (!operation) return stages.filter(tells).map((stage) => ofStage(stage, isAt(stage)));
  const own = stepsInPlay(operation);
  const running = operation.state === 'running';
  const broken = ['failed', 'unknown', 'cancelled'];
  const lines = own.map((step) => {
    const stage = stages.find(({ name }) => name === stageOf[step.name]);
    return ofStep(step, stage, running ? step.state === 'running' : broken.includes(step.state));
  });
  const isStep = (name: StageName): boolean =>
    name === 'commit' || own.some((step) => step.name === name || stageOf[step.name] === name);
  for (const stage of stages.filter(tells)) {
    if (isStep(stage.name)) continue;
    const line = ofStage(stage, !running && lines.every(({ current }) => !current) && isAt(stage));
    // After the line of the stage before it; what comes first of all stages comes first of all.
    const before = stages.slice(0, stages.indexOf(stage)).map(({ name }) => name);
    const place = lines.findLastIndex(({ name }) =>
      before.includes(stageOf[name as StepName] ?? (name as StageName)),
    );
    lines.splice(place + 1, 0, line);
  }
  return lines;
}

/**
 * Milliseconds that a line took, or has taken by `now`. What is away may be over by now: it ran at least as long as it
 * was seen to. `null`: it can't be told.
 */
export function lineSpent({ state, startedAt, tookMs, asOf }: RailLine, now: number): number | null {
  if (tookMs !== null) return tookMs;
  if (state !== 'running') return null;
  return spentOf({ startedAt: startedAt?.at ?? null, finishedAt: asOf }, now);
}
