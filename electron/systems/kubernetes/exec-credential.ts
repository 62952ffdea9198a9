import type { ChildProcess } from 'node:child_process';
import { execa } from 'execa';
import { z } from 'zod';
import { endGroup, endWithUs, ownGroup } from '../process-group';
import { type ExecCall, terminalLineOf, withVariables } from './exec-call';
import { ExecError, tidy } from './exec-error';

/** How long a command may take to get credentials, in ms. */
const usualTimeout = 30_000;
/** Credentials are renewed so long before they expire: a request under way must not arrive too late. */
const headStart = 10_000;

const text = z
  .string()
  .nullish()
  .transform((value) => value || null);

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

/** What a command is told of its task in `KUBERNETES_EXEC_INFO`. */
function execInfo({ apiVersion }: ExecCall, cluster: ClusterInfo | null): string {
  return JSON.stringify({
    apiVersion,
    kind: 'ExecCredential',
    // There is no terminal behind the window.
    spec: { interactive: false, ...(cluster ? { cluster } : {}) },
  });
}

/** `spec.cluster` of an ExecCredential. */
export type ClusterInfo = Record<string, unknown>;

/** How failures name a command; it may come from anywhere, so it is cut. */
function nameOf({ argv, wrapperWords }: ExecCall): string {
  const shown = (words: readonly string[]): string => {
    const all = words.join(' ');
    return `"${all.length > 120 ? `${all.slice(0, 120)}…` : all}"`;
  };
  const inner = argv[wrapperWords] ?? '';
  return wrapperWords === 0
    ? `the command ${shown([inner])}`
    : `the command ${shown([inner])} inside of ${shown(argv.slice(0, wrapperWords))}`;
}

/**
 * Runs the command of a kubeconfig's `exec` for credentials, by the rules of client-go (`plugin/pkg/client/auth/exec`):
 * what it gave is kept until it expires or is refused. The library's own runner (`ExecAuth` of 1.4.0) is not used: it
 * has no time-out, tells the command nothing (`KUBERNETES_EXEC_INFO`), looks at no version, runs it for each request when
 * no expiry is given, keeps what the server refuses, shows a failed command's output as the error, and cannot be replaced
 * by `addAuthenticator`, since its own authenticators are asked first. What it gave is never another call's: each
 * environment has its own.
 */
export class ExecCredentials {
  readonly #timeout: number;
  #kept: { credential: ExecCredential; expires: number | null } | null = null;
  #isClosed = false;
  #end = (): void => undefined;

  constructor(timeout: number = usualTimeout) {
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

  /**
   * @param call asked for right before it is run: whoever makes it asks the person, too.
   * @param clusterInfo asked only where the kubeconfig wants it to be told. @throws ExecError, and what `call` throws.
   */
  async read(
    call: () => Promise<ExecCall>,
    clusterInfo: () => Promise<ClusterInfo>,
  ): Promise<ExecCredential> {
    const kept = this.#kept;
    if (kept && (kept.expires === null || Date.now() < kept.expires - headStart)) return kept.credential;
    let allowed = await call();
    let told: ClusterInfo | null = null;
    if (allowed.provideClusterInfo) {
      told = await clusterInfo();
      // Reading it took time, in which a program may have changed.
      allowed = await call();
    }
    if (allowed.interactiveMode === 'Always')
      throw new ExecError(`${nameOf(allowed)} needs a terminal for its questions`, {
        advice:
          'Run it in a terminal to log in. If it then works without questions, write “interactiveMode: IfAvailable” in the kubeconfig.',
        terminal: terminalLineOf(allowed),
      });
    const printed = await this.#run(allowed, told);
    this.#kept = understand(printed, allowed);
    return this.#kept.credential;
  }

  async #run(call: ExecCall, cluster: ClusterInfo | null): Promise<string> {
    const command = nameOf(call);
    if (this.#isClosed) throw closed(command);
    const child = execa(call.program, call.argv.slice(1), {
      env: withVariables(process.env, [
        { name: 'PATH', value: call.path },
        ...call.env,
        { name: 'KUBERNETES_EXEC_INFO', value: execInfo(call, cluster) },
      ]),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      maxBuffer: 1024 * 1024,
      // A process group of its own: what a login script started outlives a script that is ended alone. It has no
      // terminal either, so that a login that would ask there fails instead of waiting.
      detached: ownGroup,
    });
    endWithUs(child, 'SIGKILL');
    const { isLate, end } = endInTime(child, this.#timeout);
    this.#end = end;
    const result = await child;
    this.#end = () => undefined;
    const terminal = terminalLineOf(call);
    if (this.#isClosed) throw closed(command);
    if (isLate())
      throw new ExecError(`${command} took longer than ${this.#timeout / 1000} s`, {
        said: result.stderr,
        advice: 'Run it in a terminal: it may wait for you to log in. Then try again.',
        terminal,
      });
    if (result.isMaxBuffer)
      throw new ExecError(`${command} printed more than 1 MB and was stopped`, {
        advice: 'Run it in a terminal: it should print one ExecCredential and end.',
        terminal,
      });
    if (result.code === 'ENOENT')
      throw new ExecError(`${notFound(call, command)} was not found`, {
        advice: adviceOf(call),
      });
    if (result.code === 'EACCES') throw new ExecError(`there is no permission to run ${command}`);
    if (result.code === 'E2BIG')
      throw new ExecError(`${command} has more arguments and variables than this system takes`);
    if (result.failed)
      throw new ExecError(
        result.exitCode === undefined
          ? `${command} was stopped (${result.signal ?? result.code ?? 'unknown'})`
          : `${command} failed with exit code ${result.exitCode}`,
        { said: result.stderr, advice: 'Log in again with it in a terminal, then try again.', terminal },
      );
    return result.stdout;
  }
}

const notFound = ({ argv, wrapperWords }: ExecCall, command: string): string =>
  wrapperWords === 0 ? command : `the program "${argv[0].slice(0, 120)}" of the estate file’s wrapper`;

const adviceOf = ({ installHint, wrapperWords }: ExecCall): string => {
  if (wrapperWords > 0) return 'Install it, or write its full path in the estate file.';
  return installHint ? tidy(installHint, 400) : 'Install it, or write its full path in the kubeconfig.';
};

const closed = (command: string): ExecError =>
  new ExecError(`${command} was ended, since Signalbox no longer needs the cluster`);

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
function understand(printed: string, call: ExecCall): { credential: ExecCredential; expires: number | null } {
  const command = nameOf(call);
  const terminal = terminalLineOf(call);
  const refused = (why: string, advice: string | null = null): ExecError =>
    new ExecError(`${command} ${why}`, { advice, terminal });
  let data: unknown;
  try {
    data = JSON.parse(printed);
  } catch {
    throw refused(...whyNoJson(printed));
  }
  const parsed = printedSchema.safeParse(data);
  if (!parsed.success)
    throw refused(
      `printed no ExecCredential (${parsed.error.issues[0]?.path.join('.') || 'the whole'} is not valid)`,
    );
  const { status } = parsed.data;
  if (parsed.data.apiVersion !== call.apiVersion)
    throw refused(
      `answered in ${parsed.data.apiVersion.slice(0, 60)}, and the kubeconfig asks for ${call.apiVersion}`,
    );
  if (!status.token && !status.clientCertificateData && !status.clientKeyData)
    throw refused('gave neither a token nor a certificate');
  if (Boolean(status.clientCertificateData) !== Boolean(status.clientKeyData))
    throw refused('gave only one of certificate and key');
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

/** What is wrong with an output that is no JSON, and what to do. */
function whyNoJson(printed: string): [why: string, advice: string] {
  if (printed.trim() === '')
    return ['printed nothing', 'Run it in a terminal: it should print an ExecCredential.'];
  if (hasCredentialInside(printed))
    return [
      'printed other text around its ExecCredential',
      'What it tells people must go to standard error: kubectl can’t read it either.',
    ];
  return [
    'did not print JSON',
    'Run it in a terminal: it may ask you to log in, or print something else than an ExecCredential.',
  ];
}

/** Whether a credential stands between other texts. client-go takes what is printed as a whole. */
function hasCredentialInside(printed: string): boolean {
  const to = printed.lastIndexOf('}') + 1;
  // An announcement may have braces, too; one with more than these is none.
  for (let from = printed.indexOf('{'), tries = 0; from >= 0 && tries < 20; tries++) {
    try {
      if (printedSchema.safeParse(JSON.parse(printed.slice(from, to))).success) return true;
    } catch {
      // It begins further on, or not at all.
    }
    from = printed.indexOf('{', from + 1);
  }
  return false;
}
