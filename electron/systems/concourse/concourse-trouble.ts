import type { Failure } from '../../../shared/domain/failure/failure';
import { storageFailure } from '../../../shared/domain/failure/storage-failure';
import type { BadAnswer } from '../http/bounded-fetch';

/** What can be wrong with Concourse's answer, or with the way to it. */
export type ConcourseTroubleKind =
  | BadAnswer
  /** JSON that is no answer of Concourse's API. */
  | 'odd'
  /** A token would go over plain http to another machine: nothing was sent. */
  | 'plain-http'
  /** Nobody is signed in: nothing was asked, since lists would be empty rather than refused. */
  | 'not-signed-in'
  /** The token has run out, or was refused. There is no refresh: it takes a new sign-in. */
  | 'ended'
  /** A user and password that are wrong. */
  | 'wrong-password'
  | 'forbidden'
  | 'missing'
  /** 409: archived, or started by Concourse alone. */
  | 'conflict'
  /** 500: a fault, or that there was nothing to change; nobody can tell the two apart by it. */
  | 'nothing-or-fault'
  | 'status';

/** An answer that can't be used. `detail` is technical and holds no secret. */
export class ConcourseTrouble extends Error {
  override readonly name = 'ConcourseTrouble';
  readonly kind: ConcourseTroubleKind;
  readonly detail: string;
  constructor(kind: ConcourseTroubleKind, detail: string) {
    super(`${kind}: ${detail}`);
    this.kind = kind;
    this.detail = detail;
  }
}

export const badConcourseAnswer = (kind: BadAnswer, detail: string): ConcourseTrouble =>
  new ConcourseTrouble(kind, detail);

type Words = Pick<Failure, 'code' | 'message' | 'meaning' | 'next'>;
const retry = { do: 'retry', label: 'Try again' } as const;
const signIn = { do: 'open-settings', label: 'Sign in to Concourse in Settings' } as const;
const advice = (label: string) => ({ do: 'advice', label }) as const;
const stale = 'What you see of its pipelines may be out of date.';

const words: Readonly<Record<ConcourseTroubleKind, (host: string, detail: string) => Words>> = {
  slow: (host) => ({
    code: 'timeout',
    message: `Concourse at ${host} took too long to answer.`,
    meaning: `The request was stopped. ${stale}`,
    next: [retry, advice('Check the network, VPN or proxy if it stays slow.')],
  }),
  'too-large': (host) => ({
    code: 'too-large',
    message: `An answer of Concourse at ${host} is too large to read.`,
    meaning: `It was dropped. ${stale}`,
    next: [retry],
  }),
  page: (host) => ({
    code: 'bad-data',
    message: `What answered is not Concourse at ${host}.`,
    meaning: `It sent a web page, perhaps a proxy’s login page, so the answer was ignored. ${stale}`,
    next: [advice('Sign in to the network or proxy, and check the pipeline’s url in signalbox.yaml.'), retry],
  }),
  odd: (host, detail) => ({
    code: 'bad-data',
    message: `An answer of Concourse at ${host} can’t be read.`,
    meaning: `It is not what its API answers (${detail}), so it was ignored. ${stale}`,
    next: [retry],
  }),
  'plain-http': (host) => ({
    code: 'refused',
    message: `Nothing was sent to Concourse at ${host}.`,
    meaning: 'The connection is plain http, so others could read your token.',
    next: [advice('Write https:// in the pipeline’s url in signalbox.yaml.')],
  }),
  'not-signed-in': (host) => ({
    code: 'unauthorised',
    message: `You are not signed in to Concourse at ${host}.`,
    meaning: 'Nothing was asked of it.',
    next: [signIn],
  }),
  ended: (host) => ({
    code: 'unauthorised',
    message: `Your session at Concourse at ${host} has ended.`,
    meaning: `What was asked for was not done. ${stale}`,
    next: [signIn],
  }),
  'wrong-password': (host) => ({
    code: 'unauthorised',
    message: `Concourse at ${host} did not accept the user and password.`,
    meaning: 'Only local and LDAP users have a password there; with GitHub, paste a token instead.',
    next: [signIn],
  }),
  forbidden: (host) => ({
    code: 'forbidden',
    message: `You don’t have permission to do this in Concourse at ${host}.`,
    meaning: 'Nothing was changed.',
    next: [advice('Ask for the role “pipeline-operator” in the team.')],
  }),
  missing: (host) => ({
    code: 'not-found',
    message: `Concourse at ${host} does not have this.`,
    meaning: 'It was deleted or renamed, or signalbox.yaml names it wrongly.',
    next: [advice('Check team, pipeline, jobs and resources in signalbox.yaml.')],
  }),
  conflict: (host) => ({
    code: 'refused',
    message: `Concourse at ${host} refused.`,
    meaning: 'The pipeline is archived, or people may not start this job. Nothing was changed.',
    next: [],
  }),
  'nothing-or-fault': (host) => ({
    code: 'refused',
    message: `Concourse at ${host} changed nothing.`,
    meaning: 'It answers so when there is nothing to change, and when it has a fault.',
    next: [retry],
  }),
  status: (host, detail) => ({
    code: 'unreachable',
    message: `Concourse at ${host} could not answer.`,
    meaning: `It returned ${detail}. ${stale}`,
    next: [retry],
  }),
};

/** Why Concourse could not be asked, for a person. @param host of its address */
export function concourseFailure(error: unknown, host: string): Failure {
  if (error instanceof ConcourseTrouble) {
    const { kind, detail } = error;
    return { ...words[kind](host, detail), detail };
  }
  const storage = storageFailure(error);
  if (storage) return storage;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return {
    code: 'unreachable',
    message: `Concourse at ${host} can’t be reached.`,
    meaning: stale,
    next: [advice('Check the network, VPN or proxy.'), retry],
    detail: `${error instanceof Error ? error.message : String(error)}${cause}`.slice(0, 500),
  };
}
