/**
 * An image's repository and tag (`registry:5000/apps/frontend:v12@sha256:…` → `v12`); a digest is no tag
 * (distribution/reference, "Grammar": a tag follows the last colon after the last slash).
 */
export function imageParts(image: string): { repository: string; tag: string | null } {
  const name = image.split('@', 1)[0] ?? '';
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { repository: name, tag: null };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** Whether a repository's last part is the app's name: `registry/govuk/frontend` is frontend's. */
const isNamed = (repository: string, app: string): boolean =>
  repository.slice(repository.lastIndexOf('/') + 1).toLowerCase() === app.toLowerCase();

/**
 * Which of an app's image repositories bear its version as their tag. A repository does whose tag was a version of the
 * app, now or in an older ReplicaSet. One that is called like the app goes before others, so that a sidecar whose tag
 * happens to look like a version does not count; where its own tag tells nothing (`latest`, a digest), none is believed.
 * @param isVersion whether a tag is a version that the app is known by; `looksLike`: whether it is at least written
 * like one, for while the history is still being read.
 * @returns empty: none does, so that no image tells which version runs.
 */
export function versionedRepositories(
  app: string,
  images: Iterable<string>,
  isVersion: (tag: string) => boolean,
  looksLike: (tag: string) => boolean,
): ReadonlySet<string> {
  const parts = [...images].map(imageParts);
  const having = (test: (tag: string) => boolean): Set<string> =>
    new Set(parts.filter(({ tag }) => tag !== null && test(tag)).map(({ repository }) => repository));
  const known = having(isVersion);
  const isOwn = (repository: string) => isNamed(repository, app);
  const own = [...known].filter(isOwn);
  if (own.length > 0) return new Set(own);
  if (parts.some(({ repository }) => isOwn(repository))) return new Set([...having(looksLike)].filter(isOwn));
  return known;
}

/**
 * The version that a pod's images tell: the tag of those that bear it. Where they differ, the first container's counts,
 * which is the one that kubectl takes by default.
 * @returns `undefined`: none of them bears a version (another component); `null`: one does and its tag is missing
 * (by digest alone), or they differ.
 */
export function versionOfImages(
  images: readonly string[],
  repositories: ReadonlySet<string>,
): string | null | undefined {
  const own = images.map(imageParts).filter(({ repository }) => repositories.has(repository));
  if (own.length === 0) return undefined;
  const tags = new Set(own.map(({ tag }) => tag));
  if (tags.size === 1) return own[0]?.tag ?? null;
  const [first] = images.map(imageParts);
  return first && repositories.has(first.repository) ? first.tag : null;
}
