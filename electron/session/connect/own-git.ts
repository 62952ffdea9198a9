import { execa } from 'execa';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { Credentials } from '../../ledger/ledger';
import { rememberSecret } from '../../log/known-secrets';

/** Milliseconds that the person's helper may take: it may show a window of its own. */
const patience = 60_000;

const none = (detail: string): FailureError =>
  new FailureError({
    code: 'unauthorised',
    message: 'Git on this computer has no credential for this address.',
    meaning: 'Nothing was sent.',
    next: [{ do: 'advice', label: 'Enter a token instead.' }],
    detail,
  });

/**
 * What the person's own Git has for an address: `git credential fill` (git-credential(1)), which runs the helpers of their
 * settings. Asked because they chose it, never by itself; nothing is asked on a terminal.
 * @throws FailureError `unauthorised` where it has none.
 */
export async function credentialOfOwnGit(address: string): Promise<Credentials> {
  const { protocol, host, pathname } = new URL(address);
  const asked = { protocol: protocol.replace(':', ''), host, path: pathname.replace(/^\/+/, '') };
  // A line feed would be another attribute.
  if (Object.values(asked).some((value) => /[\n\0]/.test(value))) throw none('The address is not valid.');
  const input = `${Object.entries(asked)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n\n`;
  const { stdout, exitCode } = await execa('git', ['credential', 'fill'], {
    input,
    reject: false,
    timeout: patience,
    maxBuffer: 100_000,
    env: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', LC_ALL: 'C' },
  });
  const said = new Map(
    String(stdout ?? '')
      .split('\n')
      .map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const password = said.get('password');
  if (exitCode !== 0 || !password) throw none(`git credential fill ended with ${exitCode ?? 'no code'}.`);
  rememberSecret(password);
  return { username: said.get('username') ?? 'x-access-token', password };
}
