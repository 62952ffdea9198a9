import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type ControlClient, createControlClient } from '../systems/practice/control-client';
import {
  type PracticeCredentials,
  type PracticeReady,
  practiceCredentialsSchema,
} from '../systems/practice/practice-ready';
import { programArguments } from './programs';

/** A practice estate in a process of its own, for tests and drills. */
export interface PracticeProcess {
  ready: PracticeReady;
  credentials: PracticeCredentials;
  control: ControlClient;
  child: ChildProcess;
  /** All that it wrote on standard error so far. */
  errors: () => string;
  /** Ends it by closing its standard input, and waits. @returns its exit code. */
  stop(): Promise<number | null>;
}

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Starts `electron/practice/main.ts` and waits until it is ready.
 * @throws with what it said when it ends before
 */
export async function startPracticeProcess(args: readonly string[]): Promise<PracticeProcess> {
  const child = spawn(process.execPath, [...programArguments('practice'), ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => String(first)),
    exited.then(() => {
      throw new Error(`the practice estate ended before it was ready: ${errors}`);
    }),
  ]);
  const ready = JSON.parse(line) as PracticeReady;
  const credentials = practiceCredentialsSchema.parse(
    JSON.parse(await readFile(ready.credentialsFile, 'utf8')),
  );
  return {
    ready,
    credentials,
    control: createControlClient({ url: ready.controlUrl, token: credentials.control.token }),
    child,
    errors: () => errors,
    async stop() {
      child.stdin.end();
      const [code] = child.exitCode === null ? await exited : [child.exitCode];
      return code as number | null;
    },
  };
}
