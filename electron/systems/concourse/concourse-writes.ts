import { type Build, type PipelinePlace, readBuild } from '../../../shared/domain/concourse/answers';
import { type ConcourseClient, pathOf } from './concourse-client';
import { ConcourseTrouble } from './concourse-trouble';

/** Everything that Signalbox changes in a Concourse, a function each. They reject as {@link ConcourseClient} does. */
type Writer = Pick<ConcourseClient, 'change'>;

const jobPath = (place: PipelinePlace, job: string): string =>
  `${pathOf(place)}/jobs/${encodeURIComponent(job)}`;
const resourcePath = (place: PipelinePlace, resource: string): string =>
  `${pathOf(place)}/resources/${encodeURIComponent(resource)}`;

const built = (answer: unknown): Build => {
  const build = readBuild(answer);
  if (!build) throw new ConcourseTrouble('odd', 'what a trigger answers');
  return build;
};

/** Queues a build; each call queues another. No version can be chosen. */
export const triggerJob = async (client: Writer, place: PipelinePlace, job: string, signal: AbortSignal) =>
  built(await client.change('POST', `${jobPath(place, job)}/builds`, undefined, signal));

/** Queues a build with exactly the inputs of another. */
export const rerunBuild = async (client: Writer, build: Build, signal: AbortSignal) =>
  built(
    await client.change(
      'POST',
      `${jobPath(build, build.job)}/builds/${encodeURIComponent(build.name)}`,
      undefined,
      signal,
    ),
  );

export const abortBuild = (client: Writer, build: number, signal: AbortSignal) =>
  client.change('PUT', `/builds/${build}/abort`, undefined, signal);

export const commentBuild = (client: Writer, build: number, comment: string, signal: AbortSignal) =>
  client.change('PUT', `/builds/${build}/comment`, { comment }, signal);

/** @param version an id of that resource's own list: Concourse takes any, and the job would block (rule 4). */
export const changeVersion = (
  client: Writer,
  place: PipelinePlace,
  resource: string,
  version: number,
  how: 'enable' | 'disable' | 'pin',
  signal: AbortSignal,
) => client.change('PUT', `${resourcePath(place, resource)}/versions/${version}/${how}`, undefined, signal);

/** Deletes the comment as well. */
export const unpin = (client: Writer, place: PipelinePlace, resource: string, signal: AbortSignal) =>
  client.change('PUT', `${resourcePath(place, resource)}/unpin`, undefined, signal);

/** To be set after each pin: pinning again keeps the old one. */
export const commentPin = (
  client: Writer,
  place: PipelinePlace,
  resource: string,
  comment: string,
  signal: AbortSignal,
) => client.change('PUT', `${resourcePath(place, resource)}/pin_comment`, { pin_comment: comment }, signal);

export const pauseJob = (
  client: Writer,
  place: PipelinePlace,
  job: string,
  isPaused: boolean,
  signal: AbortSignal,
) => client.change('PUT', `${jobPath(place, job)}/${isPaused ? 'pause' : 'unpause'}`, undefined, signal);
