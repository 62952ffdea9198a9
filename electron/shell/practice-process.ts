import { utilityProcess } from 'electron';
import type { PracticeLogin } from '../../shared/domain/practice/login';
import type { PracticeRights } from '../../shared/domain/practice/rights';
import { type PracticeReady, practiceReadySchema } from '../systems/practice/practice-ready';

/** The running practice estate. */
export interface PracticeProcess {
  ready: PracticeReady;
  /** Ends the process after it kept its state. */
  stop(): Promise<void>;
}

/**
 * Starts the practice estate in a process of its own, so that its load and its faults are never the console's.
 * @param options.dir its state; created when missing.
 * @param options.onExit called when it ends without having been asked to.
 * @throws Error when it ends, or says something else, before it is ready.
 */
export function startPractice(options: {
  script: string;
  dir: string;
  speed: number;
  /** `null`: as it was the last time. */
  rights: PracticeRights | null;
  /** How its clusters are logged in to; `null`: by tokens. */
  login: PracticeLogin | null;
  /** How the console's commits land; `null`: by push. */
  landing: 'push' | 'merge-branch' | null;
  onExit: (code: number) => void;
  log: (line: string) => void;
}): Promise<PracticeProcess> {
  const child = utilityProcess.fork(
    options.script,
    [
      '--dir',
      options.dir,
      '--speed',
      String(options.speed),
      ...(options.rights ? ['--rights', options.rights] : []),
      ...(options.login ? ['--login', options.login] : []),
      ...(options.landing ? ['--landing', options.landing] : []),
    ],
    {
      serviceName: 'Signalbox practice estate',
      stdio: 'pipe',
    },
  );
  child.stdout?.on('data', (chunk: Buffer) => options.log(chunk.toString('utf8').trimEnd()));
  child.stderr?.on('data', (chunk: Buffer) => options.log(chunk.toString('utf8').trimEnd()));
  let stopping = false;
  const exited = new Promise<number>((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<void> => {
    stopping = true;
    child.postMessage('stop');
    const killed = setTimeout(() => child.kill(), 5000);
    await exited;
    clearTimeout(killed);
  };
  return new Promise((resolve, reject) => {
    // It never rejects: an exit is told by its code.
    void exited.then((code) => {
      reject(new Error(`The practice estate ended with code ${code} before it was ready.`));
      if (!stopping) options.onExit(code);
    });
    child.once('message', (message: unknown) => {
      const ready = practiceReadySchema.safeParse(message);
      if (ready.success) resolve({ ready: ready.data, stop });
      else reject(new Error('Signalbox could not read an answer of the practice estate.'));
    });
  });
}
