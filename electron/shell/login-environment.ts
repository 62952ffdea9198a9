import { delimiter } from 'node:path';
import { shellEnv } from 'shell-env';
import type { Log } from '../log/log';

/** Milliseconds that the login shell may take: what a person's profile does is not ours to wait for. */
const patience = 5_000;

/** What would change how our own programs run instead of what they are told, and what is the shell's own. */
const notTaken =
  /^(NODE_|ELECTRON_|LD_|DYLD_|npm_|BASH_FUNC|GIT_(?!SSL_)|_$|SHLVL$|PWD$|OLDPWD$|TERM|PS\d$)/i;
const isName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Takes over what the person's login shell sets. An app that was started from a desktop has none of it: logins of
 * kubeconfigs would not be found, nor `KUBECONFIG`, proxies, or the profile of a cloud. What is set already stays as it
 * is; of `PATH`, what is missing is added behind. Never rejects: without the shell's answer it goes on without.
 * @param options.shell the shell; otherwise the person's own. @param options.environment changed in place
 */
export async function takeLoginEnvironment(
  log: Log,
  options: { shell?: string; environment?: NodeJS.ProcessEnv; patience?: number } = {},
): Promise<void> {
  const { environment = process.env } = options;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), options.patience ?? patience);
  });
  try {
    // One that is late ends with Signalbox: execa ends its children, and its input is closed.
    const told = await Promise.race([shellEnv(options.shell), late]);
    if (!told) return log('warn', 'app.login-shell-late');
    const taken: string[] = [];
    for (const [name, value] of Object.entries(told)) {
      if (value === undefined || !isName.test(name) || notTaken.test(name)) continue;
      if (name === 'PATH') environment.PATH = joined(environment.PATH ?? '', value);
      else if (environment[name] === undefined) {
        environment[name] = value;
        taken.push(name);
      }
    }
    // Their names alone: values may be secrets.
    log('info', 'app.login-shell', { taken: taken.join(' ') });
  } catch (error) {
    log('warn', 'app.login-shell-failed', { error });
  } finally {
    clearTimeout(timer);
  }
}

/** Folders of a search path, each once; those of the second behind those of the first. */
function joined(first: string, second: string): string {
  const folders = [...first.split(delimiter), ...second.split(delimiter)].filter((one) => one !== '');
  return [...new Set(folders)].join(delimiter);
}
