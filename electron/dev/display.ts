import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { SetupError } from './say';

/** Whether windows can be shown: always outside Linux; there, where an X or Wayland display is named. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** A virtual X display of our own. `name` is what DISPLAY must say (`:99`). */
interface VirtualDisplay {
  name: string;
  stop(): Promise<void>;
}

/**
 * Starts Xvfb with one screen of 1920×1080 on a display number that it chooses itself (`-displayfd`), so that several
 * can run side by side. It listens on a Unix socket only. Answers once it accepts clients.
 */
async function startVirtualDisplay(): Promise<VirtualDisplay> {
  const args = ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  // The server must not outlive whoever started it, however they end.
  const stopNow = () => server.kill();
  process.once('exit', stopNow);
  const number = await displayNumber(server);
  // Nobody reads what it says later; without a reader the pipe would fill up and block it.
  server.stderr?.resume();
  return {
    name: `:${number}`,
    stop: () =>
      new Promise((resolve) => {
        process.off('exit', stopNow);
        if (server.exitCode !== null || server.signalCode !== null) return resolve();
        server.once('exit', () => resolve());
        server.kill();
      }),
  };
}

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const complaints: string[] = [];
    server.stderr?.on('data', (text: Buffer) => complaints.push(text.toString()));
    const failed = () =>
      reject(
        new SetupError(
          `The virtual display (Xvfb) did not start. ${complaints.join('').trim()}`,
          'Install the package xvfb, or run on a machine with a display.',
        ),
      );
    server.once('error', failed);
    server.once('exit', failed);
    createInterface({ input: server.stdio[3] as Readable }).once('line', (line) => {
      server.off('exit', failed);
      resolve(line.trim());
    });
  });
}

/** Runs `work` with a display to show windows on, a virtual one when the machine has none. */
export async function withDisplay<T>(work: (environment: { DISPLAY?: string }) => Promise<T>): Promise<T> {
  if (hasDisplay()) return work({});
  const display = await startVirtualDisplay();
  try {
    return await work({ DISPLAY: display.name });
  } finally {
    await display.stop();
  }
}
