import { createHash } from 'node:crypto';
import path from 'node:path';
import { notFound } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { apiOf, htmlOf } from './shapes';

/** Git's name of a blob. */
const blobId = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');

/**
 * `GET /repos/{owner}/{repo}/contents/{path}` with `ref`: a file of text, or the files directly in a folder.
 * @throws Problem 404
 */
export async function getContents(context: RepoContext, file: string): Promise<Answer> {
  const ref = context.url.searchParams.get('ref') ?? 'main';
  const commit = await commitOf(context, ref);
  const clean = file.replace(/\/+$/, '');
  const text = await context.repo.text(commit, clean);
  if (text !== null) {
    const content = Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\n');
    return { status: 200, body: { ...entry(context, ref, clean, text), content, encoding: 'base64' } };
  }
  const files = await context.repo.folder(commit, clean);
  if (files.size === 0) throw notFound();
  return {
    status: 200,
    body: [...files].map(([name, inside]) => entry(context, ref, `${clean}/${name}`, inside)),
  };
}

function entry({ place }: RepoContext, ref: string, file: string, text: string) {
  const encoded = file.split('/').map(encodeURIComponent).join('/');
  const sha = blobId(text);
  const url = `${apiOf(place)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiOf(place)}/git/blobs/${sha}`;
  const html = `${htmlOf(place)}/blob/${encodeURIComponent(ref)}/${encoded}`;
  return {
    type: 'file',
    size: Buffer.byteLength(text),
    name: path.posix.basename(file),
    path: file,
    sha,
    url,
    git_url: git,
    html_url: html,
    download_url: `${htmlOf(place)}/raw/${encodeURIComponent(ref)}/${encoded}`,
    _links: { self: url, git, html },
  };
}
