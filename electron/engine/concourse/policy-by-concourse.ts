import type { ResourceVersion } from '../../../shared/domain/concourse/answers';
import { effectOf } from '../../../shared/domain/concourse/scheduling';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import {
  changeVersion,
  commentBuild,
  commentPin,
  pauseJob,
  unpin,
} from '../../systems/concourse/concourse-writes';
import { lastKnown, startInput } from '../../systems/concourse/pipeline-state';
import type { StepEnd } from '../operation-context';
import { type Done, type Ground, once } from './build-effects';
import { versionChange } from './concourse-findings';
import { deploymentsIn, nameOf, type SeenPipeline, versionOf } from './concourse-pipelines';
import { disableComment, pinComment } from './pin-comment';

type Policy = Extract<BagIntent, { kind: 'change-policy' }>;
type RollBack = Extract<BagIntent, { kind: 'roll-back-bag' }>;

const gone = (seen: SeenPipeline): StepEnd => ({
  state: 'failed',
  failure: {
    code: 'not-found',
    message: `Concourse does not list this bag of ${seen.pipeline.name} here.`,
    meaning: 'Nothing was changed.',
    next: [],
  },
});

const now = ({ state }: Ground, id: number): ResourceVersion | undefined =>
  state.versions.find((one) => one.id === id);

const isPinnedTo = ({ state }: Ground, { version }: ResourceVersion): boolean => {
  const pinned = state.bagResource?.pinned?.version;
  return pinned !== undefined && Object.entries(pinned).every(([name, text]) => version[name] === text);
};

/** Sets whether a bag may be taken, and writes beside it who and why: Concourse keeps neither. */
async function enable(
  ground: Ground,
  effect: string,
  version: ResourceVersion,
  isEnabled: boolean,
  said: { by: string; reason: string },
  data: Record<string, unknown> = {},
): Promise<Done<true>> {
  const { seen, state, context } = ground;
  const { place, bagResource } = state.watched;
  const { client } = seen.view;
  const name = nameOf(seen, version);
  return once<true>(
    ground,
    effect,
    `${isEnabled ? 'Enable' : 'Disable'} ${name}.`,
    async (signal) => {
      // It answers 500 where there is nothing to change: what is so already is left.
      if (now(ground, version.id)?.enabled !== isEnabled)
        await changeVersion(client, place, bagResource, version.id, isEnabled ? 'enable' : 'disable', signal);
      const start = deploymentsIn(state, version).at(-1)?.start;
      const at = context.world.now().toISOString();
      if (start && !isEnabled) {
        state.commentRead.delete(start.id);
        await commentBuild(client, start.id, disableComment(name, { ...said, at }), signal).then(
          () => undefined,
          // The mark is set; that nobody can read why in Concourse is told, and is no failure.
          () => context.saw(`The reason could not be written into a comment of ${start.job} #${start.name}.`),
        );
      }
      await seen.view.look();
      return true;
    },
    () => (now(ground, version.id)?.enabled === isEnabled ? true : null),
    data,
  );
}

async function pinTo(
  ground: Ground,
  effect: string,
  version: ResourceVersion,
  said: { by: string; reason: string; freeze: boolean },
  data: Record<string, unknown> = {},
): Promise<Done<true>> {
  const { seen, state, context } = ground;
  const { place, bagResource } = state.watched;
  const { client } = seen.view;
  const comment = pinComment({ ...said, at: context.world.now().toISOString() });
  return once<true>(
    ground,
    effect,
    `${said.freeze ? 'Freeze at' : 'Pin'} ${nameOf(seen, version)}.`,
    async (signal) => {
      await changeVersion(client, place, bagResource, version.id, 'pin', signal);
      await commentPin(client, place, bagResource, comment, signal);
      await seen.view.look();
      return true;
    },
    () => (isPinnedTo(ground, version) && state.bagResource?.pinned?.comment === comment ? true : null),
    data,
  );
}

/** Keeps the broken bag out, by a disabled mark or by a pin of the other. */
export async function keepOutByConcourse(ground: Ground<RollBack>): Promise<StepEnd> {
  const { context, seen, state } = ground;
  if (context.record().effects.get('policy')?.outcome === 'done') return { state: 'succeeded' };
  const { how, bad, bag, reason } = context.intent;
  const version = versionOf(seen, state, how === 'pin' ? bag : bad);
  if (!version) return gone(seen);
  const by = context.world.identity().name;
  // Whether the other starts by itself is known now alone: afterwards it may have begun already.
  const input = startInput(state);
  const effect = input && effectOf(input, { kind: how === 'pin' ? 'pin' : 'disable', id: version.id });
  const data = { after: lastKnown(state), byItself: effect?.starts != null };
  const kept =
    how === 'pin'
      ? await pinTo(ground as Ground, 'policy', version, { by, reason, freeze: false }, data)
      : await enable(ground as Ground, 'policy', version, false, { by, reason }, data);
  return kept.ok ? { state: 'succeeded' } : kept.end;
}

/** One change of what may be deployed, or of whether anything starts by itself. */
export async function policyByConcourse(ground: Ground<Policy>): Promise<StepEnd> {
  const { context, seen, state } = ground;
  const { change, reason = '' } = context.intent;
  const { client } = seen.view;
  const { place, bagResource, jobs } = state.watched;
  const said = { by: context.world.identity().name, reason };
  const end = (done: Done<true>): StepEnd => (done.ok ? { state: 'succeeded' } : done.end);
  if (change.action === 'autopilot') {
    const isPaused = !change.on;
    const isSo = () => (state.jobs.get(jobs.startDeploy)?.paused !== null) === isPaused;
    return end(
      await once(
        ground as Ground,
        'commit',
        `${isPaused ? 'Pause' : 'Unpause'} ${jobs.startDeploy}.`,
        async (signal) => {
          await pauseJob(client, place, jobs.startDeploy, isPaused, signal);
          await seen.view.look();
          return true as const;
        },
        () => (isSo() ? true : null),
      ),
    );
  }
  const meant = versionChange(seen, context.intent);
  if (!meant || meant.kind === 'resume') return gone(seen);
  if (meant.kind === 'unpin') {
    const isFree = () => state.bagResource !== null && state.bagResource.pinned === null;
    return end(
      await once(
        ground as Ground,
        'commit',
        'Unpin.',
        async (signal) => {
          if (!isFree()) await unpin(client, place, bagResource, signal);
          await seen.view.look();
          return true as const;
        },
        () => (isFree() ? true : null),
      ),
    );
  }
  const version = now(ground as Ground, meant.id);
  if (!version) return gone(seen);
  return end(
    meant.kind === 'pin'
      ? await pinTo(ground as Ground, 'commit', version, { ...said, freeze: change.action === 'freeze' })
      : await enable(ground as Ground, 'commit', version, meant.kind === 'enable', said),
  );
}
