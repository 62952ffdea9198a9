import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../log/log';
import { readEstateFile } from '../session/choose-estate';
import { createControlClient } from '../systems/practice/control-client';
import { practiceConcourseUser } from '../systems/practice/environments';
import { practiceCredentialsSchema } from '../systems/practice/practice-ready';
import { type Arguments, practiceLandingOf, practiceLoginOf, practiceRightsOf } from './arguments';
import { type PracticeProcess, startPractice } from './practice-process';
import type { EstateSource } from './source';

/** The practice estate's process: one for as long as the practice estate is open, however often it is opened again. */
export interface PracticeKeeper {
  /** Starts it, unless it runs. @throws FailureError for arguments that it does not have, or Error where it ends at once. */
  source(): Promise<EstateSource>;
  stop(): Promise<void>;
}

export function keepPractice(options: {
  args: Arguments;
  userData: string;
  script: string;
  log: Log;
}): PracticeKeeper {
  const { args, log } = options;
  let running: Promise<{ source: EstateSource; process: PracticeProcess }> | null = null;

  async function start(): Promise<{ source: EstateSource; process: PracticeProcess }> {
    const login = practiceLoginOf(args);
    const process = await startPractice({
      script: options.script,
      dir: args.practiceDir ?? path.join(options.userData, 'practice'),
      speed: args.practiceSpeed,
      rights: practiceRightsOf(args),
      login,
      landing: practiceLandingOf(args),
      log: (line) => log('info', 'practice.said', { line }),
      onExit: (code) => {
        log('error', 'practice.ended', { code });
        running = null;
      },
    });
    try {
      return { source: await readSource(process, login), process };
    } catch (error) {
      await process.stop();
      throw error;
    }
  }

  return {
    async source() {
      running ??= start();
      try {
        return (await running).source;
      } catch (error) {
        // The next try starts another one.
        running = null;
        throw error;
      }
    },
    async stop() {
      const old = running;
      running = null;
      // One that did not start has nothing to be stopped; whoever asked for it was told.
      const started = await old?.catch(() => null);
      await started?.process.stop();
    },
  };
}

/** Its secrets are read from its own folder. */
async function readSource(
  { ready }: PracticeProcess,
  login: ReturnType<typeof practiceLoginOf>,
): Promise<EstateSource> {
  const credentials = practiceCredentialsSchema.parse(
    JSON.parse(await readFile(ready.credentialsFile, 'utf8')),
  );
  return {
    estate: {
      estate: await readEstateFile(ready.estateFile),
      mode: 'practice',
      inPlace: false,
      ledgerCredentials: async () => credentials.ledger,
      githubToken: async () => credentials.github.token,
      concourseSecret: async () => ({ account: practiceConcourseUser, secret: credentials.control.token }),
    },
    place: 'On this computer',
    practice: {
      control: createControlClient({ url: ready.controlUrl, token: credentials.control.token }),
      login,
    },
  };
}
