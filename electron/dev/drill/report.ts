import type { RouteKind } from '../../../shared/domain/route/route';

/** What a drill measured. */
export interface Figures {
  /** Milliseconds from the click on the button to the commit on the remote, by one clock. */
  clickToCommitMs: number | null;
  /** Milliseconds from the request to the version on main, by route. */
  routes?: Partial<Record<RouteKind, number>>;
}

/** What one step of a drill came to. */
export interface StepResult {
  step: string;
  ok: boolean;
  /** Milliseconds that it took. */
  ms: number;
  detail: string;
}

/** Tells the steps as they end: as sentences for a person, or as one JSON line each. */
export interface Report {
  /**
   * Runs a step and tells how it went.
   * @param run resolves with what a person would want to know of it.
   * @throws what `run` throws, after it was told.
   */
  step<T extends string | { detail: string }>(name: string, run: () => Promise<T>): Promise<T>;
  /** Tells what ended the drill, unless the step that it came from has. */
  failed(error: unknown): void;
  /** The last line. @returns the exit code. */
  end(figures: Figures): number;
}

const sentence = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** @param json one line per step, `{"step","ok","ms","detail"}`, and a last `{"ok","ms","clickToCommitMs"}`. */
export function createReport(json: boolean, write: (line: string) => void): Report {
  const begun = performance.now();
  let ok = true;
  const tell = (result: StepResult): void => {
    ok &&= result.ok;
    write(
      json
        ? JSON.stringify(result)
        : `${result.ok ? 'ok    ' : 'FAILED'} ${seconds(result.ms).padStart(7)}  ${result.step}: ${result.detail}`,
    );
  };
  return {
    async step(name, run) {
      const start = performance.now();
      const took = (): number => Math.round(performance.now() - start);
      try {
        const said = await run();
        tell({ step: name, ok: true, ms: took(), detail: typeof said === 'string' ? said : said.detail });
        return said;
      } catch (error) {
        tell({ step: name, ok: false, ms: took(), detail: sentence(error) });
        throw error;
      }
    },
    failed(error) {
      if (ok) tell({ step: 'drill', ok: false, ms: 0, detail: sentence(error) });
    },
    end({ clickToCommitMs, routes }) {
      const ms = Math.round(performance.now() - begun);
      const click = clickToCommitMs === null ? '' : `; from the click to the commit ${clickToCommitMs} ms`;
      write(
        json
          ? JSON.stringify({ ok, ms, clickToCommitMs, ...(routes ? { routes } : {}) })
          : `${Object.entries(routes ?? {})
              .map(([route, took]) => `${route}: ${took} ms from the request to the version on main\n`)
              .join(
                '',
              )}${ok ? 'The drill went as it should' : 'The drill FAILED'} in ${seconds(ms)}${click}.`,
      );
      return ok ? 0 : 1;
    },
  };
}
