import type { ActionsRun } from './actions';
import type { RepoContext } from './repo-context';
import { idOf } from './shapes';

/** Seconds that the run of a release takes: it builds the image, and then tells the pipeline to deploy it. */
const runSeconds = 6;

/** A release by its tag; each has been built by a run, which began when the tag was made. */
interface ReleaseTag {
  id: number;
  tag: string;
  sha: string;
}

/** The releases of a repo, newest version first: what GitHub Actions has built. */
export async function releaseTags(context: RepoContext): Promise<ReleaseTag[]> {
  const tags = await context.repo.refs('refs/tags/', '-version:refname');
  const releases = tags.filter(({ ref }) => /^refs\/tags\/v\d/.test(ref));
  return Promise.all(
    releases.map(async ({ ref, sha, type }) => {
      const tag = ref.slice('refs/tags/'.length);
      return {
        id: idOf(`${context.place.repo} ${tag} run`),
        tag,
        sha: type === 'tag' ? ((await context.repo.resolve(ref)) ?? sha) : sha,
      };
    }),
  );
}

/** The run of a release. */
export async function releaseRun(context: RepoContext, { id, tag, sha }: ReleaseTag): Promise<ActionsRun> {
  const commit = await context.repo.commit(sha);
  const began = Date.parse(commit.committer.date);
  const ends = began + runSeconds * 1000;
  const isOver = context.now().getTime() >= ends;
  const createdAt = new Date(began).toISOString();
  return {
    id,
    repository: `${context.place.owner}/${context.place.repo}`,
    event: 'release',
    path: '.github/workflows/release.yml',
    name: 'Release',
    title: tag,
    number: Number(/\d+/.exec(tag)?.[0] ?? 1),
    attempt: 1,
    branch: tag,
    sha,
    actor: 'github-actions[bot]',
    inputs: {},
    outputs: {},
    status: isOver ? 'completed' : 'in_progress',
    conclusion: isOver ? 'success' : null,
    createdAt,
    startedAt: createdAt,
    updatedAt: new Date(isOver ? ends : began).toISOString(),
    jobs: [],
  };
}
