import { createHash } from 'node:crypto';

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
};

/** Where to push, and how one is shown there. */
export interface Target {
  url: string;
  repository: string;
  authorization?: string;
}

async function send(target: Target, path: string, init: RequestInit, status: number): Promise<Response> {
  const url = path.startsWith('http') ? path : `${target.url}${path}`;
  const headers = new Headers(init.headers);
  if (target.authorization) headers.set('authorization', target.authorization);
  const answer = await fetch(url, { ...init, headers });
  if (answer.status !== status)
    throw new Error(`${init.method} ${url}: HTTP ${answer.status} ${await answer.text()}`);
  return answer;
}

async function pushBlob(target: Target, content: Buffer): Promise<string> {
  const begun = await send(target, `/v2/${target.repository}/blobs/uploads/`, { method: 'POST' }, 202);
  const place = new URL(begun.headers.get('location') ?? '', target.url);
  const digest = digestOf(content);
  place.searchParams.set('digest', digest);
  await send(target, place.href, { method: 'PUT', body: new Uint8Array(content) }, 201);
  return digest;
}

async function pushManifest(
  target: Target,
  reference: string,
  type: string,
  manifest: object,
): Promise<Buffer> {
  const content = Buffer.from(JSON.stringify(manifest));
  const init = { method: 'PUT', body: new Uint8Array(content), headers: { 'content-type': type } };
  await send(target, `/v2/${target.repository}/manifests/${reference}`, init, 201);
  return content;
}

/**
 * Pushes an image by raw HTTP (OCI distribution specification, "Pushing manifests").
 * @param text what makes it different from others. @returns its digest.
 */
export async function pushImage(target: Target, tag: string, text: string): Promise<string> {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', author: text }));
  const layer = Buffer.from(text);
  const manifest = await pushManifest(target, tag, types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, size: config.length, digest: await pushBlob(target, config) },
    layers: [{ mediaType: types.layer, size: layer.length, digest: await pushBlob(target, layer) }],
  });
  return digestOf(manifest);
}

/** Pushes an image of two platforms under one tag. @returns the digest of the index. */
export async function pushIndex(target: Target, tag: string, text: string): Promise<string> {
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const digest = await pushImage(target, `${tag}-${architecture}`, `${text} ${architecture}`);
    const held = await send(
      target,
      `/v2/${target.repository}/manifests/${digest}`,
      { method: 'GET', headers: { accept: types.manifest } },
      200,
    );
    const size = (await held.arrayBuffer()).byteLength;
    manifests.push({ mediaType: types.manifest, size, digest, platform: { architecture, os: 'linux' } });
  }
  const index = { schemaVersion: 2, mediaType: types.index, manifests };
  return digestOf(await pushManifest(target, tag, types.index, index));
}
