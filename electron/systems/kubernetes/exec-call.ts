import { resolve } from 'node:path';
import { z } from 'zod';
import type { ClusterExec } from '../../../shared/domain/estate/cluster-exec';
import { type ShellCommand, shellLine } from '../../../shared/domain/estate/shell-line';
import { ExecError } from './exec-error';
import { findProgram, hasFolder, searchPath } from './find-program';
import type { KubeContext } from './kubeconfig';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const;

const text = z
  .string()
  .nullish()
  .transform((value) => value || null);
// biome-ignore lint/suspicious/noControlCharactersInRegex: no program can be given one
const word = z.string().regex(/^[^\u0000]*$/);

/** `users[].user.exec` of a kubeconfig (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#ExecConfig). */
const configSchema = z.object({
  command: word.min(1),
  args: z.array(word).nullish(),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no variable can be called so
  env: z.array(z.object({ name: z.string().regex(/^[^=\u0000]+$/), value: word })).nullish(),
  apiVersion: z.string(),
  installHint: text,
  provideClusterInfo: z.boolean().nullish(),
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
});

/**
 * What is run to log in to a cluster: read once, so that what the person is asked about is what is run. `env` stands in
 * the order in which it is set.
 */
export interface ExecCall extends ShellCommand {
  /** The program of `argv[0]`: its path, or its name where it was not found. */
  program: string;
  /** The program of the kubeconfig, which a wrapper starts; `null`: not found, or there is no wrapper. */
  wrapped: string | null;
  /** What the programs find others by. */
  path: string;
  apiVersion: string;
  installHint: string | null;
  provideClusterInfo: boolean;
  interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  /** The estate file says how it is run. */
  isOfEstate: boolean;
  /** Words of the estate file's wrapper at the begin of `argv`; 0: none. */
  wrapperWords: number;
  /** Words and values of variables that the estate file adds, and its folder, where it is known. */
  estateWords: readonly string[];
  estateFolder: string | null;
}

/** The last value of a variable: on Windows, whatever its case. */
const lastOf = (env: ShellCommand['env'], wanted: string): string | undefined =>
  env.findLast(({ name }) => (process.platform === 'win32' ? name.toUpperCase() === wanted : name === wanted))
    ?.value;

/**
 * The call that a kubeconfig's `exec` and the estate file's wrapper come to. The program is looked for in our own PATH: the
 * one that the kubeconfig sets is the command's alone (Go's `exec.Command` looks before the environment is set), so a
 * wrapper looks for the wrapped program there.
 * @returns `null`: the kubeconfig runs none, or has credentials that go before the command's.
 * @throws ExecError where the kubeconfig's `exec` cannot be followed.
 */
export async function execCallOf(
  user: Pick<KubeContext['user'], 'name' | 'exec' | 'token' | 'username'>,
  estate: ClusterExec | null,
): Promise<ExecCall | null> {
  if (!user.exec || user.token || user.username) return null;
  const parsed = configSchema.safeParse(user.exec);
  if (!parsed.success)
    throw new ExecError(
      `the kubeconfig's exec of the user "${user.name}" is not valid (${parsed.error.issues[0]?.path.join('.')})`,
    );
  const { command, args, apiVersion, installHint, provideClusterInfo, interactiveMode } = parsed.data;
  if (!versions.some((one) => one === apiVersion))
    throw new ExecError(
      `the kubeconfig asks the command "${command}" for ${apiVersion}, which current versions of kubectl do not support`,
      { advice: `Write ${versions[0]} there, and update the command.` },
    );
  const [first, ...others] = [...(estate?.wrapper ?? []), command, ...(args ?? [])];
  const wrapperWords = estate?.wrapper.length ?? 0;
  const env = [
    ...(parsed.data.env ?? []),
    ...Object.entries(estate?.env ?? {}).map(([name, value]) => ({ name, value })),
  ];
  const ours = searchPath();
  const path = lastOf(env, 'PATH') ?? ours;
  const placeOf = async (name: string, within: string): Promise<string | null> =>
    hasFolder(name) ? resolve(name) : findProgram(name, within);
  const program = first ?? command;
  return {
    argv: [program, ...others],
    env,
    program: (await placeOf(program, ours)) ?? program,
    wrapped: wrapperWords > 0 ? await placeOf(command, path) : null,
    path,
    apiVersion,
    installHint,
    provideClusterInfo: provideClusterInfo === true,
    interactiveMode: interactiveMode ?? 'IfAvailable',
    isOfEstate: estate !== null,
    wrapperWords,
    estateWords: estate ? [...estate.wrapper, ...Object.values(estate.env)] : [],
    estateFolder: estate?.folder ?? null,
  };
}

/** Variables on top of others: on Windows, where their case does not count, a later one takes the place of all. */
export function withVariables(base: NodeJS.ProcessEnv, env: ShellCommand['env']): NodeJS.ProcessEnv {
  const all = { ...base };
  for (const { name, value } of env) {
    if (process.platform === 'win32')
      for (const known of Object.keys(all)) if (known.toUpperCase() === name.toUpperCase()) delete all[known];
    all[name] = value;
  }
  return all;
}

/** Flags and variables after which a secret stands, such as kubelogin's `--client-secret`. */
const secretFlag =
  /^--?([\w-]*[-_])?(secret|password|passwd|passphrase|token|(access|private|api)[-_]?key)(=|$)/i;
const secretName = /(secret|password|passwd|passphrase|token|(access|private|api)_?key)$/i;

/**
 * The command line of a call for a person to run in a terminal, where it may ask; `null`: it may hold a secret, which
 * stays here, and a login that has one asks nobody.
 */
export const terminalLineOf = (call: ShellCommand): string | null =>
  call.argv.some((one) => secretFlag.test(one)) || call.env.some(({ name }) => secretName.test(name))
    ? null
    : lineOf(call);

/** The command line of a call, for the shell of this computer. */
export const lineOf = (call: ShellCommand): string =>
  shellLine(call, process.platform === 'win32' ? 'powershell' : 'posix');
