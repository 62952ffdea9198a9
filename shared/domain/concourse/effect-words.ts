import type { ResourceVersion } from './answers';
import { startsWithin } from './builds';
import { type BagInput, choose, type Effect, type PolicyChange } from './scheduling';

/** What people call a version of the bag, such as "bag 41". */
export type NameOf = (version: ResourceVersion) => string;

const changed: Readonly<Record<PolicyChange['kind'], string>> = {
  disable: 'Disabling',
  enable: 'Enabling',
  pin: 'Pinning',
  unpin: 'Unpinning',
  resume: 'Ending the pause',
};

/** What a change does by Concourse's rules, in sentences: first whether anything starts by itself. */
export function effectWords(
  input: BagInput,
  change: PolicyChange,
  effect: Effect,
  nameOf: NameOf,
  environment: string,
): string[] {
  const meant = 'id' in change ? input.versions.find(({ id }) => id === change.id) : undefined;
  const what = `${changed[change.kind]}${meant ? ` ${nameOf(meant)}` : ''}`;
  const { starts, wasSkipped, after } = effect;
  const said: string[] = [];
  if (starts && after.starts && after.isWaiting)
    said.push(`${what} lets the build that waits in ${environment} start with ${nameOf(starts)}.`);
  else if (starts) {
    const older = wasSkipped ? ', which was skipped,' : '';
    said.push(
      `${what} makes ${nameOf(starts)}${older} start by itself in ${environment} within about ${startsWithin.to} seconds.`,
    );
    if (wasSkipped)
      said.push(
        `When it passes there, later environments take it in place of a newer bag: Concourse goes by what passed last.`,
      );
  } else if (!after.starts && after.version && after.because === 'used')
    said.push(`${what} starts nothing: ${nameOf(after.version)} was deployed in ${environment} before.`);
  else if (!after.starts && after.because === 'no-version')
    said.push(`${what} leaves ${environment} without a bag to deploy: ${noVersion(input, effect)}.`);
  else if (!after.starts && (after.because === 'paused-job' || after.because === 'paused-pipeline'))
    said.push(
      `${what} starts nothing while the ${after.because === 'paused-job' ? 'job' : 'pipeline'} is paused.`,
    );
  else said.push(`${what} starts nothing that would not start without it.`);
  if (change.kind === 'pin' && meant && !meant.enabled && choose({ ...input, pin: meant.version }).version)
    said.push(`${nameOf(meant)} is disabled; Concourse still deploys it while it is pinned.`);
  if (change.kind === 'disable' && meant && input.pin && choose(input).version?.id === meant.id)
    said.push(`${nameOf(meant)} is pinned: Concourse goes on deploying it until it is unpinned.`);
  return said;
}

function noVersion(input: BagInput, { after }: Effect): string {
  if (after.version) return '';
  return input.pin ? 'the pinned bag has not passed' : 'every bag that may come is disabled';
}
