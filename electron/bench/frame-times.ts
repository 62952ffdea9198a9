import type { Page } from 'playwright';

/** Times between frames of a window, in milliseconds. */
export interface Frames {
  count: number;
  p50: number;
  p95: number;
  max: number;
  over50: number;
}

/** tsx names functions by a helper of its own, which what is evaluated in the page takes along: to be called once. */
export const allowNames = (page: Page): Promise<void> =>
  page.evaluate('globalThis.__name = (named) => named');

/** The times between frames of the window, for so many milliseconds. */
export const frameTimes = (page: Page, milliseconds: number): Promise<Frames> =>
  page.evaluate(
    (span) =>
      new Promise<Frames>((resolve) => {
        const times: number[] = [];
        const begun = performance.now();
        let last = begun;
        const step = (now: number): void => {
          if (now > last) times.push(now - last);
          last = now;
          if (now - begun < span) requestAnimationFrame(step);
          else {
            times.sort((a, b) => a - b);
            const at = (share: number): number =>
              Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) /
              10;
            const over50 = times.filter((time) => time > 50).length;
            resolve({ count: times.length, p50: at(0.5), p95: at(0.95), max: at(1), over50 });
          }
        };
        requestAnimationFrame(step);
      }),
    milliseconds,
  );

/**
 * The times between frames while something is scrolled down and up again, a row or so in every frame, as a wheel in a
 * hurry does.
 * @param selector of what scrolls. @throws where there is no such thing, or nothing to scroll.
 */
export const scrolledFrames = (page: Page, selector: string, milliseconds: number): Promise<Frames> =>
  page.evaluate(
    ([wanted, span]) =>
      new Promise<Frames>((resolve, reject) => {
        const box = document.querySelector(wanted);
        const most = box ? box.scrollHeight - box.clientHeight : 0;
        if (!box || most <= 0) {
          reject(new Error(`${wanted} does not scroll`));
          return;
        }
        const times: number[] = [];
        const begun = performance.now();
        let last = begun;
        let at = box.scrollTop;
        let way = 1;
        const step = (now: number): void => {
          if (now > last) times.push(now - last);
          at += way * 2.5 * Math.min(100, now - last);
          if (at <= 0 || at >= most) way = -way;
          at = Math.max(0, Math.min(most, at));
          box.scrollTop = at;
          last = now;
          if (now - begun < span) requestAnimationFrame(step);
          else {
            times.sort((a, b) => a - b);
            const part = (share: number): number =>
              Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) /
              10;
            const over50 = times.filter((time) => time > 50).length;
            resolve({ count: times.length, p50: part(0.5), p95: part(0.95), max: part(1), over50 });
          }
        };
        requestAnimationFrame(step);
      }),
    [selector, milliseconds] as const,
  );

/** Frames in a line of text. */
export const showFrames = (name: string, one: Frames): string =>
  `  ${name.padEnd(10)} p50 ${one.p50} ms, p95 ${one.p95} ms, longest ${one.max} ms, ${one.over50} of ${one.count} over 50 ms`;
