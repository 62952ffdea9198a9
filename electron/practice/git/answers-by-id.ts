import { type GitResult, tryGit } from './command';

/** Whether a text is a whole object id. */
export const isSha = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** Characters of answers that are held in all; the oldest go first. */
const mostHeld = 8 * 1024 * 1024;

interface Held {
  answer: Promise<GitResult>;
  /** Of its output; 0 until it is there. */
  characters: number;
}

const answers = new Map<string, Held>();

/**
 * Asks git about objects. An object's id is made of its content, so that what is said of objects by their whole ids is
 * true for ever: it is asked once. Everything else is asked each time, and so is what failed.
 * @param ids all that the arguments name of the repo's content; empty or anything but whole ids: nothing is held.
 */
export async function askByIds(
  gitDir: string,
  args: readonly string[],
  ids: readonly string[],
  env?: Record<string, string>,
): Promise<GitResult> {
  const ask = () => tryGit(gitDir, args, env ? { env } : {});
  if (ids.length === 0 || !ids.every(isSha)) return ask();
  const key = [gitDir, ...args].join('\0');
  const known = answers.get(key);
  if (known) return known.answer;
  const held: Held = { answer: ask(), characters: 0 };
  answers.set(key, held);
  try {
    const result = await held.answer;
    if (result.exitCode !== 0) answers.delete(key);
    held.characters = result.stdout.length;
    makeRoom();
    return result;
  } catch (error) {
    answers.delete(key);
    throw error;
  }
}

function makeRoom(): void {
  let total = 0;
  for (const { characters } of answers.values()) total += characters;
  for (const [key, { characters }] of answers) {
    if (total <= mostHeld) return;
    answers.delete(key);
    total -= characters;
  }
}
