import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { practiceLogins } from '../../shared/domain/practice/login';
import { practiceRights } from '../../shared/domain/practice/rights';
import { practiceRightsSchema } from '../systems/practice/rights';
import { runPracticeProcess } from './estate/run-practice';

/** What Electron's utility process adds to `process` (docs: "process.parentPort"). */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/**
 * The practice estate's process: `--dir <state folder> [--speed N] [--landing push|merge-branch] [--rights <profile>]
 * [--login token|wrapper|argo-servers] [--reset]`.
 * Says once that it is ready: as one JSON line on standard output, or as a message to the parent port of an Electron
 * utility process. Ends, with everything saved, on SIGTERM, SIGINT, the message `stop`, when the parent disconnects,
 * or when the pipe at standard input is closed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      speed: { type: 'string' },
      landing: { type: 'string' },
      rights: { type: 'string' },
      login: { type: 'string' },
      reset: { type: 'boolean', default: false },
    },
  });
  if (!values.dir) throw new Error('--dir <state folder> is needed');
  const { landing } = values;
  if (landing !== undefined && landing !== 'push' && landing !== 'merge-branch')
    throw new Error('--landing is push or merge-branch');
  const rights = practiceRightsSchema.optional().safeParse(values.rights);
  if (!rights.success) throw new Error(`--rights is one of ${practiceRights.join(', ')}`);
  const login = practiceLogins.find((one) => one === (values.login ?? 'token'));
  if (!login) throw new Error(`--login is one of ${practiceLogins.join(', ')}`);
  const parentPort = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort;

  let stop: (() => Promise<void>) | undefined;
  let stopWanted = false;
  const end = (): void => {
    if (stopWanted) return;
    stopWanted = true;
    stop?.().then(
      () => process.exit(0),
      (error) => fail(error),
    );
  };
  process.on('uncaughtException', (error) => complain('uncaught', error));
  process.on('unhandledRejection', (error) => complain('unhandled', error));
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('disconnect', end);
  parentPort?.on('message', ({ data }) => {
    if (data === 'stop') end();
  });
  // A pipe is held by the parent; /dev/null or a terminal says nothing about one.
  if (!parentPort && standardInputIsPipe()) {
    process.stdin.on('end', end).on('error', end).on('close', end);
    process.stdin.resume();
  }

  const running = await runPracticeProcess({
    dir: values.dir,
    reset: values.reset,
    login,
    ...(values.speed === undefined ? {} : { speed: Number(values.speed) }),
    ...(landing === undefined ? {} : { landing }),
    ...(rights.data === undefined ? {} : { rights: rights.data }),
    onError: complain,
  });
  stop = running.stop;
  if (stopWanted) {
    await stop();
    process.exit(0);
  }
  if (parentPort) parentPort.postMessage(running.ready);
  else process.stdout.write(`${JSON.stringify(running.ready)}\n`);
}

/** A fault of the estate's own is said aloud and does not end the rehearsal. */
function complain(where: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`practice: ${where}: ${text}\n`);
}

function standardInputIsPipe(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}

function fail(error: unknown): never {
  process.stderr.write(
    `practice: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
}

main().catch(fail);
