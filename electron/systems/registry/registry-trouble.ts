import type { Failure } from '../../../shared/domain/failure/failure';
import { storageFailure } from '../../../shared/domain/failure/storage-failure';
import type { BadAnswer } from '../http/bounded-fetch';

/** What can be wrong with a registry's answer, or with the way to it. */
type Kind =
  | BadAnswer
  /** What no registry says: another program answers there. */
  | 'odd'
  /** A user and secret would go over plain http to another machine: they were not sent. */
  | 'plain-http'
  /** The registry sends for tokens to a place that the estate does not name. */
  | 'token-elsewhere'
  /** Nobody may read it without signing in, and no secret is kept. */
  | 'needs-sign-in'
  /** The secret was not accepted. */
  | 'sign-in-refused'
  | 'forbidden'
  | 'rate-limited'
  /** Any other status. */
  | 'status';

/** An image that could not be asked for. `detail` is technical and holds no secret. */
export class RegistryTrouble extends Error {
  override readonly name = 'RegistryTrouble';
  readonly kind: Kind;
  readonly detail: string;
  constructor(kind: Kind, detail: string) {
    super(detail);
    this.kind = kind;
    this.detail = detail;
  }
}

export const badRegistryAnswer = (kind: BadAnswer, detail: string): RegistryTrouble =>
  new RegistryTrouble(kind, detail);

const retry = { do: 'retry', label: 'Try again' } as const;
const settings = { do: 'open-settings', label: 'Check the registry’s sign-in in Settings' } as const;
const advice = (label: string) => ({ do: 'advice', label }) as const;
const unknown = 'Can’t tell now whether the image exists.';

type Words = Pick<Failure, 'code' | 'message' | 'meaning' | 'next'>;

const words: Readonly<Record<Kind, (registry: string, detail: string) => Words>> = {
  slow: (registry) => ({
    code: 'timeout',
    message: `The registry ${registry} took too long to answer.`,
    meaning: `The request was stopped. ${unknown}`,
    next: [retry, advice('Check the network, VPN or proxy if it stays slow.')],
  }),
  'too-large': (registry) => ({
    code: 'too-large',
    message: `The answer of the registry ${registry} is too large to read.`,
    meaning: `It was dropped. ${unknown}`,
    next: [advice('Check registry.url in signalbox.yaml, and proxies on the way.')],
  }),
  page: (registry) => ({
    code: 'bad-data',
    message: `What answered is not the registry ${registry}.`,
    meaning: `It sent a page in the registry’s place, maybe a proxy’s login page. Nothing of it was believed. ${unknown}`,
    next: [advice('Sign in to the network or proxy, and check registry.url in signalbox.yaml.'), retry],
  }),
  odd: (registry) => ({
    code: 'bad-data',
    message: `The answer of the registry ${registry} can’t be read.`,
    meaning: `It is not what the OCI distribution API says, so nothing of it was believed. ${unknown}`,
    next: [retry, advice('Check registry.url in signalbox.yaml: another program may answer there.')],
  }),
  'plain-http': (registry) => ({
    code: 'refused',
    message: `The sign-in was not sent to the registry ${registry}.`,
    meaning: `The way there is plain http, where everybody could read it. ${unknown}`,
    next: [advice('Write https:// in registry.url in signalbox.yaml.')],
  }),
  'token-elsewhere': (registry, detail) => ({
    code: 'refused',
    message: `The registry ${registry} wants the sign-in at another place.`,
    meaning: `It names ${detail}, which signalbox.yaml does not, so nothing was sent there. ${unknown}`,
    next: [advice(`If that place is right, write it as registry.tokenService in signalbox.yaml: ${detail}`)],
  }),
  'needs-sign-in': (registry) => ({
    code: 'unauthorised',
    message: `The registry ${registry} wants a sign-in.`,
    meaning: `The image is private or does not exist: without a sign-in, the registry does not say which. ${unknown}`,
    next: [settings, retry],
  }),
  'sign-in-refused': (registry) => ({
    code: 'unauthorised',
    message: `The registry ${registry} refused the sign-in.`,
    meaning: `It is wrong, has expired (those of Amazon ECR last 12 hours), or has no access to this image. ${unknown}`,
    next: [settings, retry],
  }),
  forbidden: (registry) => ({
    code: 'forbidden',
    message: `The registry ${registry} does not let you read this image.`,
    meaning: unknown,
    next: [advice('Ask for the right to pull it.'), settings, retry],
  }),
  'rate-limited': (registry) => ({
    code: 'rate-limited',
    message: `The registry ${registry} has had too many requests.`,
    meaning: `It answers again later. ${unknown}`,
    next: [retry, settings],
  }),
  status: (registry, detail) => ({
    code: 'unreachable',
    message: `The registry ${registry} did not answer the question.`,
    meaning: `It said ${detail}. ${unknown}`,
    next: [retry],
  }),
};

/** Why an image could not be asked for, for a person. @param registry its host. */
export function registryFailure(error: unknown, registry: string): Failure {
  if (error instanceof RegistryTrouble) {
    const { kind, detail } = error;
    return { ...words[kind](registry, detail), detail };
  }
  const storage = storageFailure(error);
  if (storage) return storage;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return {
    code: 'unreachable',
    message: `The registry ${registry} can’t be reached.`,
    meaning: unknown,
    next: [advice('Check the network, VPN or proxy.'), retry],
    detail: `${error instanceof Error ? error.message : String(error)}${cause}`.slice(0, 500),
  };
}
