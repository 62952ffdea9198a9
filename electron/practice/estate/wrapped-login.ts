import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterExec } from '../../../shared/domain/estate/cluster-exec';
import { allEnvironments, type EnvironmentName } from '../../systems/practice/environments';
import { writeWhole } from '../whole-file';
import type { StatePaths } from './state-folder';

const api = 'client.authentication.k8s.io/v1';

/** The folder of the two programs and of what they read. */
const loginFolder = (paths: StatePaths): string => path.join(paths.folder, 'login');
/** Where a role's session lies: without it, the wrapper asks for a code, as after a night. */
export const roleSession = (paths: StatePaths, environment: EnvironmentName): string =>
  path.join(loginFolder(paths), `session-${roleOf(environment)}`);

const roleOf = (environment: EnvironmentName): string => `govuk-${environment}-readonly`;

/** As one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** How the estate file has the login command run: `environments[].cluster.exec`. */
export const wrappedExec = (environment: EnvironmentName): ClusterExec => ({
  wrapper: ['./login/assume-role', roleOf(environment), '--'],
  env: { PRACTICE_PROFILE: environment },
});

/** The user of a kubeconfig that logs in by command. */
export const wrappedUser = (paths: StatePaths, environment: EnvironmentName) => ({
  exec: {
    apiVersion: api,
    command: path.join(loginFolder(paths), 'cluster-token'),
    args: [environment],
    interactiveMode: 'IfAvailable',
  },
});

/**
 * Writes a wrapper and a login command as a cloud's are: `assume-role <role> -- <command>` runs a command with the role, and
 * asks for a code at standard input where the role has no session; `cluster-token <environment>` gives the cluster's token
 * to the role and profile of its environment alone.
 * @param tokens by environment. @throws on Windows, which has no shell for them.
 */
export async function writeWrappedLogin(
  paths: StatePaths,
  tokens: Readonly<Record<string, string>>,
): Promise<void> {
  if (process.platform === 'win32') throw new Error('the login "wrapper" needs a POSIX shell');
  const folder = loginFolder(paths);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const script = (name: string, body: string): Promise<void> =>
    writeWhole(path.join(folder, name), `#!/bin/sh\nset -eu\n${body}`, 0o700);
  await script(
    'assume-role',
    `role=$1
[ "$2" = -- ]
shift 2
session=${quoted(folder)}/session-$role
if [ ! -e "$session" ]; then
  printf 'MFA code for %s: ' "$role" >&2
  if ! read -r code || [ -z "$code" ]; then
    printf '\\nA code is needed, and there is no terminal to ask in.\\n' >&2
    exit 1
  fi
  : > "$session"
fi
PRACTICE_ROLE=$role exec "$@"
`,
  );
  await script(
    'cluster-token',
    `environment=$1
if [ "\${PRACTICE_ROLE:-}" != "govuk-$environment-readonly" ] || [ "\${PRACTICE_PROFILE:-}" != "$environment" ]; then
  printf 'AccessDenied: %s is not reached with the role "%s" and the profile "%s".\\n' \\
    "$environment" "\${PRACTICE_ROLE:-}" "\${PRACTICE_PROFILE:-}" >&2
  exit 254
fi
token=$(cat ${quoted(folder)}/token-"$environment")
printf '{"apiVersion":"${api}","kind":"ExecCredential","status":{"token":"%s"}}\\n' "$token"
`,
  );
  await Promise.all(
    allEnvironments.flatMap((environment) => [
      writeWhole(path.join(folder, `token-${environment}`), tokens[environment] ?? '', 0o600),
      writeWhole(roleSession(paths, environment), ''),
    ]),
  );
}
