/**
 * Nobody is asked anything on a terminal that isn't there, and a host whose key isn't known is never talked to, whatever
 * the person's settings say (ssh_config(5)): Signalbox asks about it itself (`host-key.ts`).
 */
const ours = '-o BatchMode=yes -o StrictHostKeyChecking=yes';

/** Whether a command line begins with OpenSSH's client, which alone knows our options (git-config(1), `ssh.variant`). */
const isOpenSsh = (command: string): boolean =>
  /^["']?(?:[^\s"']*[\\/])?ssh(?:\.exe)?["']?(?=\s|$)/i.test(command);

/**
 * The variables by which Git finds its SSH (git(1), `GIT_SSH_COMMAND`, `GIT_SSH`): the person's own where they have them.
 * `SSH_ASKPASS_REQUIRE=never` keeps a window from asking for a passphrase behind ours (ssh(1)): such a key belongs into
 * an agent.
 */
export function sshVariables(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const { GIT_SSH_COMMAND: command, GIT_SSH: program } = environment;
  const never = { SSH_ASKPASS_REQUIRE: 'never' };
  if (command) return { ...never, GIT_SSH_COMMAND: isOpenSsh(command) ? `${command} ${ours}` : command };
  return program ? { ...never, GIT_SSH: program } : { ...never, GIT_SSH_COMMAND: `ssh ${ours}` };
}

/** The program and first words that Git would run; a command line goes through the shell, as Git itself does it. */
export function sshProgram(environment: NodeJS.ProcessEnv = process.env): readonly [string, ...string[]] {
  const { GIT_SSH_COMMAND: command, GIT_SSH: program } = environment;
  if (command && isOpenSsh(command)) return ['sh', '-c', `${command} "$@"`, 'ssh'];
  return program && isOpenSsh(program) ? [program] : ['ssh'];
}
