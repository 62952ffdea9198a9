import type { Estate } from '../../shared/domain/estate/estate';
import type { RegistryPlace } from '../../shared/domain/estate/registry-place';
import type { Limits } from '../engine/world';
import type { Credentials, Identity } from '../ledger/ledger';
import type { Log } from '../log/log';
import type { ConcourseSecret } from '../systems/concourse/concourse-session';
import type { SessionStore, SignInWindows } from './accounts/ports';
import type { AnnouncementStore } from './announcements/announcement-store';
import type { SaveConcourseToken } from './concourse-sign-in';
import type { ConsentStore } from './consents';
import type { SaveGitHubToken } from './github-sign-in';

/** What opens one estate. */
export interface SessionConfig {
  estate: Estate;
  mode: 'practice' | 'real' | 'read-only';
  /** Folder under which each estate gets a folder of its own, named by its ledger. */
  dir: string;
  /** Reads a local repo where it lies, without a mirror. */
  inPlace: boolean;
  identity: () => Identity;
  /** Whether commits are signed as the person's own Git signs; absent: they are not. */
  signs?: () => boolean;
  ledgerCredentials: () => Promise<Credentials | null>;
  githubToken: () => Promise<string | null>;
  /** Keeps what somebody signed in for at GitHub; absent: signing in is not offered. */
  saveGitHubToken?: SaveGitHubToken;
  /** What is kept for a registry; absent: nothing, registries are asked as anybody. */
  registrySecret?: (place: RegistryPlace) => Promise<Credentials | null>;
  /** Saves a session at a Concourse; absent: the estate brings its own account. */
  saveConcourseToken?: SaveConcourseToken;
  /** Opens a sign-in page in the system’s browser. */
  openPage?: (page: string) => void;
  /** What is kept for a Concourse; absent: nobody is signed in to any. */
  concourseSecret?: (url: string) => Promise<ConcourseSecret | null>;
  /** How GitHub's API is reached; absent: Node's own, without proxies. */
  fetch?: typeof fetch;
  limits?: Partial<Limits>;
  /** Where it is kept what kubeconfigs that the estate names may do; absent: for as long as it is open. */
  consents?: ConsentStore;
  /** Where sessions at Argo's servers are kept; absent: for as long as it is open. */
  accounts?: SessionStore;
  /** The windows in which people sign in to them; absent: they can't be shown one. */
  signInWindows?: SignInWindows;
  /** What is kept of whom it tells; absent: nobody is told, for as long as it is open. */
  announcements?: AnnouncementStore;
  /** What was lost before anything of the estate was opened, for a person. */
  notices?: readonly string[];
  log: Log;
}
