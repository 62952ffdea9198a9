import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AnswerLimits, boundedFetch } from '../http/bounded-fetch';
import { createRegistryAuth, parseJson, type RegistrySecret } from './registry-token';
import { badRegistryAnswer, RegistryTrouble } from './registry-trouble';

/** What a registry says of a tag. */
export type TagAnswer =
  /** `digest` is the tag's own: of the index where the image is one of several platforms, which is what nodes pull by. */
  | { state: 'there'; digest: string; kind: 'index' | 'manifest' }
  /** The registry knows no such tag, or not even the repository. */
  | { state: 'missing'; what: 'tag' | 'repository' };

/** A registry that speaks the OCI distribution API (`opencontainers/distribution-spec`, 1.1). */
export interface Registry {
  /** Looks a tag up. Rejects with {@link RegistryTrouble}, or with what `fetch` says of the network. */
  look(repository: string, tag: string, signal: AbortSignal): Promise<TagAnswer>;
  /** Whether the API answers, and whether it knew a secret for it. Rejects as `look`. */
  check(signal: AbortSignal): Promise<{ signedIn: boolean }>;
}

/** The media types of what a tag may name (`opencontainers/image-spec`, "Media Types"; distribution, "Image Manifest V 2"). */
const kinds: ReadonlyMap<string, 'index' | 'manifest'> = new Map([
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['application/vnd.oci.image.manifest.v1+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
]);
const accept = [...kinds.keys()].join(', ');

/** `image-spec`, "Digests": the registered algorithms. */
const digestText = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** "Error Codes" of the distribution spec; Harbor says `NOT_FOUND` for a tag (its `lib/errors`). */
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })).min(1) });
const missingCodes: Readonly<Record<string, 'tag' | 'repository'>> = {
  MANIFEST_UNKNOWN: 'tag',
  NOT_FOUND: 'tag',
  NAME_UNKNOWN: 'repository',
};

/** "If the manifest … exceeds 4 megabytes": what registries take at most (distribution-spec, "Pushing Manifests"). */
const usualLimits: Partial<AnswerLimits> = { bytes: 4 * 1024 * 1024 };

/**
 * @param config.url scheme, host and port.
 * @param config.tokenService another origin that it may send for tokens; `null`: its own alone.
 * @param config.secret asked before it is used, since it may be changed meanwhile; `null`: ask as anybody.
 * @param config.fetch how the network is reached. It follows redirects and leaves `Authorization` behind where they lead
 * to another origin (fetch standard, "HTTP-redirect fetch").
 */
export function createRegistry(config: {
  url: string;
  tokenService: string | null;
  secret: () => Promise<RegistrySecret | null>;
  fetch?: typeof fetch | undefined;
  limits?: Partial<AnswerLimits>;
  now: () => number;
}): Registry {
  const { origin } = new URL(config.url);
  const bounded = boundedFetch(config.fetch ?? fetch, badRegistryAnswer, {
    ...usualLimits,
    ...config.limits,
  });
  const auth = createRegistryAuth({
    origin,
    tokenService: config.tokenService && new URL(config.tokenService).origin,
    secret: config.secret,
    fetch: bounded,
    now: config.now,
  });

  /** An answer that is neither a refusal nor a fault of the server, and whether a secret was shown for it. */
  async function ask(
    method: 'HEAD' | 'GET',
    path: string,
    scope: string,
    signal: AbortSignal,
  ): Promise<{ answer: Response; signedIn: boolean }> {
    const send = (header: string | null): Promise<Response> =>
      bounded(`${origin}${path}`, {
        method,
        signal,
        headers: { accept, ...(header ? { authorization: header } : {}) },
      });
    let shown = await auth.known(scope);
    let answer = await send(shown?.header ?? null);
    if (answer.status === 401) {
      shown = await auth.answer(answer.headers.get('www-authenticate'), scope, signal);
      answer = await send(shown.header);
    }
    const signedIn = shown?.signedIn ?? false;
    if (!answer.ok && answer.status !== 404 && answer.status !== 405) throw await refusal(answer, signedIn);
    return { answer, signedIn };
  }

  return {
    async look(repository, tag, signal) {
      const path = `/v2/${repository}/manifests/${tag}`;
      const scope = `repository:${repository}:pull`;
      // A HEAD costs nothing of Docker Hub's limit of pulls (docs.docker.com, "Usage and limits").
      const { answer: head } = await ask('HEAD', path, scope, signal);
      if (head.ok) {
        const kind = kindOf(head);
        const digest = head.headers.get('docker-content-digest');
        // It is a "SHOULD" of the specification: without it the content tells.
        if (digest !== null && kind) return { state: 'there', digest: trusted(digest), kind };
        if (!kind) throw notAManifest(head);
      }
      const { answer } = await ask('GET', path, scope, signal);
      if (answer.ok) return readManifest(answer);
      const codes = errorsSchema.safeParse(parseJson(await answer.text()));
      const what = codes.success && codes.data.errors.map(({ code }) => missingCodes[code]).find(Boolean);
      if (answer.status === 404 && what) return { state: 'missing', what };
      // Anything can say 404; only a registry says what of.
      throw new RegistryTrouble('odd', `HTTP ${answer.status} without an error code of a registry`);
    },
    async check(signal) {
      const { answer, signedIn } = await ask('GET', '/v2/', '', signal);
      if (!answer.ok) throw new RegistryTrouble('odd', `HTTP ${answer.status} for /v2/`);
      return { signedIn };
    },
  };
}

const kindOf = (answer: Response): 'index' | 'manifest' | undefined =>
  kinds.get((answer.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '');

const notAManifest = (answer: Response): RegistryTrouble => {
  const type = answer.headers.get('content-type')?.slice(0, 80) ?? 'none';
  return new RegistryTrouble(
    /html|plain/i.test(type) ? 'page' : 'odd',
    `HTTP ${answer.status}, content type ${type}`,
  );
};

function trusted(digest: string): string {
  if (digestText.test(digest)) return digest;
  throw new RegistryTrouble('odd', `no digest: ${digest.slice(0, 100)}`);
}

/** What came with GET: its digest is that of its bytes, which a header that says something else must fit. */
async function readManifest(answer: Response): Promise<TagAnswer> {
  const kind = kindOf(answer);
  if (!kind) throw notAManifest(answer);
  const body = Buffer.from(await answer.arrayBuffer());
  const { success } = z.object({ schemaVersion: z.literal(2) }).safeParse(parseJson(body.toString('utf8')));
  if (!success) throw new RegistryTrouble('odd', 'no manifest in the answer');
  const told = answer.headers.get('docker-content-digest');
  const algorithm = told === null ? 'sha256' : (trusted(told).split(':', 1)[0] ?? 'sha256');
  const digest = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (told !== null && told !== digest)
    throw new RegistryTrouble('odd', `the content’s digest is ${digest}, not ${told}`);
  return { state: 'there', digest, kind };
}

async function refusal(answer: Response, signedIn: boolean): Promise<RegistryTrouble> {
  const { status } = answer;
  const read = errorsSchema.safeParse(parseJson(await answer.text()));
  // The codes alone: their texts may be anybody's.
  const codes = read.success ? read.data.errors.slice(0, 3).map(({ code }) => ` ${code.slice(0, 40)}`) : [];
  const detail = `HTTP ${status}${codes.join(',')}`;
  if (status === 429) return new RegistryTrouble('rate-limited', detail);
  if (status !== 401 && status !== 403) return new RegistryTrouble('status', detail);
  if (!signedIn) return new RegistryTrouble('needs-sign-in', detail);
  return new RegistryTrouble(status === 401 ? 'sign-in-refused' : 'forbidden', detail);
}
