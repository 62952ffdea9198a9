import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Estate } from '../../shared/domain/estate/estate';
import type { PracticeLogin } from '../../shared/domain/practice/login';
import type { PracticeRights } from '../../shared/domain/practice/rights';
import type { Log } from '../log/log';
import { readEstateFile, readReleaseRepo } from '../session/choose-estate';
import type { SessionConfig } from '../session/session-config';
import { createControlClient } from '../systems/practice/control-client';
import { practiceConcourseUser } from '../systems/practice/environments';
import { practiceCredentialsSchema } from '../systems/practice/practice-ready';
import { type Arguments, practiceLandingOf, practiceLoginOf, practiceRightsOf } from './arguments';
import type { CredentialStore } from './credential-store';
import { gitHubTokens } from './github-token';
import type { PracticeControl } from './practice-actions';
import { type PracticeProcess, startPractice } from './practice-process';

/** An estate to open, with what it needs of this machine. */
export interface EstateSource {
  estate: Pick<
    SessionConfig,
    | 'estate'
    | 'mode'
    | 'inPlace'
    | 'ledgerCredentials'
    | 'githubToken'
    | 'saveGitHubToken'
    | 'registrySecret'
    | 'concourseSecret'
  >;
  /** `null` unless it is the practice estate. */
  practice: { control: PracticeControl; process: PracticeProcess; login: PracticeLogin | null } | null;
}

/** The practice estate: its process is started, and its secrets are read from its own folder. */
async function practiceSource(options: {
  script: string;
  dir: string;
  speed: number;
  rights: PracticeRights | null;
  login: PracticeLogin | null;
  landing: 'push' | 'merge-branch' | null;
  log: Log;
}): Promise<EstateSource> {
  const process = await startPractice({
    ...options,
    log: (line) => options.log('info', 'practice.said', { line }),
    onExit: (code) => options.log('error', 'practice.ended', { code }),
  });
  const { ready } = process;
  const credentials = practiceCredentialsSchema.parse(
    JSON.parse(await readFile(ready.credentialsFile, 'utf8')),
  );
  return {
    estate: {
      estate: await readEstateFile(ready.estateFile),
      mode: 'practice',
      inPlace: false,
      ledgerCredentials: async () => credentials.ledger,
      githubToken: async () => credentials.github.token,
      concourseSecret: async () => ({ account: practiceConcourseUser, secret: credentials.control.token }),
    },
    practice: {
      control: createControlClient({ url: ready.controlUrl, token: credentials.control.token }),
      process,
      login: options.login,
    },
  };
}

/**
 * Finds what the command line asks for: a release repo to read, an estate file, or without either the practice estate.
 * @throws FailureError when it is not there or cannot be understood.
 */
export async function findEstate(
  args: Arguments,
  options: {
    userData: string;
    practiceScript: string;
    credentials: CredentialStore;
    fetch: typeof fetch;
    log: Log;
  },
): Promise<EstateSource> {
  const { credentials } = options;
  /** What an estate gets of the vault. */
  const secretsOf = (estate: Estate) => {
    credentials.bindTo(estate);
    const tokens = gitHubTokens({ ...options, estate, store: credentials, now: Date.now });
    return { ledgerCredentials: tokens.ledger, githubToken: tokens.github };
  };
  if (args.ledger !== null) {
    const { estate, inPlace } = await readReleaseRepo(args.ledger, options.userData);
    return { estate: { estate, mode: 'read-only', inPlace, ...secretsOf(estate) }, practice: null };
  }
  if (args.estate !== null) {
    const estate = await readEstateFile(path.resolve(args.estate));
    return {
      estate: {
        estate,
        mode: 'real',
        inPlace: false,
        ...secretsOf(estate),
        saveGitHubToken: credentials.keepGitHub,
        registrySecret: async (place) => credentials.registry(place),
        concourseSecret: async (url) => credentials.concourse(url),
      },
      practice: null,
    };
  }
  return practiceSource({
    script: options.practiceScript,
    dir: args.practiceDir ?? path.join(options.userData, 'practice'),
    speed: args.practiceSpeed,
    rights: practiceRightsOf(args),
    login: practiceLoginOf(args),
    landing: practiceLandingOf(args),
    log: options.log,
  });
}
