import { execa } from 'execa';

/**
 * Who the user says to be in Git's own configuration (`user.name`, `user.email`), `null` where that is not set. Read
 * with the user's configuration on purpose, unlike every other command.
 */
export async function configuredIdentity(): Promise<{ name: string; email: string } | null> {
  const ask = async (key: string): Promise<string | null> => {
    const answer = await execa('git', ['config', '--global', '--get', key], { reject: false, timeout: 5000 });
    return answer.exitCode === 0 && answer.stdout.trim() !== '' ? answer.stdout.trim() : null;
  };
  const [name, email] = await Promise.all([ask('user.name'), ask('user.email')]);
  return name && email ? { name, email } : null;
}
