import { isSha } from '../git/bare-repo';
import { demandChange } from './branches-api';
import { linkHeader, paged, pageOf } from './paging';
import { invalidField, notFound, unprocessable } from './problem';
import type { Answer, RepoContext } from './repo-context';
import { gitRef, tag, tagObject } from './shapes';

const typeOf = async (context: RepoContext, ref: string): Promise<string> =>
  (await context.repo.refs(ref)).find((found) => found.ref === ref)?.type ?? 'commit';

/** `GET /repos/{owner}/{repo}/git/ref/{ref}`; the ref without `refs/`. */
export async function getRef(context: RepoContext, below: string): Promise<Answer> {
  const ref = `refs/${below}`;
  const sha = await context.repo.readRef(ref);
  if (sha === null) throw notFound();
  return { status: 200, body: gitRef(context.place, ref, sha, await typeOf(context, ref)) };
}

/** `GET /repos/{owner}/{repo}/git/tags/{tag_sha}`: an annotated tag. */
export async function getTagObject(context: RepoContext, id: string): Promise<Answer> {
  const found = isSha(id) ? await context.repo.tagObject(id) : null;
  if (!found) throw notFound();
  return { status: 200, body: tagObject(context.place, id, found) };
}

/** `GET /repos/{owner}/{repo}/git/matching-refs/{ref}`: every ref that begins so. */
export async function matchingRefs(context: RepoContext, below: string): Promise<Answer> {
  const found = (await context.repo.refs('refs/')).filter((one) => one.ref.startsWith(`refs/${below}`));
  return { status: 200, body: found.map((one) => gitRef(context.place, one.ref, one.sha, one.type)) };
}

/** `POST /repos/{owner}/{repo}/git/refs` with `ref` and `sha`. */
export async function createRef(context: RepoContext): Promise<Answer> {
  const { ref, sha } = context.body;
  if (typeof ref !== 'string') throw invalidField('Reference', 'ref');
  if (typeof sha !== 'string') throw invalidField('Reference', 'sha');
  if (!/^refs\/(heads|tags)\/./.test(ref) || !isRefName(ref))
    throw unprocessable('Reference name is not a valid reference name');
  if (!isSha(sha) || (await context.repo.resolve(sha)) === null) throw unprocessable('Object does not exist');
  if (!(await context.repo.swapRef(ref, null, sha))) throw unprocessable('Reference already exists');
  await context.refsChanged();
  return {
    status: 201,
    body: gitRef(context.place, ref, sha, 'commit'),
    headers: { location: `${context.url.origin}${context.url.pathname}/${ref.slice('refs/'.length)}` },
  };
}

/** `PATCH /repos/{owner}/{repo}/git/refs/{ref}` with `sha` and perhaps `force`. */
export async function updateRef(context: RepoContext, below: string): Promise<Answer> {
  const ref = `refs/${below}`;
  const { sha, force } = context.body;
  if (typeof sha !== 'string') throw invalidField('Reference', 'sha');
  const before = await context.repo.readRef(ref);
  if (before === null) throw unprocessable('Reference does not exist');
  demandChangeOf(context, ref);
  if (!isSha(sha) || (await context.repo.resolve(sha)) === null) throw unprocessable('Object does not exist');
  if (force !== true && !(await context.repo.isAncestor(before, sha)))
    throw unprocessable('Update is not a fast forward');
  if (!(await context.repo.swapRef(ref, before, sha))) throw unprocessable('Update is not a fast forward');
  await context.refsChanged();
  return { status: 200, body: gitRef(context.place, ref, sha, 'commit') };
}

/** `DELETE /repos/{owner}/{repo}/git/refs/{ref}`. */
export async function deleteRef(context: RepoContext, below: string): Promise<Answer> {
  const ref = `refs/${below}`;
  const before = await context.repo.readRef(ref);
  if (before !== null) demandChangeOf(context, ref);
  if (before === null || !(await context.repo.swapRef(ref, before, null)))
    throw unprocessable('Reference does not exist');
  await context.refsChanged();
  return { status: 204, body: null };
}

/** `GET /repos/{owner}/{repo}/tags`, newest version first. */
export async function listTags(context: RepoContext): Promise<Answer> {
  const page = pageOf(context.url.searchParams);
  const all = await context.repo.refs('refs/tags/', '-version:refname');
  const link = linkHeader(context.url, page, all.length);
  const body = await Promise.all(
    paged(all, page).map(async ({ ref, sha, type }) => {
      const target = type === 'tag' ? ((await context.repo.resolve(ref)) ?? sha) : sha;
      return tag(context.place, ref.slice('refs/tags/'.length), target);
    }),
  );
  return { status: 200, body, headers: link ? { link } : {} };
}

/** @throws Problem 422 where the ref is a protected branch. */
function demandChangeOf(context: RepoContext, ref: string): void {
  if (ref.startsWith('refs/heads/')) demandChange(context, ref.slice('refs/heads/'.length), 'ref');
}

/** Rules of git-check-ref-format(1) that matter here. */
const isRefName = (ref: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(ref);
