import { devNull } from 'node:os';
import { trustedFolders } from './safe-directory';

/**
 * Whether git takes an address for a folder of this machine: a `file:` URL, or no URL and no `host:path`
 * (git-clone(1), "GIT URLS"; connect.c, url_is_local_not_ssh).
 */
function isLocalAddress(url: string): boolean {
  if (/^file:\/\//i.test(url)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return false;
  return /^[a-z]:[\\/]/i.test(url) || !/^[^/\\]*:/.test(url);
}

/**
 * Settings for the half of a transport that git starts inside a folder's repo. It takes none of ours: git clears
 * GIT_CONFIG_COUNT for another repo (environment.c, local_repo_env), so hooks and programs that the repo's own settings
 * name would run. `uploadpack.packObjectsHook` needs none, since no repo's own settings may name it (git-config(1)).
 * A branch that is checked out there is refused: `updateInstead` would run filters and a file monitor.
 */
const settings: readonly string[] = [
  `core.hooksPath=${devNull}`,
  'core.fsmonitor=false',
  'core.alternateRefsCommand=true',
  'receive.denyCurrentBranch=refuse',
  'receive.autogc=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The option by which git starts `program` for a folder's repo without running anything of that repo; none for others. */
export function quietProgram(url: string, program: 'upload-pack' | 'receive-pack'): string[] {
  if (!isLocalAddress(url)) return [];
  const all = [...settings, ...trustedFolders().map((folder) => `safe.directory=${folder}`)];
  const options = all.map((setting) => `-c ${quoted(setting)}`).join(' ');
  return [`--${program}=GIT_NO_LAZY_FETCH=1 git ${options} ${program}`];
}
