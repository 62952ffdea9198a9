import { app, type BrowserWindow } from 'electron';
import type { Log } from '../log/log';
import { graphicsMemory } from './graphics-memory';
import { graphicsProcesses } from './graphics-process';

/** How long a graphics process may take to answer before it is ended, in milliseconds: first, and each one after it. */
const firstPatience = 10_000;
const nextPatience = 5_000;
/**
 * Of each way to draw (the graphics card, SwiftShader, software alone) Chromium tries three processes, then the next way;
 * after the last one it ends the app ("GPU process isn't usable. Goodbye."). A card that cannot be used at all is left at
 * once, so that five never reach the end. Source: chromium, content/browser/gpu/gpu_process_host.cc
 * (`RecordProcessCrash`) and gpu_data_manager_impl_private.cc (`FallBackToNextGpuMode`).
 */
const mostEnded = 5;
/** How long the estate waits to be opened for what does not answer, in milliseconds. */
const longest = 40_000;

/** Chromium's graphics process, without which no page is drawn nor even loaded. */
export interface Graphics {
  /** Whether it has said once what it can do. */
  hasAnswered(): boolean;
  /**
   * Waits until the graphics process has answered and the window's page has its own process; at most 40 seconds. One that
   * does not answer is ended, so that Chromium starts another one, in the end without the graphics card.
   *
   * Until then no process may be started that lives on: on Linux, it inherits the sockets that Chromium is about to hand
   * to its own ones (they are not closed on exec), and then Chromium never learns that one of these ended. A graphics
   * process that failed at its start, as it does where there is no graphics card, was then waited for without end.
   * @param quit ends the wait.
   */
  ready(window: BrowserWindow, quit: AbortSignal): Promise<void>;
}

/**
 * Watches the graphics process, and draws without the graphics card where it could not be used today. Must be called before
 * the app is ready: the card is chosen then, and no answer is missed.
 */
export function watchGraphics(userData: string, log: Log): Graphics {
  const memory = graphicsMemory(userData, process.versions.electron);
  const withoutCard = memory.isUnusable();
  if (withoutCard) {
    // It could not be used within the last day.
    log('info', 'graphics.without-card');
    app.disableHardwareAcceleration();
  }
  let answered = false;
  let tell = (): void => {};
  app.on('gpu-info-update', () => {
    answered = true;
    tell();
  });
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    if (type === 'GPU') log('warn', 'graphics.process-ended', { reason, exitCode });
  });

  return {
    hasAnswered: () => answered,
    ready(window, quit) {
      return new Promise((resolve) => {
        let hasPage = false;
        let ended = 0;
        let restarting = setTimeout(restart, firstPatience);
        const givingUp = setTimeout(() => {
          log('warn', 'graphics.not-waited-for', { missing: answered ? 'page' : 'graphics' });
          done();
        }, longest);
        function restart(): void {
          if (answered || ended >= mostEnded) return;
          for (const pid of graphicsProcesses()) {
            ended += 1;
            memory.keepUnusable();
            // Another one is started in its place.
            log('warn', 'graphics.process-killed', { pid });
            try {
              process.kill(pid, 'SIGKILL');
            } catch {
              // It has just ended by itself.
            }
          }
          restarting = setTimeout(restart, nextPatience);
        }
        const look = (): void => {
          if (answered && hasPage) done();
        };
        const navigated = (): void => {
          hasPage = true;
          look();
        };
        // Loaded means drawn: then graphics answered, whether or not they said what they can do.
        window.webContents.once('dom-ready', () => {
          done();
          // What Chromium says where it draws by the processor alone.
          if (!withoutCard && app.getGPUFeatureStatus().gpu_compositing.startsWith('disabled'))
            memory.keepUnusable();
        });
        function done(): void {
          clearTimeout(restarting);
          clearTimeout(givingUp);
          tell = () => {};
          if (!window.isDestroyed()) window.webContents.off('did-navigate', navigated);
          quit.removeEventListener('abort', done);
          resolve();
        }
        tell = look;
        window.webContents.on('did-navigate', navigated);
        quit.addEventListener('abort', done);
      });
    },
  };
}
