import { type Build, type ResourceVersion, versionKey } from '../../../shared/domain/concourse/answers';
import { type BagNames, bagNumber } from '../../../shared/domain/concourse/bag-version';
import { type ConcourseDeployment, deploymentsOf } from '../../../shared/domain/concourse/deployments';
import type { ConcoursePipeline } from '../../../shared/domain/estate/concourse-pipeline';
import type { Estate } from '../../../shared/domain/estate/estate';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { ConcourseView } from '../../systems/concourse/observe-concourse';
import { buildsOf, type PipelineState, takersOf } from '../../systems/concourse/pipeline-state';
import type { World } from '../world';

/** A pipeline that a Concourse runs, with what is seen of it. */
export interface SeenPipeline {
  pipeline: ConcoursePipeline;
  view: ConcourseView;
  names: BagNames;
}

/** The estate's pipelines that a Concourse runs. */
const concoursePipelines = (estate: Estate): ConcoursePipeline[] =>
  estate.pipelines.flatMap((one) => (one.kind === 'concourse' ? [one] : []));

/** @returns `null` for a pipeline of another kind, and for none. */
export function seenPipeline({ estate, concourses }: World, name: string): SeenPipeline | null {
  const pipeline = concoursePipelines(estate).find((one) => one.name === name);
  const view = concourses.get(name);
  if (!pipeline || !view) return null;
  return { pipeline, view, names: { number: pipeline.bag.number, services: pipeline.bag.services ?? null } };
}

const notFound = (message: string): FailureError =>
  new FailureError({
    code: 'not-found',
    message,
    meaning: 'Nothing was changed.',
    next: [{ do: 'advice', label: 'Check the pipelines in signalbox.yaml.' }],
  });

/** @throws FailureError `not-found` */
export function stateOf({ pipeline, view }: SeenPipeline, environment: string): PipelineState {
  const state = view.state(environment);
  if (!state) throw notFound(`${environment} is not in the pipeline ${pipeline.name}.`);
  return state;
}

/** The version that is a bag, in an environment; of several with its number, the newest. `null`: it is not there. */
export const versionOf = (
  { names }: SeenPipeline,
  state: PipelineState,
  bag: number,
): ResourceVersion | null => state.versions.find(({ version }) => bagNumber(version, names) === bag) ?? null;

/** @returns `null` where the version has no number: it can be told apart by its id alone. */
export const numberOf = (
  { names }: SeenPipeline,
  { version }: Pick<ResourceVersion, 'version'>,
): number | null => bagNumber(version, names);

/** What people call a version. */
export const nameOf = (seen: SeenPipeline, version: ResourceVersion): string => {
  const bag = numberOf(seen, version);
  return bag === null ? `the version ${version.id}` : `bag ${bag}`;
};

/** The deployments of a version in an environment, oldest first. */
export const deploymentsIn = (state: PipelineState, version: ResourceVersion): ConcourseDeployment[] =>
  deploymentsOf(
    state.watched,
    takersOf(state, versionKey(version.version)),
    state.watched.jobs.forceUnlock === null ? [] : buildsOf(state, state.watched.jobs.forceUnlock),
  );

/** Every deployment in an environment with its version, the newest first. */
export function allDeployments(
  state: PipelineState,
): { version: ResourceVersion; deployment: ConcourseDeployment }[] {
  return state.versions
    .flatMap((version) => deploymentsIn(state, version).map((deployment) => ({ version, deployment })))
    .sort((a, b) => b.deployment.start.id - a.deployment.start.id);
}

/** The page of a build in Concourse's own window. */
export const buildUrl = ({ view }: SeenPipeline, { team, pipeline, job, name }: Build): string =>
  `${view.client.url}/teams/${encodeURIComponent(team)}/pipelines/${encodeURIComponent(pipeline)}/jobs/${encodeURIComponent(job)}/builds/${encodeURIComponent(name)}`;

/** Who began a build. */
export const beganBy = ({ createdBy }: Build): string => createdBy ?? 'Concourse';
