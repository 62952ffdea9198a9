import { readdir, readFile } from 'node:fs/promises';

/**
 * Processes of this computer whose arguments or environment hold one of the texts, as `<what> of <pid> <arguments>`, as
 * everybody of the same user can read them (proc(5), `/proc/<pid>/cmdline` and `environ`). Elsewhere than on Linux: none.
 */
export async function processesWith(texts: readonly string[]): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // It may have ended meanwhile.
    const read = (what: string) => readFile(`/proc/${pid}/${what}`, 'utf8').catch(() => '');
    const [args, environment] = await Promise.all([read('cmdline'), read('environ')]);
    const name = args.replaceAll('\0', ' ').slice(0, 200);
    if (texts.some((text) => args.includes(text))) found.push(`arguments of ${pid} ${name}`);
    if (texts.some((text) => environment.includes(text))) found.push(`environment of ${pid} ${name}`);
  }
  return found;
}
