import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registrySchema } from '../../shared/domain/estate/registry-place';
import type { AppIntent } from '../../shared/domain/operation/intent';
import { createAppImages } from '../systems/registry/app-images';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { openRig, type Rig, unwrap } from './testing/rig';

const pipeline = 'notify';
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
/** The registry's images, by repository and tag; one that is not named is there with a digest of its own. */
const digests = new Map<string, string | null>();
let isAway = false;
let registry: Server;
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

beforeAll(async () => {
  registry = createServer((request, response) => {
    if (isAway) return void request.socket.destroy();
    const [, repository, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(request.url ?? '') ?? [];
    const found = digests.get(`${repository}:${tag}`);
    if (found === null)
      return void response
        .writeHead(404, { 'content-type': 'application/json' })
        .end(request.method === 'HEAD' ? '' : '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    response
      .writeHead(200, {
        'content-type': 'application/vnd.oci.image.index.v1+json',
        'docker-content-digest': found ?? digest('e'),
      })
      .end();
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-images-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
    {
      limits: { look: 60_000 },
      images: createAppImages({
        registry: registrySchema.parse({ url, repository: 'example/{app}' }),
        secret: async () => null,
        now: Date.now,
      }),
    },
  );
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.bags.pipeline(pipeline).stages) expect(cluster.state).toBe('live');
  });
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  registry?.closeAllConnections();
  registry?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  digests.clear();
  isAway = false;
});

describe('a version is published when its image is there', () => {
  const app = 'frontend';
  const environment = 'integration';
  const found = async (version: string) => {
    const expected = rig.engine
      .board()
      .cells.find((cell) => cell.app === app && cell.environment === environment)?.ledger?.version;
    const intent: AppIntent = { kind: 'deploy', app, environment, version, expected: expected ?? null };
    return unwrap(await rig.engine.preview(intent)).findings.find(({ code }) => code.startsWith('version-'));
  };

  it('a tag whose image was not built yet blocks, until it is', async () => {
    const { version } = await practice.control.publishRelease({ app, deploy: false });
    digests.set(`example/${app}:${version}`, null);
    expect(await found(version)).toMatchObject({
      code: 'version-not-published',
      level: 'block',
      message: `${app} has ${version}, but its image does not exist: nodes could not pull it.`,
    });
    digests.set(`example/${app}:${version}`, digest('a'));
    expect(await found(version)).toMatchObject({
      level: 'pass',
      evidence: expect.stringContaining(`example/${app}:${version} (sha256:aaaa`),
    });
  });
  it('nothing is known while the registry is away', async () => {
    isAway = true;
    const { version } = await practice.control.publishRelease({ app, deploy: false });
    expect(await found(version)).toMatchObject({
      code: 'version-unpublished-check-failed',
      level: 'unknown',
    });
  });
});

describe('a bag is packed of images that are there', () => {
  const service = 'notify-api';
  const packed = async (source: 'running' | 'published') => {
    const { services, contents } = await rig.engine.bags.packPreview(pipeline, source);
    const one = services.find((each) => each.service === service);
    return { ...one, content: contents[service] ?? null };
  };

  it('with the digests that the registry tells, also of what runs nowhere yet', async () => {
    // Both before anybody asks for versions: what was listed is taken as new for half a minute.
    const { version: before } = await practice.control.publishRelease({ app: service });
    const { version } = await practice.control.publishRelease({ app: service });
    digests.set(`example/${service}:${version}`, null);
    // Its image is not built yet.
    await expect.poll(() => packed('published')).toMatchObject({ version: before, blocked: false });
    digests.set(`example/${service}:${version}`, digest('b'));
    await expect
      .poll(() => packed('published'))
      .toMatchObject({ version, blocked: false, content: { version, digest: digest('b') } });
  });
  it('not of a tag that was moved since it was pulled', async () => {
    const { version } = await packed('running');
    await expect
      .poll(() => packed('running'))
      .toMatchObject({ blocked: true, why: expect.stringContaining('was moved'), content: null });
    digests.set(`example/${service}:${version}`, null);
    expect(await packed('running')).toMatchObject({ blocked: true, content: null });
  });
  it('not of new ones while the registry is away; what runs was pulled once', async () => {
    isAway = true;
    await practice.control.publishRelease({ app: service });
    await expect
      .poll(() => packed('published'))
      .toMatchObject({
        blocked: true,
        content: null,
        why: expect.stringContaining('can’t be reached'),
      });
    expect(await packed('running')).toMatchObject({
      blocked: false,
      content: { digest: expect.stringMatching(/^sha256:/) },
    });
  });
});
