import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { RunningApp } from '../electron/dev/running-app';
import { ask } from './screen';

const folder = path.join(import.meta.dirname, 'screenshots');

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const schemes = ['light', 'dark'] as const;

/** The rules of axe that look at colours (category "color" of its rules): the others find the same in each scheme. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** Pictures alone, without the minutes that axe takes: for looking at every screen after a change. */
const onlyPictures = process.env.SIGNALBOX_ONLY_PICTURES === '1';

/**
 * Waits until what appears or leaves has done so: half seen, its colours are none that stay. What turns for ever, as a
 * loader does, is not waited for. One that is cancelled on its way has left.
 */
const allArrived = async (): Promise<void> => {
  const passing = document
    .getAnimations()
    .filter((one) => Number.isFinite(Number(one.effect?.getComputedTiming().endTime)));
  await Promise.allSettled(passing.map((one) => one.finished));
};

/** Every rule that what is on screen breaks, and where; of all rules, or of these. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  if (onlyPictures) return [];
  await page.evaluate(allArrived);
  // Electron can't open the second page that axe's present mode works in. Of what passes nothing is told.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({
    resultTypes: ['violations'],
    // What is said is what is read (WCAG 2.5.3); axe calls the rule experimental.
    rules: { 'label-content-name-mismatch': { enabled: true } },
  });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const found = await Promise.all(
    violations.flatMap(({ id, nodes }) =>
      nodes.map(async ({ target, failureSummary, html }) =>
        (id === 'region' && (await isTooltip(page, `${target}`))) ||
        // A cell is nothing to click by its name: what it abbreviates (`4 d`) is said in full.
        (id === 'label-content-name-mismatch' && html.includes('role="gridcell"'))
          ? null
          : `${id}: ${target}\n${failureSummary}`,
      ),
    ),
  );
  return found.filter((one) => one !== null);
}

/**
 * Whether all that an element shows is a tooltip, or it went since. A tooltip belongs to the control that it describes
 * (WAI-ARIA 1.2, role tooltip), wherever it lies in the document; axe asks that it lies in a landmark.
 */
const isTooltip = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((found) => {
    const copy = document.querySelector(found)?.cloneNode(true) as Element | undefined;
    for (const tooltip of copy?.querySelectorAll('[role="tooltip"]') ?? []) tooltip.remove();
    return !copy?.textContent?.trim();
  }, selector);

/** How much wider something is than its window: then it would have to be scrolled sideways. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** How far the window's own frame can be pushed out of sight, in pixels: only panels scroll. */
const slack = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Math.max(
      ...[document.documentElement, document.body, ...document.querySelectorAll('#root > *, main')].map(
        (box) => (getComputedStyle(box).overflowY === 'clip' ? 0 : box.scrollHeight - box.clientHeight),
      ),
    ),
  );

/** A way in which somebody looks at the window. */
export interface Mode {
  name: string;
  /** Of the window's content, in its own pixels. */
  width: number;
  height: number;
  /** 1 is 100 %. */
  zoom?: number;
  forcedColours?: boolean;
  /** Motion is reduced. */
  stillness?: boolean;
}

/** What can be clicked or typed into and can't be brought into the window by scrolling, with how far it is out. */
const outOfReach = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const root = document.getElementById('root');
    for (const one of root?.querySelectorAll('button, a[href], input, [role="gridcell"]') ?? []) {
      const style = getComputedStyle(one);
      if (!one.checkVisibility({ checkVisibilityCSS: true }) || style.opacity === '0') continue;
      one.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, right, width } = one.getBoundingClientRect();
      // What a person can't scroll does not count as reached.
      for (let box = one.parentElement; box; box = box.parentElement)
        if (getComputedStyle(box).overflowX === 'hidden' && box.scrollLeft !== 0)
          found.push(
            `${one.tagName} ${one.textContent}: ${box.scrollLeft} px inside of what does not scroll`,
          );
      const out = Math.max(-left, right - document.documentElement.clientWidth);
      if (out > 1 && width <= document.documentElement.clientWidth)
        found.push(
          `${one.tagName} ${one.getAttribute('aria-label') ?? one.textContent}: ${Math.round(out)} px`,
        );
    }
    return found;
  });

/** Texts that are cut off and whose whole can't be had: neither they nor what they lie in has a title that says it. */
const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    /** Whether a text begins before what scrolls around it: nobody can scroll there. */
    const beginsOutside = (one: HTMLElement): boolean => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const { left, width } = range.getBoundingClientRect();
      for (let box = one.parentElement; box && width > 0; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== 'visible') {
          const room = box.getBoundingClientRect().left + box.clientLeft - box.scrollLeft;
          return left < room - 1;
        }
      return false;
    };
    for (const one of document.querySelectorAll<HTMLElement>('#root *, [role="dialog"] *')) {
      const own = [...one.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      );
      if (!own && !one.matches('input, select')) continue;
      if (!one.checkVisibility({ checkVisibilityCSS: true }) || one.closest('svg, .visually-hidden'))
        continue;
      // Up to what the text is laid out in: an inline text is cut by its box.
      let box: HTMLElement | null = one;
      while (box && getComputedStyle(box).display.startsWith('inline') && box.clientWidth === 0)
        box = box.parentElement;
      if (!box || getComputedStyle(box).clipPath !== 'none') continue;
      const { overflowX, overflowY, webkitLineClamp } = getComputedStyle(box);
      const isCut =
        beginsOutside(one) ||
        (['hidden', 'clip'].includes(overflowX) && box.scrollWidth > box.clientWidth + 1) ||
        (webkitLineClamp !== 'none' && overflowY === 'hidden' && box.scrollHeight > box.clientHeight + 1);
      if (!isCut) continue;
      // As when it is pointed at: the whole becomes its title then.
      one.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
      // What is typed into a field can be moved through; what it is called, not.
      if (!box.matches('input') && !one.closest('[title]:not([title=""])'))
        found.push(`${box.tagName} ${box.className}: ${(one.textContent ?? '').trim().slice(0, 80)}`);
    }
    return [...new Set(found)];
  });

/** The window as Electron itself sees it, in PNG and base64: Playwright cuts off a part of what is zoomed. */
const picture = (electron: RunningApp['electron']): Promise<string> =>
  electron.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return image?.toPNG().toString('base64') ?? '';
  });

/** Keeps a picture of the screen as it is looked at in one mode: nothing is out of reach, and axe finds nothing. */
export async function lookIn({ page, electron }: RunningApp, mode: Mode, screen: string): Promise<void> {
  const { name, width, height, zoom = 1, forcedColours = false, stillness = false } = mode;
  await mkdir(folder, { recursive: true });
  await page.emulateMedia({
    forcedColors: forcedColours ? 'active' : 'none',
    reducedMotion: stillness ? 'reduce' : 'no-preference',
  });
  await electron.evaluate(
    ({ BrowserWindow }, [w, h, z]) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(w ?? 0, h ?? 0);
      window?.webContents.setZoomFactor(z ?? 1);
    },
    [width, height, zoom],
  );
  await expect
    .poll(() => page.evaluate(() => window.innerWidth), { intervals: [50] })
    .toBe(Math.floor(width / zoom));
  const file = path.join(folder, `${screen}-${name}.png`);
  if (zoom === 1) await page.screenshot({ path: file, animations: 'disabled' });
  else await writeFile(file, Buffer.from(await picture(electron), 'base64'));
  expect.soft(await overflow(page), `${screen} is wider than the window`).toBeLessThanOrEqual(0);
  expect.soft(await outOfReach(page), `${screen}, ${name}: out of reach`).toEqual([]);
  expect.soft(await cutTexts(page), `${screen}, ${name}: cut off`).toEqual([]);
  expect.soft(await violations(page), `${screen}, ${name}`).toEqual([]);
}

/** Keeps pictures of what is on screen, in both colour schemes and sizes, and holds each against axe's rules. */
export async function lookAt({ page, electron }: RunningApp, screen: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const scheme of schemes) {
    await ask(page, 'settings.set', { colourScheme: scheme });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme);
    for (const { width, height } of sizes) {
      await electron.evaluate(
        ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w ?? 0, h ?? 0),
        [width, height],
      );
      await expect
        .poll(() => page.evaluate(() => [window.innerWidth, window.innerHeight]), { intervals: [50] })
        .toEqual([width, height]);
      await page.screenshot({
        path: path.join(folder, `${screen}-${scheme}-${width}x${height}.png`),
        animations: 'disabled',
      });
      expect(await overflow(page), `${screen} is wider than ${width}`).toBeLessThanOrEqual(0);
      expect(await slack(page), `${screen} is taller than ${height}`).toBeLessThanOrEqual(0);
      expect.soft(await cutTexts(page), `${screen}, ${scheme}, ${width}: cut off`).toEqual([]);
    }
    // The size changes no name, role or colour, and the scheme no name and no role.
    const rules = scheme === schemes[0] ? undefined : colourRules;
    expect(await violations(page, rules), `${screen}, ${scheme}`).toEqual([]);
  }
}
