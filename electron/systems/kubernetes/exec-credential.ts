import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';
import { endGroup, endWithUs, ownGroup } from '../process-group';
import type { KubeContext } from './kubeconfig';

/** How long a command may take to get credentials, in ms. */
const usualTimeout = 30_000;
/** Credentials are renewed so long before they expire: a request under way must not arrive too late. */
const headStart = 10_000;

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const;

const text = z
  .string()
  .nullish()
  .transform((value) => value || null);

/** `users[].user.exec` of a kubeconfig (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#ExecConfig). */
const configSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string().min(1), value: z.string() })).nullish(),
  apiVersion: z.string(),
  installHint: text,
  provideClusterInfo: z.boolean().nullish(),
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
});
type ExecConfig = z.output<typeof configSchema>;

/** What a command prints (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
const printedSchema = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: text,
  }),
});

/** What a command gave. Holds secrets. */
export interface ExecCredential {
  token: string | null;
  /** PEM. */
  cert: string | null;
  key: string | null;
}

/** Why a command gave no credentials, in words; none of them a secret. */
export class ExecError extends Error {
  override readonly name = 'ExecError';
  readonly meaning: string | null;
  readonly advice: string | null;
  constructor(message: string, more: { said?: string | undefined; advice?: string | null } = {}) {
    super(message);
    const said = tidy(more.said ?? '', 600);
    this.meaning = said ? `It said: ${said}` : null;
    this.advice = more.advice ?? null;
  }
}

/** What a command printed for people, without control sequences, its last lines where it is long. */
const tidy = (raw: string, limit: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = stripVTControlCharacters(raw).replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '');
  const lines = clean.trim();
  return lines.length > limit ? `…${lines.slice(-limit)}` : lines;
};

/** Folders in which logins are installed, and which a program has not in its PATH that was not started from a shell. */
const oftenThere = (): string[] =>
  process.platform === 'win32'
    ? []
    : [
        '/usr/local/bin',
        '/opt/homebrew/bin',
        '/opt/local/bin',
        '/snap/bin',
        ...['.local/bin', 'bin', '.asdf/shims', 'google-cloud-sdk/bin', '.krew/bin'].map((folder) =>
          join(homedir(), folder),
        ),
      ];

/**
 * Where a command without a folder in its name lies. It is looked for in our own PATH: the one that the kubeconfig sets
 * is the command's alone (Go's `exec.Command` looks before the environment is set).
 */
async function found(command: string, path: string): Promise<string | null> {
  // Windows finds programs by more than their names; there the system looks.
  if (process.platform === 'win32' || command.includes('/')) return null;
  for (const folder of path.split(delimiter)) {
    const file = join(folder, command);
    const isThere = await access(file, constants.X_OK).then(
      () => stat(file).then((one) => one.isFile()),
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

/** What a command is told of its task in `KUBERNETES_EXEC_INFO`. */
function execInfo(config: ExecConfig, cluster: ClusterInfo | null): string {
  return JSON.stringify({
    apiVersion: config.apiVersion,
    kind: 'ExecCredential',
    // There is no terminal behind the window.
    spec: { interactive: false, ...(cluster ? { cluster } : {}) },
  });
}

/** `spec.cluster` of an ExecCredential. */
export type ClusterInfo = Record<string, unknown>;

/**
 * Runs the command of a kubeconfig's `exec` for credentials, by the rules of client-go (`plugin/pkg/client/auth/exec`):
 * what it gave is kept until it expires or is refused. The library's own runner (`ExecAuth` of 1.4.0) is not used: it
 * has no time-out, tells the command nothing (`KUBERNETES_EXEC_INFO`), looks at no version, runs it for each request when
 * no expiry is given, keeps what the server refuses, shows a failed command's output as the error, and cannot be replaced
 * by `addAuthenticator`, since its own authenticators are asked first.
 */
export class ExecCredentials {
  readonly #user: Pick<KubeContext['user'], 'name' | 'exec'>;
  readonly #timeout: number;
  #kept: { credential: ExecCredential; expires: number | null } | null = null;
  #isClosed = false;
  #end = (): void => undefined;

  constructor(user: Pick<KubeContext['user'], 'name' | 'exec'>, timeout: number = usualTimeout) {
    this.#user = user;
    this.#timeout = timeout;
  }

  /** Ends a command that runs, with all that it started; none is run any more. */
  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  /** What it gave is asked for again next time. */
  forget(): void {
    this.#kept = null;
  }

  /** @param clusterInfo asked only where the kubeconfig wants it to be told. @throws ExecError */
  async read(clusterInfo: () => Promise<ClusterInfo>): Promise<ExecCredential> {
    const kept = this.#kept;
    if (kept && (kept.expires === null || Date.now() < kept.expires - headStart)) return kept.credential;
    const parsed = configSchema.safeParse(this.#user.exec);
    if (!parsed.success)
      throw new ExecError(
        `the kubeconfig's exec of the user "${this.#user.name}" is not valid (${parsed.error.issues[0]?.path.join('.')})`,
      );
    const config = parsed.data;
    if (!versions.some((one) => one === config.apiVersion))
      throw new ExecError(
        `the kubeconfig asks the command "${config.command}" for ${config.apiVersion}, which current versions of kubectl do not support`,
        { advice: `Write ${versions[0]} there, and update the command.` },
      );
    if (config.interactiveMode === 'Always')
      throw new ExecError(`the command "${config.command}" needs a terminal for its questions`, {
        advice: 'Log in with it in a terminal, and use a kubeconfig whose command needs none.',
      });
    const printed = await this.#run(config, config.provideClusterInfo ? await clusterInfo() : null);
    this.#kept = understand(printed, config);
    return this.#kept.credential;
  }

  async #run(config: ExecConfig, cluster: ClusterInfo | null): Promise<string> {
    const { command } = config;
    const PATH = [process.env.PATH ?? '', ...oftenThere()].filter((one) => one !== '').join(delimiter);
    const file = (await found(command, PATH)) ?? command;
    if (this.#isClosed) throw closed(command);
    const child = execa(file, config.args ?? [], {
      env: {
        PATH,
        ...Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: execInfo(config, cluster),
      },
      stdin: 'ignore',
      reject: false,
      maxBuffer: 1024 * 1024,
      // A process group of its own: what a login script started outlives a script that is ended alone.
      detached: ownGroup,
    });
    endWithUs(child, 'SIGKILL');
    const { isLate, end } = endInTime(child, this.#timeout);
    this.#end = end;
    const result = await child;
    this.#end = () => undefined;
    if (this.#isClosed) throw closed(command);
    if (isLate())
      throw new ExecError(`the command "${command}" took longer than ${this.#timeout / 1000} s`, {
        said: result.stderr,
        advice: 'Run it in a terminal: it may wait for you to log in.',
      });
    if (result.isMaxBuffer)
      throw new ExecError(`the command "${command}" printed more than 1 MB and was stopped`, {
        advice: 'Run it in a terminal: it should print one ExecCredential and end.',
      });
    if (result.code === 'ENOENT')
      throw new ExecError(`the command "${command}" was not found`, {
        advice: config.installHint
          ? tidy(config.installHint, 400)
          : 'Install it, or write its full path in the kubeconfig.',
      });
    if (result.code === 'EACCES')
      throw new ExecError(`there is no permission to run the command "${command}"`);
    if (result.failed)
      throw new ExecError(
        result.exitCode === undefined
          ? `the command "${command}" was stopped (${result.signal ?? result.code ?? 'unknown'})`
          : `the command "${command}" failed with exit code ${result.exitCode}`,
        { said: result.stderr, advice: 'Log in again with it in a terminal, then try again.' },
      );
    return result.stdout;
  }
}

const closed = (command: string): ExecError =>
  new ExecError(`the command "${command}" was ended, since Signalbox no longer needs the cluster`);

/**
 * Ends a command after a time, with all that it started: asked first, a second later by force. What it left running in
 * the background is let go a second after it has ended: it may hold its output open for ever.
 * @returns whether it was too late, and what ends it at once.
 */
function endInTime(child: ChildProcess, timeout: number): { isLate: () => boolean; end: () => void } {
  let isLate = false;
  const letGo = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const end = (): void => endGroup(child, 1_000, letGo);
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, timeout);
  // Output beyond the limit is not read any more: what goes on all the same is ended.
  let dumb: NodeJS.Timeout | undefined;
  child.stdout?.once('close', () => {
    if (child.exitCode === null && child.signalCode === null) dumb = setTimeout(end, 500);
  });
  child.once('exit', () => {
    clearTimeout(timer);
    clearTimeout(dumb);
    setTimeout(letGo, 1_000).unref();
  });
  child.once('error', () => clearTimeout(timer));
  return { isLate: () => isLate, end };
}

/** Reads what a command printed. It may be a secret, so nothing of it is quoted. @throws ExecError */
function understand(
  printed: string,
  { command, apiVersion }: ExecConfig,
): { credential: ExecCredential; expires: number | null } {
  let data: unknown;
  try {
    data = JSON.parse(printed);
  } catch {
    throw new ExecError(`the command "${command}" did not print JSON`);
  }
  const parsed = printedSchema.safeParse(data);
  if (!parsed.success)
    throw new ExecError(
      `the command "${command}" printed no ExecCredential (${parsed.error.issues[0]?.path.join('.') || 'the whole'} is not valid)`,
    );
  const { status } = parsed.data;
  if (parsed.data.apiVersion !== apiVersion)
    throw new ExecError(
      `the command "${command}" answered in ${parsed.data.apiVersion.slice(0, 60)}, and the kubeconfig asks for ${apiVersion}`,
    );
  if (!status.token && !status.clientCertificateData && !status.clientKeyData)
    throw new ExecError(`the command "${command}" gave neither a token nor a certificate`);
  if (Boolean(status.clientCertificateData) !== Boolean(status.clientKeyData))
    throw new ExecError(`the command "${command}" gave only one of certificate and key`);
  const expires = status.expirationTimestamp === null ? Number.NaN : Date.parse(status.expirationTimestamp);
  return {
    credential: {
      token: status.token,
      cert: status.clientCertificateData,
      key: status.clientKeyData,
    },
    expires: Number.isNaN(expires) ? null : expires,
  };
}
