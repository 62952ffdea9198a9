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
    meaning: `It sent a web page, perhaps a proxy’s login page, so the answer was ignored. ${unknown}`,
    next: [advice('Sign in to the network or proxy, and check registry.url in signalbox.yaml.'), retry],
  }),
  odd: (registry) => ({
    code: 'bad-data',
    message: `The answer of the registry ${registry} can’t be read.`,
    meaning: `It doesn’t follow the OCI distribution API, so the answer was ignored. ${unknown}`,
    next: [retry, advice('Check registry.url in signalbox.yaml: another program may be answering there.')],
  }),
  'plain-http': (registry) => ({
    code: 'refused',
    message: `The sign-in was not sent to the registry ${registry}.`,
    meaning: `The connection is plain http, so others could read it. ${unknown}`,
    next: [advice('Write https:// in registry.url in signalbox.yaml.')],
  }),
  'token-elsewhere': (registry, detail) => ({
    code: 'refused',
    message: `The registry ${registry} asks for the sign-in at another server.`,
    meaning: `It asks for ${detail}, which is not in signalbox.yaml, so nothing was sent there. ${unknown}`,
    next: [advice(`If that server is right, add it to signalbox.yaml as registry.tokenService: ${detail}`)],
  }),
  'needs-sign-in': (registry) => ({
    code: 'unauthorised',
    message: `The registry ${registry} requires a sign-in.`,
    meaning: `The image is private or does not exist: without a sign-in, the registry does not say which. ${unknown}`,
    next: [settings, retry],
  }),
  'sign-in-refused': (registry) => ({
    code: 'unauthorised',
    message: `The registry ${registry} refused the sign-in.`,
    meaning: `It is wrong, has expired (Amazon ECR’s last 12 hours), or has no access to this image. ${unknown}`,
    next: [settings, retry],
  }),
  forbidden: (registry) => ({
    code: 'forbidden',
    message: `You don’t have permission to read this image in the registry ${registry}.`,
    meaning: unknown,
    next: [advice('Ask for permission to pull it.'), settings, retry],
  }),
  'rate-limited': (registry) => ({
    code: 'rate-limited',
    message: `The registry ${registry} is limiting requests.`,
    meaning: `Try again in a few minutes. ${unknown}`,
    next: [retry, settings],
  }),
  status: (registry, detail) => ({
    code: 'unreachable',
    message: `The registry ${registry} could not answer.`,
    meaning: `It returned ${detail}. ${unknown}`,
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
