import { setTimeout as pause } from 'node:timers/promises';
import type { LogSourceState } from '../../shared/contract/logs';
import type { Result } from '../../shared/domain/failure/failure';
import type { ArrivedLine } from './protocol';

/** A job of GitHub Actions. */
interface Job {
  owner: string;
  repo: string;
  id: number;
}

/** A job's log, as saved or as GitHub gives it: `not-found` until the job has ended. */
export type JobLogOf = (
  place: { owner: string; repo: string },
  job: number,
  signal: AbortSignal,
) => Promise<Result<{ text: string; cut: boolean }>>;

/** Milliseconds between looks for the log of a job that has not ended. */
const lookEvery = 5_000;

/**
 * Reads a job's log into a session. GitHub gives none before the job's end: until then it is waited for.
 * @returns when it was read, can't be read, or the signal is aborted; never rejects.
 */
export async function followJobLog(
  { load, job }: { load: JobLogOf | null; job: Job },
  told: {
    append: (lines: ArrivedLine[]) => void;
    is: (state: LogSourceState['state'], text: string) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  if (!load) return told.is('failed', 'The estate file names no GitHub.');
  while (!signal.aborted) {
    // Whatever is thrown here is the abort.
    const log = await load(job, job.id, signal).catch(() => null);
    if (!log || signal.aborted) return;
    if (log.ok) {
      const { text, cut } = log.value;
      if (cut)
        told.append([{ at: null, text: 'Earlier lines are left out: the log is too long.', note: true }]);
      told.append(linesOf(text));
      return told.is('ended', 'The job has ended.');
    }
    const { code, message, meaning } = log.failure;
    if (code !== 'not-found') return told.is('failed', `${message} ${meaning}`);
    told.is('waiting', 'GitHub has a job’s log only after its end.');
    // As above.
    await pause(lookEvery, undefined, { signal }).catch(() => undefined);
  }
}

/** What GitHub's runner puts at the beginning of lines ("Workflow commands"), as the window's own marks. */
const marks: Readonly<Record<string, string>> = { error: 'Error: ', warning: 'Warning: ' };

/** The lines of a log as GitHub stores it: a time with seven digits of fractions, a blank, the text. */
function linesOf(text: string): ArrivedLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line): ArrivedLine[] => {
    const [, at = null, rest = line] =
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) (.*)$/s.exec(line) ?? [];
    if (rest === '##[endgroup]') return [];
    const [, mark = '', said = rest] = /^##\[(\w{1,20})\](.*)$/s.exec(rest) ?? [];
    return [{ at, text: `${marks[mark] ?? ''}${said}` }];
  });
}
