import type { PracticeLogin } from '../../shared/domain/practice/login';
import type { SessionConfig } from '../session/session-config';
import type { PracticeControl } from './practice-actions';

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
    | 'saveConcourseToken'
    | 'openPage'
  >;
  /** Path or address, for a person. */
  place: string;
  /** `null` unless it is the practice estate. */
  practice: { control: PracticeControl; login: PracticeLogin | null } | null;
}
